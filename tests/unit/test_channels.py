"""The channels of a picture, compared pixel by pixel."""

import numpy as np

from retina.imaging.channels import away, brightest

PIXELS = np.array([[(128, 128, 128), (100, 130, 128)], [(0, 255, 7), (129, 128, 127)]], np.uint8)


def test_the_brightest_channel() -> None:
    assert brightest(PIXELS).tolist() == [[128, 130], [255, 129]]


def test_how_far_a_pixel_is_from_a_colour_is_that_of_its_farthest_channel_above_or_below() -> None:
    assert away(PIXELS, (128, 128, 128)).tolist() == [[0, 28], [128, 1]]
    assert away(PIXELS[:, :1], (0, 250, 7)).tolist() == [[128], [5]]
