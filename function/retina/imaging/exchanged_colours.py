"""Whether red and blue of a photograph are exchanged, as if a program had stored its channels in the wrong order.

A retina reflects more red than green and more green than blue, whatever the camera and the light; exchanged, it is blue
all over. Gray, green and enhanced photographs are not.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Rgb

LIT = 24
"""Pixels with no brighter channel show no colour."""

BLUER, GREEN = 0.25, 0.04
"""Of its blue, so much more than of red a blue pixel has, and so much green. A picture of the blue channel alone has no
green."""

LEAST_LIT = 0.05
"""Share of the pixels within the outline that must be lit: a few specks say nothing about the photograph."""

BLUE_FROM = 0.85
"""Share of lit pixels that are blue from which on red and blue count as exchanged. See models/EXPERIMENTS.md, 39."""


def are_exchanged(rgb: Rgb, outline: NDArray[np.int32]) -> bool:
    """Whether red and blue of uint8[H,W,3] seem to be exchanged, in a field of view with this outline int32[N,2]."""
    return blueness(rgb, outline) >= BLUE_FROM


def blueness(rgb: Rgb, outline: NDArray[np.int32]) -> float:
    """The share of lit pixels within the outline that are blue, 0 to 1, of every second pixel of every second row; 0 if
    too few are lit.
    """
    red, green, blue = (rgb[::2, ::2, i].astype(np.float32) for i in range(3))
    inside = np.zeros(red.shape, np.uint8)
    cv2.fillPoly(inside, [outline // 2], (1,))
    lit = (np.maximum(np.maximum(red, green), blue) >= LIT) & (inside > 0)
    if lit.sum() < max(1, LEAST_LIT * inside.sum()):
        return 0.0
    is_blue = lit & (blue - red > BLUER * blue) & (blue >= green) & (green > GREEN * blue)
    return float(is_blue.sum() / lit.sum())
