"""A narrower network is fitted to a wider one. Needs Keras: `make test-models`."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from conftest import SAMPLE

pytestmark = pytest.mark.training

pytest.importorskip("tensorflow", reason="TensorFlow is not installed here: make test-models")
pytest.importorskip("keras", reason="Keras is not installed here: make test-models", exc_type=ImportError)

from models import network
from models.export import folded, narrow, places, readback
from models.training import patches
from retina.imaging.arrays import Canvas

WIDE, NARROW = (8, 16), (6, 12)


def _found(random: np.random.Generator) -> list[folded.Convolution]:
    """A random network of two levels as it is read back, in which a quarter of the filters is hardly read."""
    one, two = WIDE
    shapes = [(4, 1, one), (1, one, one), (3, one, one), (3, one, one), (1, one, two), (3, one, two), (3, two, two)]
    shapes += [(1, two, 4 * one), (1, 2 * one, one), (3, 2 * one, one), (3, one, one), (1, one, 4)]
    found = []
    for side, entering, leaving in shapes:
        kernel = random.normal(0, 1 / np.sqrt(side**2 * entering), (side, side, entering, leaving))
        kernel[:, :, 3::4] *= 0.1
        bias = np.zeros(leaving) if leaving == 4 * one else np.full(leaving, 0.1)
        found.append((kernel.astype(np.float32), bias.astype(np.float32)))
    return found


def _windows(random: np.random.Generator) -> list[Canvas]:
    """Smooth noise above a rim."""
    windows = [cv2.GaussianBlur(random.normal(0, 4, (64, 64)), (0, 0), 1.5).astype(np.float32) for _ in range(12)]
    for window in windows:
        window[48:] = 0
    return windows


def _map(found: list[folded.Convolution], windows: list[Canvas]) -> NDArray[np.float32]:
    return np.concatenate([values.ravel() for values in folded.logits(found, windows, 2)])


def test_a_narrower_network_is_fitted_to_the_map_of_the_wide_one() -> None:
    random = np.random.default_rng(5)
    found, windows, others = _found(random), _windows(random), _windows(random)
    made = narrow.refit(found, windows, NARROW)
    assert [kernel.shape[3] for kernel, _ in made] == [6, 6, 6, 6, 12, 12, 12, 24, 6, 6, 6, 4]
    assert np.corrcoef(_map(made, others), _map(found, others))[0, 1] > 0.97
    # The filters that are kept are those that are read.
    assert np.array_equal(made[0][0], np.delete(found[0][0], [3, 7], axis=3))


def test_with_as_many_filters_nothing_changes() -> None:
    random = np.random.default_rng(6)
    found, windows = _found(random), _windows(random)
    made = narrow.refit(found, windows, WIDE)
    assert np.corrcoef(_map(made, windows), _map(found, windows))[0, 1] > 0.999


def test_the_narrow_network_becomes_one_of_keras_by_way_of_its_file(tmp_path: Path) -> None:
    random = np.random.default_rng(7)
    made, windows = narrow.refit(_found(random), _windows(random), NARROW), _windows(random)
    narrow.write(made, tmp_path / "narrow.npz")
    model = readback.as_keras(narrow.read(tmp_path / "narrow.npz"), windows, NARROW)
    assert network.widths_of(model) == NARROW
    probability = np.asarray(model(np.stack(windows)[..., None], training=False)).ravel()
    assert np.abs(probability - 1 / (1 + np.exp(-_map(made, windows)))).max() < 0.01


def test_places_lie_on_vessels_along_the_rim_and_elsewhere_but_not_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "PLACES", 100)
    window = np.ones((128, 128), np.float32)
    window[100:] = 0
    logit = np.full((128, 128, 1), -1, np.float32)
    logit[:, 40:44] = 1
    [[half], [quarter]] = places.draw_places([window], [logit], 2, np.random.default_rng(1))
    for at, side, vessels in ((half, 64, 40), (quarter, 32, 22)):  # no more than 22 of the small map are vessels
        rows, columns = np.divmod(at, side)
        rim = rows >= 88 * side // 128
        assert rows.max() < 112 * side // 128
        assert rim.sum() == 30
        assert (~rim & (columns >= 40 * side // 128) & (columns < 44 * side // 128)).sum() == vessels


def test_windows_are_drawn_from_any_photographs_with_a_field_of_view(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("SIDE", 96), ("POOL", 2), ("WIDTHS", (300, 400))):
        monkeypatch.setattr(patches, name, value)
    monkeypatch.setattr(narrow, "POOL", 2)
    for folder in ("images", "fov"):
        (tmp_path / "AVRDB" / folder).mkdir(parents=True)
    photograph = cv2.resize(cv2.imread(str(SAMPLE)), (400, 400), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(tmp_path / "AVRDB" / "images" / "1.jpg"), photograph)
    cv2.imwrite(str(tmp_path / "AVRDB" / "fov" / "1.png"), np.full((400, 400), 255, np.uint8))
    (tmp_path / "AVRDB" / "split.csv").write_text("id,split\n1,train\n")
    windows = narrow.training_windows(tmp_path, 3)
    assert [window.shape for window in windows] == [(96, 96)] * 3
    assert all(window.std() > 0.3 for window in windows)
