"""Training on a miniature scale. Needs Keras: `make test-models`."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from conftest import SAMPLE

pytestmark = pytest.mark.training

pytest.importorskip("tensorflow", reason="TensorFlow is not installed here: make test-models")
keras = pytest.importorskip("keras", reason="Keras is not installed here: make test-models", exc_type=ImportError)

from support.training import uncompiled


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two sets of one photograph each, made from the sample; what is darker than around it counts as a vessel."""
    photograph = cv2.resize(cv2.imread(str(SAMPLE)), (700, 700), interpolation=cv2.INTER_AREA)
    green = photograph[..., 1].astype(np.float32)
    vessels = (green < cv2.GaussianBlur(green, (0, 0), 8) - 4).astype(np.uint8) * 255
    for name in ("CHASE_DB1", "HRF"):
        for folder in ("images", "vessels", "fov"):
            (tmp_path / name / folder).mkdir(parents=True)
        cv2.imwrite(str(tmp_path / name / "images" / "1.jpg"), photograph)
        cv2.imwrite(str(tmp_path / name / "vessels" / "1.png"), vessels)
        cv2.imwrite(str(tmp_path / name / "fov" / "1.png"), np.full((700, 700), 255, np.uint8))
        (tmp_path / name / "split.csv").write_text("id,split\n1,train\n")
    return tmp_path


