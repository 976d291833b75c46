"""The three channels of a picture, compared pixel by pixel."""

from collections.abc import Sequence

import cv2
import numpy as np

from retina.imaging.arrays import Gray


def brightest(rgb: cv2.typing.MatLike) -> Gray:
    """The largest of the three channels of uint8[h,w,3]: uint8[h,w]."""
    red, green, blue = cv2.split(rgb)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def away(rgb: cv2.typing.MatLike, colour: Sequence[float]) -> Gray:
    """How far each pixel of uint8[h,w,3] is from a `colour`, in its farthest channel: uint8[h,w]."""
    return brightest(cv2.absdiff(rgb, np.array([*colour, 0.0])))
