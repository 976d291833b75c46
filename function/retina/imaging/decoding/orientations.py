"""EXIF orientations: how a photograph has to be turned to be upright."""

import numpy as np

from retina.imaging.arrays import Rgb

TURNED = (5, 6, 7, 8)
"""Those in which the stored rows are the upright photograph's columns."""


def upright(stored: Rgb, orientation: int) -> Rgb:
    """Undo an EXIF orientation (anything but 1 to 8 counts as 1); returns uint8[H,W,3], contiguous."""
    if orientation in TURNED:
        stored = stored.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        stored = stored[:, ::-1]
    if orientation in (3, 4, 7, 8):
        stored = stored[::-1]
    return np.ascontiguousarray(stored)
