"""The field of view is found wherever it lies."""

import cv2
import numpy as np
import pytest

from conftest import decode
from retina.imaging.arrays import Rgb
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.photograph import Photograph
from support.data_sets import DATA, photographs


def test_the_sample_is_a_disc_that_nearly_fills_the_frame(photograph: Photograph) -> None:
    view = photograph.field_of_view
    assert view.frame == "disc"
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


def test_labels_beside_the_disc_are_left_out(small_rgb: Rgb) -> None:
    frame = np.zeros((400, 600, 3), np.uint8)
    frame[20:373, 100:453] = small_rgb
    cv2.putText(frame, "OD 2026", (460, 390), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255, 255, 255), 2)
    view = find_field_of_view(frame)
    assert view.width == pytest.approx(350, abs=6)


def test_a_disc_clipped_above_and_below_is_still_a_disc(small_rgb: Rgb) -> None:
    view = find_field_of_view(np.ascontiguousarray(small_rgb[60:-60]))
    assert view.frame == "disc"
    assert view.height == 233


def test_a_crop_without_an_edge_is_the_whole_frame(small_rgb: Rgb) -> None:
    view = find_field_of_view(np.ascontiguousarray(small_rgb[90:260, 90:260]))
    assert (view.frame, view.left, view.top, view.width, view.height) == ("whole", 0, 0, 170, 170)


@pytest.mark.parametrize("scale", [0.3, 1.0, 3.0])
def test_brightness_does_not_move_the_edge(small_rgb: Rgb, scale: float) -> None:
    view = find_field_of_view(np.clip(small_rgb * scale, 0, 255).astype(np.uint8))
    assert view.width == pytest.approx(350, abs=8)


@pytest.mark.parametrize("name", ["CHASE_DB1", "HRF"])
def test_it_agrees_with_the_published_fields_of_view(name: str) -> None:
    for path in photographs(name)[::5]:
        decoded = decode(path.read_bytes())
        reference = cv2.imread(str(DATA / name / "fov" / f"{path.stem}.png"), cv2.IMREAD_GRAYSCALE) > 127
        found = decoded.field_of_view.mask(reference.shape)
        assert (found & reference).sum() / (found | reference).sum() > 0.95, path.name
