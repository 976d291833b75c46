"""Fast downsampling for previews and the field-of-view search. For the network's input see `preprocessing`."""

import cv2
import numpy as np

from retina.imaging.arrays import Rgb


def downsample(rgb: Rgb, size: tuple[int, int]) -> Rgb:
    """Shrink uint8[H,W,3] to `size` (width, height), which must not exceed the picture's, by averaging areas.

    The picture is halved as long as it stays large enough (each halving is a mean of 2x2 pixels), then averaged to
    `size`. This looks the same as averaging in one step and takes a third of the time.
    """
    picture: cv2.typing.MatLike = rgb
    while picture.shape[1] >= 2 * size[0] and picture.shape[0] >= 2 * size[1]:
        half = (picture.shape[1] // 2, picture.shape[0] // 2)
        picture = cv2.resize(picture, half, interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
