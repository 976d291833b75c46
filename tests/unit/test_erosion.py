"""What lies further than some pixels from everything outside a mask is what OpenCV's distances say."""

import cv2
import numpy as np
import pytest

from retina.imaging.erosion import eroded


@pytest.mark.parametrize("rim", [0.5, 2, 9, 12, 20.5])
@pytest.mark.parametrize("shape", [(1, 200), (200, 1), (40, 63), (63, 64), (130, 257)])
def test_it_is_what_is_further_away_by_the_distances_of_opencv(shape: tuple[int, int], rim: float) -> None:
    random = np.random.default_rng(shape[0])
    inside = np.full(shape, 64, np.uint8)  # whatever is not 0 is inside
    for x, y, radius in random.integers(0, (*shape[::-1], 9), (6, 3)).tolist():
        cv2.circle(inside, (x, y), radius, (0,), -1)
    padded = cv2.copyMakeBorder(inside, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0,))
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    np.testing.assert_array_equal(eroded(inside, rim), np.where(distance > rim, 255, 0))


def test_a_square_loses_its_rim() -> None:
    left = eroded(np.full((100, 130), 255, np.uint8), 12)
    assert cv2.boundingRect(left) == (12, 12, 130 - 24, 100 - 24)
    assert np.count_nonzero(left) == 106 * 76
