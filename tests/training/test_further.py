"""Training a fitted network further, by soft labels. Needs Keras: `make test-models`."""

from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from conftest import SAMPLE

pytestmark = pytest.mark.training

pytest.importorskip("tensorflow", reason="TensorFlow is not installed here: make test-models")
keras = pytest.importorskip("keras", reason="Keras is not installed here: make test-models", exc_type=ImportError)

from models import network
from models.export import folded, narrow, readback
from models.training import further, patches, small_cameras, soft_labels, train
from models.training.crops import Crop
from models.training.labelled import LabelledSetError
from models.training.soft_labels import Source
from retina.imaging.network import VesselNetwork
from retina.settings import Settings
from support.training import uncompiled

WIDTHS = (6, 12)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The sets, of one photograph to learn from each, and of one to test by that nobody can read."""
    folder = tmp_path / "data"
    photograph = cv2.resize(cv2.imread(str(SAMPLE)), (500, 500), interpolation=cv2.INTER_AREA)
    green = photograph[..., 1].astype(np.float32)
    vessels = (green < cv2.GaussianBlur(green, (0, 0), 6) - 4).astype(np.uint8) * 255
    for name in soft_labels.SHARES:
        for kind in ("images", "vessels", "fov"):
            (folder / name / kind).mkdir(parents=True)
        for id in ("measured", "taken", "tested"):
            if id == "tested":
                for kind in ("images", "vessels", "fov"):
                    (folder / name / kind / f"{id}.png").write_text("this is no picture")
            elif id == "taken" or name == "AVRDB":
                cv2.imwrite(str(folder / name / "images" / f"{id}.png"), photograph)
                cv2.imwrite(str(folder / name / "vessels" / f"{id}.png"), vessels)
                cv2.imwrite(str(folder / name / "fov" / f"{id}.png"), np.full((500, 500), 255, np.uint8))
        measured = "measured,train\n" if name == "AVRDB" else ""
        (folder / name / "split.csv").write_text(f"id,split\n{measured}taken,train\ntested,test\n")
    return folder


@pytest.fixture
def begin(tmp_path: Path) -> Path:
    """A network of two levels whose batch normalisation does something."""
    keras.utils.set_random_seed(4)
    random = np.random.default_rng(4)
    model = network.build(widths=WIDTHS)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([random.uniform(0.5, 1.5, weights.shape) for weights in layer.get_weights()])
    model.save(tmp_path / "begin.keras")
    return tmp_path / "begin.keras"


@pytest.fixture
def miniature(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SIDE", 64), ("POOL", 6), ("WIDTHS", (280, 500))):
        monkeypatch.setattr(soft_labels, name, value)
    monkeypatch.setattr(further, "WARM_UP", 3)
    monkeypatch.setattr(further, "MOMENTUM", 0.5)
    monkeypatch.setattr(further, "EVERY", 4)


def statistics(model: Any) -> list[Any]:
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    return [weights for norm in norms for weights in norm.get_weights()[2:]]


@uncompiled()
@pytest.mark.usefixtures("miniature")
def test_a_run_learns_and_resumes_and_its_files_hold_the_same_network(
    data: Path, begin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run: dict[str, Any] = {"begin": begin, "teachers": [Settings().model], "steps": 8, "batch": 2, "seed": 3}
    read = soft_labels.sources(data, [VesselNetwork(Settings().model)])
    monkeypatch.setattr(further, "sources", lambda *_: read)
    whole = keras.saving.load_model(further.train(data, tmp_path / "whole", **run, rate=2e-2), compile=False)

    draw = soft_labels.Batches.__call__

    def killed(self: soft_labels.Batches, number: int) -> Any:
        if number == 6:
            raise KeyboardInterrupt
        return draw(self, number)

    monkeypatch.setattr(soft_labels.Batches, "__call__", killed)
    with pytest.raises(KeyboardInterrupt):
        further.train(data, tmp_path / "cut", **run, rate=2e-2)
    monkeypatch.setattr(soft_labels.Batches, "__call__", draw)
    resumed = keras.saving.load_model(further.train(data, tmp_path / "cut", **run, rate=2e-2), compile=False)
    steps = [line.split(",")[0] for line in (tmp_path / "cut" / "log.csv").read_text().split()]
    assert steps == ["step", "4", "8"]
    for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        assert np.allclose(one, other, atol=2e-3)

    begun, (inputs, targets) = keras.saving.load_model(begin), soft_labels.Batches(read, 4, 8)(0)
    for ours, theirs in zip(statistics(resumed), statistics(begun), strict=True):
        assert np.array_equal(ours, theirs)
    said = np.asarray(resumed(inputs, training=False))
    before = float(train.cross_entropy(targets, begun(inputs, training=False)))
    assert float(train.cross_entropy(targets, said)) < 0.8 * before

    windows = list(inputs[..., 0])
    exact = np.stack(folded.logits(readback.fold(resumed), windows, len(WIDTHS)))
    assert np.abs(said - 1 / (1 + np.exp(-exact))).max() < 1e-4
    rounded = readback.as_keras(narrow.read(tmp_path / "cut" / "weights.npz"), windows, WIDTHS)
    assert np.abs(said - np.asarray(rounded(inputs, training=False))).max() < 0.01


def test_labels_are_seven_tenths_the_observers_and_elsewhere_the_teachers(data: Path) -> None:
    read = soft_labels.sources(data, [VesselNetwork(Settings().model)])
    assert {name: len(some) for name, some in read.items()} == dict.fromkeys(soft_labels.SHARES, 1)
    for name, [source] in read.items():
        if name in ("AVRDB", "IDRID"):
            assert np.array_equal(source.label, source.taught)
            assert source.small == ()
        else:
            window = Crop(data / name / "images" / "taken.png").window
            mask = cv2.imread(str(data / name / "vessels" / "taken.png"), cv2.IMREAD_GRAYSCALE)[window]
            assert np.abs(source.label - (0.7 * mask + 0.3 * source.taught)).max() <= 0.5
            assert [label.coverage.shape[1] for label in source.small] == [400, 480]
        assert source.taught.max() > 240
        assert source.taught.min() < 10


def test_photographs_of_the_test_split_and_those_that_measure_are_not_read(data: Path) -> None:
    found = soft_labels.photographs(data)
    assert set(found) == set(soft_labels.SHARES)
    assert {path.stem for some in found.values() for path, _ in some} == {"taken"}
    assert [bool(mask) for some in found.values() for _, mask in some] == [True, True, True, False, False]
    train = [Path(str(number)) for number in range(12)]
    assert [path.name for path in soft_labels.unmeasured(train)] == ["1", "5", "9"]
    (data / "IDRID" / "split.csv").write_text("id,split\ntaken,test\ntested,test\n")
    with pytest.raises(LabelledSetError, match="IDRID"):
        soft_labels.photographs(data)


def test_sets_masks_of_smaller_cameras_and_dark_copies_have_their_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    gray = np.full((500, 500), 200, np.uint8)
    inside = np.ones((500, 500), np.bool_)
    vessels = np.zeros((500, 500), np.bool_)
    vessels[:, 250:253] = True
    small = small_cameras.labels(vessels, (400,))
    names = list(soft_labels.SHARES)
    sets = {}
    for n, name in enumerate(names):
        plain = np.full((500, 500, 3), 40 * n + 55, np.uint8)
        sets[name] = [Source(plain, gray, gray // 2, inside, small if name in soft_labels.LABELLED else ())]
    seen: list[tuple[str, bool, bool]] = []

    def looked_at(rgb: Any, label: Any, *_: Any) -> patches.Disturbed:
        reduced = rgb.shape[0] == 400
        if reduced:
            assert label[200, 201] == round(0.7 * 255 + 0.3 * 100)
            assert label[200, 20] == round(0.3 * 100)
        else:
            assert (label == 200).all()
        brightness = int(rgb[0, 0, 0])
        # What is dark has any brightness but one of the five, or nearly so.
        name = names[(brightness - 55) // 40] if brightness in range(55, 216, 40) else ""
        seen.append((name, reduced, not name))
        return patches.Disturbed(np.zeros((300, 300), np.float32), np.zeros((300, 300), np.uint8), inside[:300, :300])

    monkeypatch.setattr(patches, "disturb", looked_at)
    monkeypatch.setattr(soft_labels, "POOL", 600)
    inputs, targets = soft_labels.Batches(sets, 1, 5)(0)
    assert inputs.shape == (1, soft_labels.SIDE, soft_labels.SIDE, 1)
    assert targets.shape == (1, soft_labels.SIDE, soft_labels.SIDE, 2)
    bright = Counter(name for name, _, dark in seen if not dark)
    for name, share in soft_labels.SHARES.items():
        assert abs(bright[name] / bright.total() - share) < 0.06
    assert abs(np.mean([dark for *_, dark in seen]) - 0.25) < 0.05
    assert abs(np.mean([reduced for _, reduced, _ in seen]) - 0.375) < 0.05


def test_the_rate_rises_and_falls_to_zero_in_a_straight_line() -> None:
    falling = further.Falling.from_config(further.Falling(1.0, 1000, 100).get_config())
    rates = [float(falling(step)) for step in range(1001)]
    assert rates[0] == pytest.approx(0.01)
    assert rates[49] == pytest.approx(0.5 * 0.951)
    assert rates[500] == pytest.approx(0.5)
    assert np.allclose(np.diff(rates[100:]), -0.001, atol=1e-6)
    assert rates[1000] == 0
    assert float(falling(2000)) == 0  # of a run that resumes to go further
