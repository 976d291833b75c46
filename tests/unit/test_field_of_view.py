"""The field of view is found wherever it lies and whatever surrounds it."""

import hashlib
import json

import cv2
import numpy as np
import pytest

from conftest import ROOT, decode
from models.evaluation.surrounds import CASES, overlap, shrunk
from models.training.compositions import compose
from models.training.labelled import photographs_with_fields
from models.training.surrounds import FILLS, HELD_OUT
from retina.imaging.arrays import Mask, Rgb
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.measurements.vascular_density import vascular_density
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import segment
from support.data_sets import DATA

MODELS = ROOT / "models"


@pytest.fixture(scope="module")
def disc(small_rgb: Rgb) -> Mask:
    """The quarter-size sample's true field of view: it is brighter than its black surround."""
    lit = cv2.morphologyEx((small_rgb.max(axis=2) > 30).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9)))
    return np.asarray(lit > 0)


def on_black(small_rgb: Rgb) -> Rgb:
    frame = np.zeros((400, 600, 3), np.uint8)
    frame[20:373, 100:453] = small_rgb
    return frame


def test_the_sample_is_a_disc_that_nearly_fills_the_frame(photograph: Photograph) -> None:
    view = photograph.field_of_view
    assert view.frame == "disc"
    assert view.roundness > 0.95
    assert view.width == pytest.approx(1400, abs=12)
    inside = view.mask((1411, 1411))
    assert inside.mean() == pytest.approx(np.pi / 4, abs=0.02)
    assert inside[700, 700]
    assert not inside[20, 20]


@pytest.mark.parametrize(("top", "left"), [(0, 0), (40, 0), (0, 60), (300, 100)])
def test_the_disc_is_found_wherever_it_lies(small_rgb: Rgb, top: int, left: int) -> None:
    frame = np.zeros((700, 600, 3), np.uint8)
    frame[top : top + 353, left : left + 353] = small_rgb
    view = find_field_of_view(frame)
    assert view.left == pytest.approx(left, abs=4)
    assert view.top == pytest.approx(top, abs=4)
    assert view.width == pytest.approx(350, abs=6)


EASY = [*FILLS.keys() - {"gradient"}, *HELD_OUT.keys() - {"stripes"}, "letterbox"]
"""Stripes, and a slope through the tissue's own colour, are known to fail: models/EXPERIMENTS.md, 16."""


@pytest.mark.parametrize("fill", sorted(EASY))
def test_the_surround_does_not_matter(small_rgb: Rgb, disc: Mask, fill: str) -> None:
    composed, truth = compose(small_rgb, disc, "full", fill, np.random.default_rng(5))
    view = find_field_of_view(composed)
    assert view.frame == "disc"
    assert overlap(view.mask(truth.shape), truth) > 0.93


@pytest.mark.parametrize("shape", ["cut_at_frame", "cut_inside", "off_centre", "notched", "oval", "montage", "small"])
@pytest.mark.parametrize("fill", ["black", "gray", "white"])
def test_the_shape_does_not_matter(small_rgb: Rgb, disc: Mask, shape: str, fill: str) -> None:
    composed, truth = compose(small_rgb, disc, shape, fill, np.random.default_rng(6))
    assert overlap(find_field_of_view(composed).mask(truth.shape), truth) > 0.93


def test_labels_beside_the_disc_are_left_out(small_rgb: Rgb) -> None:
    frame = on_black(small_rgb)
    cv2.putText(frame, "OD 2026", (460, 390), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255, 255, 255), 2)
    view = find_field_of_view(frame)
    assert view.width == pytest.approx(350, abs=6)


def test_a_notch_is_no_part_of_the_field_of_view(small_rgb: Rgb) -> None:
    frame = on_black(small_rgb)
    frame[180:210, 420:460] = 0
    inside = find_field_of_view(frame).mask((400, 600))
    assert inside[195, 400]
    assert not inside[190:200, 432:].any()


def test_a_disc_clipped_above_and_below_is_still_a_disc(small_rgb: Rgb) -> None:
    view = find_field_of_view(np.ascontiguousarray(small_rgb[60:-60]))
    assert view.frame == "disc"
    assert view.roundness > 0.8
    assert view.height == 233


def test_bars_above_and_below_a_clipped_disc_are_left_out(small_rgb: Rgb) -> None:
    bars = np.pad(small_rgb[60:-60], ((50, 70), (0, 0), (0, 0)), constant_values=200)
    view = find_field_of_view(bars)
    assert view.top == pytest.approx(50, abs=2)
    assert view.height == pytest.approx(233, abs=4)


def test_a_crop_without_an_edge_is_the_whole_frame(small_rgb: Rgb) -> None:
    view = find_field_of_view(np.ascontiguousarray(small_rgb[90:260, 90:260]))
    assert (view.frame, view.left, view.top, view.width, view.height) == ("whole", 0, 0, 170, 170)


@pytest.mark.parametrize("scale", [0.3, 1.0, 3.0])
def test_brightness_does_not_move_the_edge(small_rgb: Rgb, scale: float) -> None:
    view = find_field_of_view(np.clip(small_rgb * scale, 0, 255).astype(np.uint8))
    assert view.width == pytest.approx(350, abs=8)


def test_nothing_at_all_is_the_whole_frame() -> None:
    for brightness in (0, 128, 255):
        view = find_field_of_view(np.full((100, 140, 3), brightness, np.uint8))
        assert view.mask((100, 140)).shape == (100, 140)
        assert view.roundness < 0.8


@pytest.mark.slow
@pytest.mark.parametrize("fill", ["gray", "white", "green"])
def test_the_surround_does_not_change_the_density(
    small_rgb: Rgb, disc: Mask, network: VesselNetwork, fill: str
) -> None:
    densities = []
    for surround in ("black", fill):
        random = np.random.default_rng(3)
        rgb, truth = compose(small_rgb, disc, "full", surround, random)
        photograph = Photograph(rgb, find_field_of_view(rgb), "")
        vessels = segment(photograph, network).vessels
        assert not (vessels & ~cv2.dilate(truth.view(np.uint8), np.ones((7, 7))).view(np.bool_)).any()
        densities.append(vascular_density(vessels, photograph.field_of_view))
    assert densities[1] == pytest.approx(densities[0], rel=0.03)


def test_the_network_is_the_one_of_its_card() -> None:
    card = json.loads((MODELS / "field_of_view.json").read_text())
    assert hashlib.sha256((MODELS / card["file"]).read_bytes()).hexdigest() == card["sha256"]
    assert (MODELS / card["file"]).stat().st_size < 300_000


@pytest.mark.slow
@pytest.mark.parametrize("name", ["AVRDB", "CHASE_DB1", "FIVES20", "HRF", "IDRID"])
def test_it_agrees_with_the_sets_fields_of_view(name: str) -> None:
    if not (DATA / name).exists():
        pytest.skip("the labelled photographs are not here")
    found = [files for files in photographs_with_fields(DATA, "test") if files[0] == name]
    for _, id, path, field in found[:: max(1, len(found) // 2)]:
        rgb, reference = shrunk(decode(path.read_bytes()).rgb, cv2.imread(str(field), cv2.IMREAD_GRAYSCALE) > 127)
        assert overlap(find_field_of_view(rgb).mask(reference.shape), reference) > 0.95, id
        for case in ("white", "letterbox, cut", "unseen: halves"):
            composed, truth = compose(rgb, reference, *CASES[case], np.random.default_rng(1))
            assert overlap(find_field_of_view(composed).mask(truth.shape), truth) > 0.93, (id, case)