@pytest.fixture
def miniature(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small patches from few small photographs, and a network of two levels and few filters: the steps are the same,
    and so is what a resumed run repeats."""
    from models import network
    from models.training import patches

    monkeypatch.setattr(patches, "SIDE", 80)
    monkeypatch.setattr(patches, "POOL", 6)
    monkeypatch.setattr(patches, "WIDTHS", (280, 1050))
    monkeypatch.setattr(network, "WIDTHS", (8, 16))


@uncompiled()
@pytest.mark.usefixtures("miniature")
def test_a_killed_run_resumes_and_ends_with_the_same_weights(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.training import patches, train

    monkeypatch.setattr(train, "EVERY", 2)
    monkeypatch.setattr(train, "STATISTICS", 2)
    run: dict[str, Any] = {"steps": 4, "batch": 2, "seed": 3, "rate": 1e-3}
    whole = keras.saving.load_model(train.train(data, tmp_path / "whole", **run)).get_weights()

    draw = patches.Patches.__call__

    def killed(self: patches.Patches, number: int) -> object:
        if number == 3:
            raise KeyboardInterrupt
        return draw(self, number)

    monkeypatch.setattr(patches.Patches, "__call__", killed)
    with pytest.raises(KeyboardInterrupt):
        train.train(data, tmp_path / "cut", **run)
    monkeypatch.setattr(patches.Patches, "__call__", draw)
    assert (tmp_path / "cut" / "checkpoint.keras").exists()
    resumed = keras.saving.load_model(train.train(data, tmp_path / "cut", **run)).get_weights()
    assert [line.split(",")[0] for line in (tmp_path / "cut" / "log.csv").read_text().split()] == ["step", "2", "4"]
    assert all(np.allclose(a, b, atol=2e-3) for a, b in zip(whole, resumed, strict=True))


def test_patches_depend_only_on_their_number(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from models.training import patches
    from models.training.labelled import read_set

    monkeypatch.setattr(patches, "POOL", 6)
    sets = [[patches.load(p) for p in read_set(data / name, "train")] for name in ("CHASE_DB1", "HRF")]
    first, again = patches.Patches(sets, 2, 7), patches.Patches(sets, 2, 7)
    first(0)
    for a, b in zip(first(5), again(5), strict=True):
        assert np.array_equal(a, b)
    inputs, targets = first(5)
    assert inputs.shape == (2, patches.SIDE, patches.SIDE, 1)
    assert set(np.unique(targets[..., 1])) <= {0.0, 1.0}
    assert not inputs[targets[..., 1] == 0].any()
    assert not np.array_equal(first(6)[0], inputs)
    assert not np.array_equal(patches.Patches(sets, 2, 8)(5)[0], inputs)


@pytest.mark.usefixtures("miniature")
def test_a_second_cycle_starts_from_the_weights_of_the_first(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.training import train

    monkeypatch.setattr(train, "STATISTICS", 1)
    run: dict[str, Any] = {"steps": 1, "batch": 1, "seed": 3}
    first = train.train(data, tmp_path / "first", **run, rate=1e-3)
    with uncompiled():
        still = train.train(data, tmp_path / "still", **run, rate=0.0, begin=first)
        afresh = train.train(data, tmp_path / "afresh", **(run | {"seed": 4}), rate=0.0)
    trained, resumed_weights, other = (
        np.concatenate([w.numpy().ravel() for w in keras.saving.load_model(path).trainable_weights])
        for path in (first, still, afresh)
    )
    assert np.allclose(trained, resumed_weights, atol=1e-6)
    assert not np.allclose(trained, other, atol=1e-2)


@uncompiled()
@pytest.mark.usefixtures("miniature")
def test_training_goes_on_from_a_network_with_other_filters(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models import network
    from models.training import train

    monkeypatch.setattr(train, "STATISTICS", 1)
    narrower = network.build(widths=(4, 12))
    narrower.save(tmp_path / "narrower.keras")
    out = train.train(data, tmp_path / "out", steps=1, batch=1, seed=3, rate=0.0, begin=tmp_path / "narrower.keras")
    still = keras.saving.load_model(out)
    assert network.widths_of(still) == (4, 12)
    for ours, theirs in zip(still.trainable_weights, narrower.trainable_weights, strict=True):
        assert np.allclose(ours.numpy(), theirs.numpy(), atol=1e-6)


def test_a_teacher_writes_half_of_the_labels(data: Path) -> None:
    from models.training import patches
    from models.training.labelled import read_set
    from retina.imaging.network import VesselNetwork
    from retina.settings import Settings

    [photograph] = read_set(data / "HRF", "train")
    alone, taught = patches.load(photograph), patches.load(photograph, VesselNetwork(Settings().model))
    assert set(np.unique(alone.vessels)) == {0, 255}
    assert taught.vessels[alone.vessels == 255].min() >= 127
    assert taught.vessels[alone.vessels == 0].max() <= 128
    assert taught.vessels[alone.vessels == 0].max() > 20
    assert taught.vessels[alone.vessels == 255].max() > 240


def test_a_smaller_cameras_label_is_drawn_in_whole_pixels_and_its_vessels_stay_connected(data: Path) -> None:
    from models.training import patches, small_cameras
    from models.training.labelled import read_set

    [photograph] = read_set(data / "HRF", "train")
    assert patches.load(photograph).small == ()
    mask = np.zeros((1000, 1000), bool)
    mask[100:900, 500:502] = True  # a vessel two pixels wide covers less than half of any pixel at 400
    made = small_cameras.labels(mask)
    assert [label.coverage.shape[1] for label in made] == [400, 480, 560, 640, 800]
    rgb = np.full((1000, 1000, 3), 90, np.uint8)
    for seed in range(8):
        small, vessels, width = small_cameras.photograph(rgb, made, np.random.default_rng(seed))
        height = vessels.shape[0]
        assert small.shape == (*vessels.shape, 3)
        assert set(np.unique(vessels)) == {0, 255}
        assert (vessels[height // 10 + 1 : height * 9 // 10 - 1] > 0).any(axis=1).all()
        assert 1 <= (vessels[height // 2] > 0).sum() <= 3
        assert 1024 * np.exp(-0.2) <= width <= 1024 * np.exp(0.2)


def test_smaller_cameras_are_drawn_only_on_request(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from models.training import patches, small_cameras
    from models.training.labelled import read_set

    monkeypatch.setattr(patches, "POOL", 2)
    asked: list[int] = []
    real = small_cameras.photograph

    def counted(rgb: Any, small: Any, random: Any) -> Any:
        asked.append(len(small))
        return real(rgb, small, random)

    monkeypatch.setattr(small_cameras, "photograph", counted)
    [photograph] = read_set(data / "HRF", "train")
    sources = [[patches.load(photograph, small=True)]]
    plain = [[patches.load(photograph)]]
    without, never = (patches.Patches(some, 1, 7)(0)[0] for some in (plain, sources))
    assert not asked
    assert np.array_equal(without, never)
    patches.Patches(sources, 1, 7, small=1.0)(0)
    assert asked == [4, 4]


def test_cross_entropy_is_least_at_the_true_probability() -> None:
    from models.training import train

    target = np.zeros((1, 10, 10, 2), np.float32)
    target[0, :3, :, 0] = 1  # 30 of 80 pixels inside are vessels; the rows outside do not count
    target[0, :8, :, 1] = 1
    said = np.linspace(0.05, 0.95, 19)
    losses = [float(train.cross_entropy(target, np.full((1, 10, 10, 1), p, np.float32))) for p in said]
    assert abs(said[int(np.argmin(losses))] - 30 / 80) < 0.04
    outside = np.full((1, 10, 10, 1), 0.4, np.float32)
    outside[0, 8:] = 0.9
    assert float(train.cross_entropy(target, outside)) == pytest.approx(
        float(train.cross_entropy(target, outside * 0 + 0.4))
    )
