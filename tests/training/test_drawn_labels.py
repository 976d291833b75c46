"""Labels on a smaller copy keep every vessel, connected and whole pixels wide, where an average loses them."""

import cv2
import numpy as np
import pytest

from models.training.drawn_labels import centre_line, drawn, reduce_label
from retina.imaging.arrays import Mask


def tree() -> Mask:
    """A vessel of one pixel that bends and forks, and a trunk of 24 pixels beside it, bool[400,400]."""
    picture = np.zeros((400, 400), np.uint8)
    bend = np.array([[x, round(140 + 60 * np.sin(x / 40))] for x in range(20, 260)], np.int32)
    cv2.polylines(picture, [bend], False, (1,))
    cv2.line(picture, (259, int(bend[-1, 1])), (370, 60), (1,))
    cv2.line(picture, (259, int(bend[-1, 1])), (371, 230), (1,))
    cv2.line(picture, (30, 330), (370, 330), (1,), 24)
    return picture.view(np.bool_)


def pieces(mask: Mask) -> int:
    return cv2.connectedComponents(mask.view(np.uint8), connectivity=8)[0] - 1


@pytest.mark.parametrize("factor", [2, 3, 4, 6.5])
@pytest.mark.parametrize("pen", [1.0, 2.0])
def test_a_vessel_of_one_pixel_stays_connected_however_small_the_copy(factor: float, pen: float) -> None:
    vessels = tree()
    assert pieces(vessels) == 2
    size = (round(400 / factor), round(400 / factor))
    label = reduce_label(vessels, centre_line(vessels), size)
    assert pieces(drawn(label, pen=pen)) == 2
    averaged = drawn(label, pen=-1)
    assert pieces(averaged[: round(250 / factor)]) != 1, "an average alone loses the thin vessel or tears it"


def test_a_thin_vessel_is_two_pixels_wide_and_a_trunk_as_wide_as_it_is() -> None:
    vessels = tree()
    vessels[:, :200] = False
    vessels[60, 20:190] = vessels[330:354, 20:190] = True
    label = reduce_label(vessels, centre_line(vessels), (100, 100))
    widths = drawn(label)[:, 15:40].sum(axis=0)
    above = drawn(label)[:60, 15:40].sum(axis=0)
    assert set(above.tolist()) <= {2, 3}
    assert set((widths - above).tolist()) <= {6, 7}


def test_without_vessels_nothing_is_drawn_and_at_full_size_the_mask_is_kept() -> None:
    nothing = np.zeros((60, 80), np.bool_)
    assert not drawn(reduce_label(nothing, nothing, (40, 30))).any()
    vessels = tree()
    same = drawn(reduce_label(vessels, centre_line(vessels), (400, 400)), pen=1)
    assert np.array_equal(same, vessels)
