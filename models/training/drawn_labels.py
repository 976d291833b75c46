"""Vessel labels as a person would draw them on a smaller copy of the photograph.

A mask that is merely averaged down loses its thin vessels: one of two pixels, reduced to a quarter, covers no pixel by
half. A person who draws on the small photograph does not lose them. Every vessel that can be seen gets a connected
line of whole pixels, about two wide: no camera shows a line narrower than that. So a thin vessel covers a larger
share of a small photograph than of a large one. What a person could no longer see on the copy is not left out.

`reduce_label` takes a mask bool[H,W] and returns what it needs to know of it at the smaller size; `drawn` makes the
mask bool[h,w] of it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from retina.imaging.arrays import Mask

COVERED, PEN = 0.5, 2.0
"""The share of a pixel from which it counts as covered, and the width of the thinnest line in pixels."""


@dataclass(frozen=True)
class ReducedLabel:
    """`coverage` uint8[h,w]: the share of each pixel that vessels cover, 255 for all of it. `reach` uint8[h,w]: the
    distance of its centre from the nearest centre-line in 32nds of a pixel, at most 255, and 0 where one passes through
    the pixel.
    """

    coverage: NDArray[np.uint8]
    reach: NDArray[np.uint8]


def centre_line(vessels: Mask) -> Mask:
    """The centre-lines of vessels bool[H,W], one pixel wide and 8-connected, bool[H,W]."""
    return np.asarray(skeletonize(vessels), np.bool_)  # type: ignore[no-untyped-call]


def reduce_label(vessels: Mask, line: Mask, size: tuple[int, int]) -> ReducedLabel:
    """Reduce `vessels` bool[H,W] with its `centre_line` to `size` (width, height), which is not larger."""
    height, width = vessels.shape
    coverage = cv2.resize(vessels.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    away = np.full(size[::-1], np.inf, np.float32)
    if line.any():
        distance = cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        scale = np.float32(size[0] / width)
        away = np.asarray(cv2.resize(distance, size, interpolation=cv2.INTER_LINEAR), np.float32) * scale
    rows, columns = np.nonzero(line)
    # Neighbours in the line stay neighbours, or become one pixel: what was connected stays connected.
    away[rows * size[1] // height, columns * size[0] // width] = 0
    return ReducedLabel(np.asarray(coverage, np.uint8), np.minimum(away * 32, 255).astype(np.uint8))


def drawn(label: ReducedLabel, covered: float = COVERED, pen: float = PEN) -> Mask:
    """The mask bool[h,w]: where vessels cover at least the share `covered` of a pixel, and along every centre-line as a
    round pen of the width `pen`, in pixels, draws it.
    """
    return np.asarray((label.coverage >= covered * 255) | (label.reach <= pen * 16))
