"""The photograph and label that a camera of lower resolution would have given, to learn from.

On a small photograph a person draws every vessel at least a pixel or two wide, so that its label covers a larger share
of the field of view than that of a large one. `labels` makes these labels once for each photograph; `photograph` takes
one of them and reduces the photograph to its size. The service shows it on a larger canvas, so a network can tell such
a photograph by its softness.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.drawn_labels import ReducedLabel, centre_line, drawn, reduce_label
from retina.imaging.arrays import Gray, Mask, Rgb

WIDTHS = (400, 480, 560, 640, 800, 1000, 1200, 1400)
"""Widths of the field of view in pixels."""
PENS = (1.0, 2.0)
"""Range of the width of the line in pixels that a person draws along a thin vessel."""
CANVASES = ((1150, 1024), (1400, 1408))
"""On which working width the service showed a field of view of up to so many pixels when the network learned."""
JITTER = 0.2
"""Range of the working width around the service's, as a logarithm."""


def labels(vessels: Mask, widths: Sequence[int] = WIDTHS) -> tuple[ReducedLabel, ...]:
    """The labels of a photograph cropped to its field of view, bool[H,W], at each of `widths` below its own."""
    height, width = vessels.shape
    smaller = [w for w in widths if w < width]
    line = centre_line(vessels) if smaller else vessels
    return tuple(reduce_label(vessels, line, (w, round(w * height / width))) for w in smaller)


def photograph(
    rgb: Rgb, small: tuple[ReducedLabel, ...], random: np.random.Generator
) -> tuple[NDArray[np.uint8], Gray, float]:
    """One of the smaller photographs, uint8[h,w,3], its vessels uint8[h,w], 0 or 255, and its working width in pixels.

    `rgb` uint8[H,W,3] is cropped to the field of view, `small` are its `labels`.
    """
    label = small[int(random.integers(len(small)))]
    vessels = drawn(label, pen=random.uniform(*PENS)).astype(np.uint8) * 255
    height, width = vessels.shape
    served = next(shown for reach, shown in CANVASES if width <= reach)
    return (
        np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8),
        vessels,
        served * float(np.exp(random.uniform(-JITTER, JITTER))),
    )
