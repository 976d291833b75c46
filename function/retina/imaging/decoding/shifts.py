"""Shifts: where the picture of a damaged JPEG is moved sideways by whole blocks.

If damage makes the decoder find a block too many or too few, all that follow are in the wrong place. The picture then
continues across the upper edges of blocks, but beside itself.
"""

import numpy as np
from numpy.typing import NDArray

from retina.imaging.decoding.block_edges import run_sums, sums_of_eight

SHIFTS = (-2, -1, 1, 2)
"""By how many blocks the picture may be moved."""

COLUMNS = 16
"""In a row of fewer blocks no shift is looked for: they are too few to show one."""

STEEPEST = 15
"""Steeper slopes along a row count as this (levels per pixel): a single edge is not to decide."""

NOTHING = 0.5
"""The mean difference of slopes where nothing can be seen, which no shift improves."""

BETTER = 0.2
"""By which share the slopes must agree better if one of the rows is moved."""

WORSE = 1.1
"""How many times as much they must differ unmoved as in the same place one row of blocks higher and lower."""


def is_shifted(pixels: NDArray[np.uint8], height: int, width: int) -> bool:
    """Whether the picture is moved by one or two blocks from some block on.

    The slopes along the rows above and below the blocks' upper edges are compared, unmoved and moved. Each place in the
    order of storage is tried: it and what follows, as far as a row is long, count together.

    `pixels` is uint8[H,W,C]; blocks have `height` x `width` pixels.
    """
    rows, columns = pixels.shape[0] // height, pixels.shape[1] // width
    if rows < 4 or columns < COLUMNS:
        return False
    plane = pixels[:, : columns * width, min(1, pixels.shape[2] - 1)]  # green
    edges = np.arange(1, rows) * height
    above, below = _slopes(plane[edges - 1]), _slopes(plane[edges])
    unmoved = _differences(above, below)
    length, nothing = unmoved.shape[1], NOTHING * columns * width
    here = run_sums(unmoved, length)
    around = np.zeros_like(here)
    around[length:] = here[:-length]
    around[:-length] = np.maximum(around[:-length], here[length:])
    worse = here >= WORSE * (around + nothing)
    if not worse.any():
        return False
    for shift in SHIFTS:
        by = abs(shift) * width
        better = np.zeros_like(unmoved)
        if shift > 0:
            better[:, by // 8 :] = unmoved[:, by // 8 :] - _differences(above[:, :-by], below[:, by:])
        else:
            better[:, : -by // 8] = unmoved[:, : -by // 8] - _differences(above[:, by:], below[:, :-by])
        if np.any(worse & (run_sums(better, length) >= BETTER * (here + nothing))):
            return True
    return False


def _slopes(rows: NDArray[np.uint8]) -> NDArray[np.int8]:
    """int8[N,W] in -STEEPEST..STEEPEST."""
    slopes = np.zeros(rows.shape, np.int8)
    slopes[:, 1:] = np.clip(np.subtract(rows[:, 1:], rows[:, :-1], dtype=np.int16), -STEEPEST, STEEPEST)
    return slopes


def _differences(above: NDArray[np.int8], below: NDArray[np.int8]) -> NDArray[np.int32]:
    """The sums of each eight absolute differences in a row: int32[N,W/8]."""
    return sums_of_eight(np.abs(above - below).view(np.uint8))
