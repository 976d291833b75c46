"""The skeleton of a vessel mask: `skeletonise` takes and returns bool[H,W]."""

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask

_NEIGHBOURS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""P2 to P9 of Guo and Hall as (row, column), clockwise from north. Neighbour i has weight 2**i in a code."""

_WEIGHTS = np.zeros((3, 3), np.float32)
for _i, (_row, _column) in enumerate(_NEIGHBOURS):
    _WEIGHTS[_row + 1, _column + 1] = 2**_i


def _deletable(second: bool) -> NDArray[np.uint8]:
    """uint8[256]: 1 for the neighbourhoods whose centre pixel the first or `second` pass deletes."""
    table = np.zeros(256, np.uint8)
    for code in range(256):
        p2, p3, p4, p5, p6, p7, p8, p9 = (bool(code >> i & 1) for i in range(8))
        crossings = (
            (not p2 and (p3 or p4)) + (not p4 and (p5 or p6)) + (not p6 and (p7 or p8)) + (not p8 and (p9 or p2))
        )
        pairs = min(
            (p9 or p2) + (p3 or p4) + (p5 or p6) + (p7 or p8), (p2 or p3) + (p4 or p5) + (p6 or p7) + (p8 or p9)
        )
        held = (p6 or p7 or not p9) and p8 if second else (p2 or p3 or not p5) and p4
        table[code] = crossings == 1 and 2 <= pairs <= 3 and not held
    return table


_PASSES = (_deletable(second=False), _deletable(second=True))


def skeletonise(vessels: Mask) -> Mask:
    """Thin `vessels` bool[H,W] to lines one pixel wide: algorithm A1 of Guo and Hall 1989 (doi 10.1145/62065.62074)."""
    lines = np.pad(vessels.view(np.uint8), 1)
    codes = np.empty_like(lines)
    changed = True
    while changed:
        changed = False
        for table in _PASSES:
            # In place, because every copy counts at 64 megapixels.
            cv2.filter2D(lines, cv2.CV_8U, _WEIGHTS, dst=codes, borderType=cv2.BORDER_CONSTANT)
            cv2.LUT(codes, table, dst=codes)
            cv2.bitwise_and(codes, lines, dst=codes)
            if cv2.countNonZero(codes):
                changed = True
                cv2.subtract(lines, codes, dst=lines)
    return np.ascontiguousarray(lines[1:-1, 1:-1]).view(np.bool_)
