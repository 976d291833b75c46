"""Tears: where the picture of a damaged file is too bright or too dark from some block or pixel on.

JPEG has no checksums. Its blocks are stored row by row, each as the difference in mean brightness to the one before it.
Damage therefore leaves traces in the pixels: all blocks after it are too bright or too dark (`is_torn`), or they are in
the wrong place, too (`steps`, `shifts`).
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from retina.imaging.decoding.block_edges import Edges, Means, run_sums
from retina.imaging.decoding.depths import STRIP

DARK, LIGHT = 12, 243
"""Darker or lighter segments are left out of `is_torn`: clipped values do not show a jump."""

JUMP, ALIKE, TELLING = 5.0, 0.8, 0.35
"""A tear jumps by at least JUMP (of 255), alike in ALIKE of the segments that tell, which are TELLING of all."""

SIDE = 0.15
"""As many of them, as a share of the width, must be on both sides of the place where the tear goes on a row below."""

WRAPPED, STEADY = 128, 32
"""Where one channel has wrapped around, it differs from the next pixel's by more than WRAPPED, the others by less than
STEADY."""

APART, BLACK, BRIGHT, MOSTLY = 2, 24, 231, 0.8
"""Of rows this far apart, since the damaged one is a tangle, MOSTLY all pixels with no channel above BLACK are beyond
BRIGHT below."""

FEW, SOME = 0.01, 0.05
"""Shares of a row that must be black, and that must be steady."""


def is_torn(edges: Edges) -> bool:
    """Whether brightness jumps in the middle of the compressed data and stays so.

    Blocks are stored row by row, each as the difference in mean brightness to the one before it: if one difference is
    damaged, all that follow are too bright or too dark. In the order of storage, each of the next W / `width` blocks
    then differs from the one above it, and by the same. So for every such run of blocks the differences across their
    upper edges are looked at (less the slope on both sides), in each channel. A horizontal edge in the photograph
    does not differ alike: tissue varies.
    """
    jumps, above, below = edges
    telling = (np.minimum(above, below) > DARK) & (np.maximum(above, below) < LIGHT)
    return any(
        _is_run(
            jumps[..., c].ravel(), above[..., c].ravel(), below[..., c].ravel(), telling[..., c].ravel(), jumps.shape[1]
        )
        for c in range(jumps.shape[2])
    )


def _is_run(jumps: Means, above: Means, below: Means, telling: NDArray[np.bool_], length: int) -> bool:
    """Whether `length` differences in a row are alike and large, where they tell, more alike than the photograph is."""
    counts = run_sums(telling, length)
    means = np.abs(run_sums(np.where(telling, jumps, 0), length)) / np.maximum(counts, 1)
    means[counts < TELLING * length] = 0
    for row in range(0, len(means), length):
        start = row + int(np.argmax(means[row : row + length]))
        if means[start] < JUMP:
            continue
        turn = row + length  # where the run goes on in the next row
        sides = _telling(telling, start, turn), _telling(telling, turn, start + length)
        beside = np.append(_telling(telling, row, start), _telling(telling, start + length, turn + length))
        if min(map(len, sides)) < SIDE * length or (len(beside) and np.abs(jumps[beside]).mean() > means[start] / 2):
            continue  # a horizontal edge in the photograph, which begins and ends anywhere
        here = np.concatenate(sides)
        middle = np.median(jumps[here])
        off = np.abs(jumps[here] - middle)
        variety = min(above[here].std(), below[here].std())
        if abs(middle) >= JUMP and np.median(off) < variety / 4 and np.mean(off <= max(2, abs(middle) / 4)) >= ALIKE:
            return True
    return False


def _telling(telling: NDArray[np.bool_], start: int, end: int) -> NDArray[np.intp]:
    """The places from `start` to `end` that tell."""
    return np.flatnonzero(telling[start:end]) + start


def demand_no_wraps(image: Image.Image) -> None:
    """Raise `ValueError` if a channel of the decoded `image` has wrapped around, from 255 to 0 or back.

    Lossless data are differences to the pixels before: if one is damaged, what follows is off by as much, until it
    wraps around in a tangle of edges. The outline of a drawn surround is shorter than that of the whole photograph.
    """
    wraps = 0
    for top in range(0, image.height, STRIP):
        strip = image.crop((0, top, image.width, min(top + STRIP + 1, image.height))).convert("RGB")
        values = np.asarray(strip).astype(np.int16)
        wraps += sum(_wraps(np.abs(np.diff(values, axis=axis))) for axis in (0, 1))
    if wraps > 2 * (image.width + image.height):
        raise ValueError("a channel has wrapped around")


def _wraps(differences: NDArray[np.int16]) -> int:
    ordered = np.sort(differences, axis=2)
    return int(np.count_nonzero((ordered[..., 2] > WRAPPED) & (ordered[..., 1] < STEADY)))


def demand_no_wrapped_surround(pixels: NDArray[np.uint8]) -> None:
    """Raise `ValueError` if in uint8[H,W,3] the black surround is light from some row on, and the tissue as it was.

    Lossless data with 16 bits that are off by a little show nothing, except where they would be below zero.
    """
    for top in range(0, len(pixels), STRIP):
        strip = pixels[top : top + STRIP + APART].astype(np.int16)
        above, below = strip[:-APART], strip[APART:]
        black = above.max(axis=2) <= BLACK
        wrapped = black & (below.max(axis=2) >= BRIGHT)
        steady = (above.max(axis=2) > 2 * BLACK) & (np.abs(above - below).max(axis=2) < STEADY)
        here = (black.mean(axis=1) >= FEW) & (wrapped.sum(axis=1) >= MOSTLY * black.sum(axis=1))
        if (here & (steady.mean(axis=1) >= SOME)).any():
            raise ValueError("the surround has wrapped around")
