"""Tears: where the picture of a damaged file jumps along the order in which its blocks or pixels are stored.

JPEG has no checksums. Its blocks are stored row by row, each as the difference in mean brightness to the one before it.
Damage therefore leaves traces in the pixels: all blocks after it are too bright or too dark (`is_torn`), or they are in
the wrong place, too (`is_stepped`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from retina.imaging.decoding.depths import STRIP

Means = NDArray[np.floating]
"""Mean brightness of a row of a block."""

DARK, LIGHT = 12, 243
"""Darker or lighter segments are left out of `is_torn`: clipped values do not show a jump."""

JUMP, ALIKE, TELLING = 5.0, 0.8, 0.35
"""A tear jumps by at least JUMP (of 255), alike in ALIKE of the segments that tell, which are TELLING of all."""

SIDE = 0.15
"""As many of them, as a share of the width, must be on both sides of the place where the tear goes on a row below."""

STEP, SURPLUS, AT_MOST = 7.0, 2.8, 20.0
"""Along a step, and where it is taken, the mean jump is at least STEP, and SURPLUS times that beside it, plus one. No
jump counts more than AT_MOST."""

SEGMENT, OVERLAP = 8, 5
"""How many pixels are averaged where there are no blocks, and how many rows belong to two strips."""

PART = 0.12
"""Each side of a step is at least this share of the width: shorter edges belong to the photograph."""

WRAPPED, STEADY = 128, 32
"""Where one channel has wrapped around, it differs from the next pixel's by more than WRAPPED, the others by less than
STEADY."""


def is_torn(pixels: NDArray[np.uint8], height: int, width: int) -> bool:
    """Whether brightness jumps in the middle of the compressed data and stays so.

    Blocks are stored row by row, each as the difference in mean brightness to the one before it: if one difference is
    damaged, all that follow are too bright or too dark. In the order of storage, each of the next W / `width` blocks
    then differs from the one above it, and by the same. So for every such run of blocks the differences across their
    upper edges are looked at (less the slope on both sides), in each channel. A horizontal edge in the photograph
    does not differ alike: tissue varies.

    `pixels` is uint8[H,W,C]; blocks have `height` x `width` pixels.
    """
    found = _edges(pixels, height, width)
    if found is None:
        return False
    jumps, above, below = found
    telling = (np.minimum(above, below) > DARK) & (np.maximum(above, below) < LIGHT)
    return any(
        _is_run(
            jumps[..., c].ravel(), above[..., c].ravel(), below[..., c].ravel(), telling[..., c].ravel(), jumps.shape[1]
        )
        for c in range(pixels.shape[2])
    )


def is_stepped(pixels: NDArray[np.uint8], height: int, width: int) -> bool:
    """Whether the photograph jumps along a step: from some block on along its upper edge to the right border, and then
    along the lower edge of the blocks to the left.

    Whatever damage does to the blocks after it, they begin in the middle of a row. A photograph has no edge that takes
    a step of exactly one block. Jumps are measured as in `is_torn`, which has the same arguments; the largest of the
    channels counts.
    """
    found = _edges(pixels, height, width)
    if found is None:
        return False
    jumps = np.minimum(np.abs(found[0]).max(axis=2), AT_MOST)
    columns = jumps.shape[1]
    least = max(3, int(PART * columns))
    places = np.arange(least, columns - least + 1)
    if not len(places):
        return False
    sums = np.pad(np.cumsum(jumps, axis=1), ((0, 0), (1, 0)))
    left, right = sums[:, places] / places, (sums[:, -1:] - sums[:, places]) / (columns - places)
    along, beside = np.minimum(right[:-1], left[1:]), np.maximum(left[:-1], right[1:])
    before, after = sums[:, places] - sums[:, places - least], sums[:, places + least] - sums[:, places]
    here = np.minimum(after[:-1], before[1:]) / least
    return bool(np.any((along >= STEP) & (here >= STEP) & (along >= SURPLUS * (beside + 1))))


def is_stepped_in_rows(pixels: NDArray[np.uint8]) -> bool:
    """`is_stepped` for pixels, uint8[H,W,C], that are stored one by one. Needs memory for STRIP rows only."""
    tops = range(0, len(pixels), STRIP)
    return any(is_stepped(pixels[top : top + STRIP + OVERLAP], 1, SEGMENT) for top in tops)


def _edges(pixels: NDArray[np.uint8], height: int, width: int) -> tuple[Means, Means, Means] | None:
    """The jumps across the upper edges of all blocks but the first row's, less the slope on both sides, and the means
    above and below them, each [rows,columns,C]; None if there are too few blocks.
    """
    rows, columns = pixels.shape[0] // height, -(-pixels.shape[1] // width)
    if rows < 3 or columns < 4:
        return None
    edges = np.arange(1, rows) * height
    edges = edges[(edges >= 2) & (edges < len(pixels) - 1)]
    starts = np.arange(columns) * width
    counts = np.diff(np.append(starts, pixels.shape[1]))[:, None]
    above2, above, below, below2 = (
        np.add.reduceat(pixels[edges + offset], starts, axis=1, dtype=np.float32) / counts for offset in (-2, -1, 0, 1)
    )
    if height == 1:
        return below - above, above, below  # the next rows may be beyond another jump
    return (below - above) - (below2 - below + above - above2) / 2, above, below


def _is_run(jumps: Means, above: Means, below: Means, telling: NDArray[np.bool_], length: int) -> bool:
    """Whether `length` differences in a row are alike and large, where they tell, more alike than the photograph is."""
    counts = _sums(telling, length)
    means = np.abs(_sums(np.where(telling, jumps, 0), length)) / np.maximum(counts, 1)
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


def _sums(values: NDArray[Any], length: int) -> NDArray[np.float64]:
    """The sums of each `length` values in a row."""
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return np.asarray(total[length:] - total[:-length])


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
