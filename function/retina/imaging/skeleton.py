"""The skeleton of a vessel mask: `skeletonise` takes and returns bool[H,W]."""

import cv2
import numpy as np

from retina.imaging.arrays import Mask

_NEIGHBOURS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""P2 to P9 of Guo and Hall as (row, column), clockwise from north. Neighbour i has weight 2**i in a code."""

_SQUARE = np.ones((3, 3), np.uint8)

_INSIDE = 255
"""The code of a pixel whose neighbours are all vessel."""


def _deletable(second: bool) -> Mask:
    """bool[256]: true for the neighbourhoods whose centre pixel the first or `second` pass deletes."""
    table = np.zeros(256, np.bool_)
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
    steps = [row * lines.shape[1] + column for row, column in _NEIGHBOURS]
    codes = np.asarray(cv2.erode(lines, _SQUARE), np.uint8)
    # Only pixels at the rim can be deleted, so only they are looked at: a few hundredths of all.
    rim = np.flatnonzero(lines.ravel() != codes.ravel())
    codes *= np.uint8(_INSIDE)
    flat, codes = lines.ravel(), codes.ravel()
    for i, step in enumerate(steps):
        codes[rim] += flat[rim + step] << np.uint8(i)
    changed = True
    while changed:
        changed = False
        for table in _PASSES:
            gone = table[codes[rim]]
            deleted = rim[gone]
            if not len(deleted):
                continue
            changed = True
            flat[deleted] = 0
            found = [rim[~gone]]
            for i, step in enumerate(steps):
                near = deleted + step
                before = codes[near]
                # What is deleted is the opposite neighbour of the pixel that lies this way.
                codes[near] = before & np.uint8(_INSIDE - 2 ** ((i + 4) % 8))
                bared = near[before == _INSIDE]
                if len(bared):
                    found.append(bared[flat[bared] > 0])
            rim = np.concatenate(found)
    return np.ascontiguousarray(lines[1:-1, 1:-1]).view(np.bool_)
