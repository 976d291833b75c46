"""Training of the structures network: what its patches teach, and that a run resumes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="TensorFlow is not installed here: make test-models")
keras = pytest.importorskip("keras", reason="Keras is not installed here: make test-models", exc_type=ImportError)

from models import structure_network
from models.export.structures import run
from models.export.tflite import TOLERANCE, rebuild, to_tflite
from models.training import annotations, structure_examples, structures
from models.training.centre_lines import centre_lines
from models.training.drawing import drawn_ahead
from models.training.structure_examples import SIDE, TARGETS, Batches
from models.training.structure_sources import Source, fill, left_out, sources
from retina.imaging.arrays import Rgb
from retina.imaging.model_card import CanvasSize
from support.training import uncompiled

pytestmark = pytest.mark.training


def source() -> Source:
    rgb = np.full((400, 400, 3), 100, np.uint8)
    mask = np.zeros((400, 400), np.uint8)
    cv2.circle(mask, (200, 200), 40, (255,), -1)
    rgb[mask > 0] = 180
    lines = [np.zeros((400, 400), np.uint8) for _ in range(2)]
    for line, row in zip(lines, (140, 260), strict=True):
        line[row - 2 : row + 3] = 255
        rgb[row - 2 : row + 3] = 20
    return Source("A", rgb, np.ones((400, 400), np.bool_), mask, (300.0, 200.0), *lines)


def test_patches_teach_what_is_known_and_depend_on_their_number_only() -> None:
    known, unknown = source(), replace(source(), disc=None, fovea=None, artery=None, vein=None)
    inputs, targets = Batches([known], 3, 1)(5)
    assert inputs.shape == (3, SIDE, SIDE, 4)
    assert targets.shape == (3, SIDE // 2, SIDE // 2, TARGETS)
    assert np.array_equal(inputs, Batches([known], 3, 1)(5)[0])
    assert not np.array_equal(inputs, Batches([known], 3, 1)(6)[0])
    assert (targets[..., [1, 3]] == 1).all()
    assert 0.5 < targets[..., 2].max() <= 1
    unknown_targets = Batches([unknown], 3, 1)(5)[1]
    assert not unknown_targets[..., :4].any()
    assert not unknown_targets[..., 5:].any()


def test_the_disc_in_a_patch_lies_where_it_is_drawn() -> None:
    for number in range(6):
        inputs, targets = Batches([source()], 1, 1)(number)
        disc = cv2.resize(targets[0, ..., 0].astype(np.float32), (SIDE, SIDE)) > 0.5
        seen = targets[0, ..., 4].repeat(2, 0).repeat(2, 1) > 0
        if disc.sum() > 500:
            assert inputs[0, disc & seen, 3].mean() > inputs[0, ~disc & seen, 3].mean() + 0.5  # without slow light


def test_the_lines_in_a_patch_lie_on_the_vessels() -> None:
    inputs, targets = Batches([source()], 1, 1)(2)
    green, seen = cv2.resize(inputs[0, ..., 3].astype(np.float32), None, fx=0.5, fy=0.5), targets[0, ..., 4] > 0
    for line in (targets[0, ..., 5], targets[0, ..., 6]):
        on = seen & (line > 0.9)
        assert on.any()
        assert green[on].mean() < green[seen].mean() - 1


def test_sets_with_arteries_and_veins_make_half_of_a_batch() -> None:
    others = [replace(source(), set=name, artery=None, vein=None, disc=None) for name in "BCDE"]
    batches = Batches([source(), *others], 8, 1)
    taught = [bool(one[..., 5].any()) for number in range(8) for one in batches(number)[1]]
    assert 20 <= sum(taught) <= 44


def test_batches_drawn_by_processes_are_the_same_in_the_same_order() -> None:
    draw = Batches([source()], 1, 1)
    for (inputs, _), number in zip(drawn_ahead(draw, range(3, 7), 2), range(3, 7), strict=True):
        assert np.array_equal(inputs, draw(number)[0])


def test_every_photograph_is_left_out_by_one_fold() -> None:
    photographs = [("A", str(i)) for i in range(7)] + [("B", str(i)) for i in range(3)]
    folds = [left_out(photographs, fold, 3) for fold in range(3)]
    assert sorted(photograph for fold in folds for photograph in fold) == sorted(photographs)
    assert all({set_ for set_, _ in fold} == {"A", "B"} for fold in folds)


def test_centre_lines_are_thin_coloured_and_away_from_crossings_and_the_border() -> None:
    label = np.zeros((300, 300, 3), np.uint8)
    cv2.line(label, (0, 150), (299, 150), (255, 0, 0), 9)
    cv2.line(label, (150, 0), (150, 299), (0, 0, 255), 9)
    cv2.rectangle(label, (143, 143), (157, 157), (0, 255, 0), -1)
    artery, vein = centre_lines(label, np.ones((300, 300), np.bool_))
    assert artery[150, 60]
    assert vein[60, 150]
    assert artery[:, 60].sum() == 1
    for line in (artery, vein):
        assert not line[140:161, 140:161].any()
        assert not line[:15].any()
    assert not (artery & vein).any()


def test_the_drawn_discs_and_foveas_are_well_formed() -> None:
    discs, foveas = annotations.discs(), annotations.foveas()
    assert len(discs) >= 150
    assert len(foveas) >= 60
    for disc in filter(None, discs.values()):
        assert 0.6 * disc.long <= disc.short <= disc.long
        assert 0 <= disc.angle < 180


def labelled_set(data: Path, rgb: Rgb) -> None:
    """CHASE_DB1 with one photograph, whose disc has been drawn, and IDRID with another and its mask."""
    for name, id in (("CHASE_DB1", "Image_01L"), ("IDRID", "one")):
        for folder in ("images", "fov", "disc"):
            (data / name / folder).mkdir(parents=True)
        cv2.imwrite(str(data / name / "images" / f"{id}.png"), rgb)
        for folder in ("fov", "disc"):
            cv2.imwrite(str(data / name / folder / f"{id}.png"), np.full(rgb.shape[:2], 255, np.uint8))
        (data / name / "split.csv").write_text(f"id,split\n{id},train\n")


def test_a_run_resumes_and_its_file_repeats_keras(
    tmp_path: Path, small_rgb: Rgb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(structures, "STATISTICS", 1)
    # Compiling and converting take as long as there are layers; with three levels there is one of each kind.
    monkeypatch.setattr(structure_network, "WIDTHS", structure_network.WIDTHS[:3])
    monkeypatch.setattr(structure_examples, "SIDE", 128)
    labelled_set(tmp_path / "data", small_rgb)
    cache, out = tmp_path / "cache", tmp_path / "out"
    fill(tmp_path / "data", cache)
    assert len(sources(cache)) == 2
    assert not sources(cache, 0, 2), "the first fold of two leaves out the only photograph of each set"
    options: dict[str, Any] = {"batch": 1, "seed": 1}
    structures.train(cache, out, steps=1, rate=1e-3, **options)
    with uncompiled():
        structures.train(cache, out, steps=2, rate=1e-3, **options)
    assert [line.split(",")[0] for line in (out / "log.csv").read_text().splitlines()] == ["step", "1", "2"]
    with uncompiled():
        again = structures.train(cache, tmp_path / "next", steps=1, rate=0, begin=out / "weights.keras", **options)
    trained, continued = (keras.saving.load_model(path, compile=False) for path in (out / "weights.keras", again))
    for one, other in zip(trained.trainable_weights, continued.trainable_weights, strict=True):
        assert np.allclose(one.numpy(), other.numpy(), atol=1e-5)
    canvas = CanvasSize(height=64, width=64, field_of_view_width_up_to=None)
    file = to_tflite(rebuild(trained, canvas, structure_network.build))
    values = np.random.default_rng(0).normal(size=(64, 64, 4)).astype(np.float32)
    assert np.abs(run(file, values) - np.asarray(trained(values[None]))[0]).max() < TOLERANCE
