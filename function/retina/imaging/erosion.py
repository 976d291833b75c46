"""Erosion of a mask: what lies further than some pixels from everything outside it.

Distances are those of OpenCV's `distanceTransform` with a mask of 3 by 3 pixels, by which a circle is an octagon. Its
distances of all pixels take three times as long: here 64 pixels of a row are the bits of one number, and looked at
together.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Gray

STRAIGHT, ASKEW = 0.955, 1.3693
"""How far apart neighbours are, beside each other and across a corner, as in OpenCV. After Borgefors 1986
(doi 10.1016/S0734-189X(86)80047-0)."""

WORD = 64
_NEXT, _FAR = np.uint64(1), np.uint64(WORD - 1)

Words = NDArray[np.uint64]


def eroded(inside: Gray, rim: float) -> Gray:
    """uint8[h,w], 255 where uint8[h,w] is not 0, nor anything within `rim` pixels. All beyond the frame is outside."""
    widths = _half_widths(rim)
    reach, (height, width) = len(widths) - 1, inside.shape
    padded = np.zeros((height + 2 * reach, WORD * (width // WORD + 1)), np.uint8)  # at least one is 0 between rows
    padded[reach : reach + height, :width] = inside
    rows = np.packbits(padded, axis=1, bitorder="little").view(np.uint64)
    left = np.full((height, rows.shape[1]), ~np.uint64(0))
    narrowed = 0
    for down in range(reach, -1, -1):
        for _ in range(narrowed, widths[down]):
            rows = _narrower(rows)
        narrowed = widths[down]
        left &= rows[reach - down : reach - down + height]
        left &= rows[reach + down : reach + down + height]
    return np.unpackbits(left.view(np.uint8), axis=1, count=width, bitorder="little") * np.uint8(255)


@cache
def _half_widths(rim: float) -> list[int]:
    """How many pixels to either side lie within `rim` of a pixel, in its own row and in each row further down."""
    reach = range(int(rim / STRAIGHT) + 1)
    return [max(x for x in reach if STRAIGHT * abs(x - y) + ASKEW * min(x, y) <= rim) for y in reach]


def _narrower(rows: Words) -> Words:
    """The bits that are set with both of their neighbours. Rows follow each other, and each ends with a 0."""
    here = rows.ravel()
    both, later = here << _NEXT, here >> _NEXT
    both[1:] |= here[:-1] >> _FAR
    later[:-1] |= here[1:] << _FAR
    both &= later
    both &= here
    return both.reshape(rows.shape)
