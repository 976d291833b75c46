"""Steps: where the picture of a damaged file breaks along the upper edge of a block and of all that follow it.

Whatever damage does to the blocks after it, they begin in the middle of a row: the break goes on one row of blocks
lower, from the left border to where it began.
"""

from functools import reduce

import numpy as np
from numpy.typing import NDArray

from retina.imaging.decoding.block_edges import Edges, Means, block_edges
from retina.imaging.decoding.depths import STRIP

STEP, SURPLUS, AT_MOST = 7.0, 2.8, 20.0
"""Along a step, and where it is taken, the mean jump is at least STEP, and SURPLUS times that beside it, plus one. No
jump counts more than AT_MOST."""

SEGMENT, OVERLAP = 8, 5
"""How many pixels are averaged where there are no blocks, and how many rows belong to two strips."""

PART = 0.12
"""Each side of a step is at least this share of the width: shorter edges belong to the photograph."""

BREAK, CLEAR, NEAR, VARIED = 11.0, 3.1, 2, 5.0
"""Along a break, and where it is taken, the mean jump is at least BREAK, and CLEAR times that beside it, plus one. A
break is taken at least NEAR blocks from both borders, and on both sides of its edges blocks differ by more than this
standard deviation."""


def is_stepped(edges: Edges) -> bool:
    """Whether the photograph jumps along a step: from some block on along its upper edge to the right border, and then
    along the lower edge of the blocks to the left.

    Whatever damage does to the blocks after it, they begin in the middle of a row. A photograph has no edge that takes
    a step of exactly one block. The largest jump of the channels counts.
    """
    jumps = _sizes(edges)
    step = _step(jumps, max(3, int(PART * jumps.shape[1])))
    if step is None:
        return False
    left, right, along, here = step
    beside = np.maximum(left, right)
    return bool(np.any((along >= STEP) & (here >= STEP) & (along >= SURPLUS * (beside + 1))))


def is_broken(edges: Edges) -> bool:
    """Whether the photograph jumps along a step that may be near a border, as `is_stepped` does not allow.

    A straight edge that belongs to the photograph, such as that of a cut field of view, has one brightness on one of
    its sides. After damage both sides vary, so that is asked for. What follows may be damaged, too: jumps are compared
    with those left of the place where the step is taken, and with those of the whole photograph.
    """
    jumps = _sizes(edges)
    step = _step(jumps, NEAR)
    if step is None:
        return False
    left, _, along, here = step
    beside = np.maximum(left, np.median(jumps.mean(axis=1)))
    broken = np.any((along >= BREAK) & (here >= BREAK) & (along >= CLEAR * (beside + 1)), axis=1)
    return any(
        min(side[edge].std(axis=0).max() for side in (edges.above, edges.below) for edge in (row, row + 1)) > VARIED
        for row in np.flatnonzero(broken)
    )


def is_stepped_in_rows(pixels: NDArray[np.uint8]) -> bool:
    """`is_stepped` for pixels, uint8[H,W,C], that are stored one by one. Needs memory for STRIP rows only."""
    tops = range(0, len(pixels), STRIP)
    found = (block_edges(pixels[top : top + STRIP + OVERLAP], 1, SEGMENT) for top in tops)
    return any(edges is not None and is_stepped(edges) for edges in found)


def _sizes(edges: Edges) -> Means:
    """The sizes of the jumps, the largest of the channels, at most AT_MOST: [rows,columns]."""
    jumps = np.abs(edges.jumps)
    return np.minimum(reduce(np.maximum, (jumps[..., c] for c in range(jumps.shape[2]))), AT_MOST)


def _step(jumps: Means, least: int) -> tuple[Means, Means, Means, Means] | None:
    """For a step between each row of edges and the next one, in each place that is `least` blocks from both borders:
    the mean jump left of it above, right of it below, along it, and along the `least` blocks on both sides of it.
    """
    columns = jumps.shape[1]
    places = np.arange(least, columns - least + 1)
    if not len(places):
        return None
    sums = np.pad(np.cumsum(jumps, axis=1), ((0, 0), (1, 0)))
    left, right = sums[:, places] / places, (sums[:, -1:] - sums[:, places]) / (columns - places)
    before, after = sums[:, places] - sums[:, places - least], sums[:, places + least] - sums[:, places]
    return left[:-1], right[1:], np.minimum(right[:-1], left[1:]), np.minimum(after[:-1], before[1:]) / least
