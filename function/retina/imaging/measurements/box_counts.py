"""Boxes of several sizes, and how the vessels' length is spread over them: what fractal dimensions are fitted to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retina.imaging.graph.smoothing import Lines

SIDE = 1024
"""Pixels of the field of view's longer side at the scale at which boxes are counted, whatever the photograph's."""

BOXES = (8, 16, 32, 64, 128)
"""Sides of the boxes in these pixels, each twice as large as the one before."""

CELL = BOXES[0] // 2
"""Side of the cells, in these pixels, of which boxes are made."""

FINENESS = 3
"""Places on each step of a line that are put into cells; a step is about 5 of these pixels."""


@dataclass(frozen=True)
class BoxCounts:
    """By size of the boxes, float64[5], the mean over four positions of the grid: `occupied`, how many have a vessel in
    them; `information`, the entropy of the shares of length in them; `pairs`, the sum of their squares.
    """

    occupied: NDArray[np.float64]
    information: NDArray[np.float64]
    pairs: NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """A dimension and its standard error."""

    dimension: float
    error: float


def box_counts(lines: Lines, side: int) -> BoxCounts:
    """The boxes of `lines` in a field of view of `side` pixels."""
    going = ~lines.last
    start, steps = lines.points[going], lines.steps[going]
    step = np.roll(lines.points, -1, axis=0)[going] - start
    places = [start + step * (i / FINENESS) for i in range(FINENESS)]
    points = np.concatenate([*places, lines.points[lines.last]]) * (SIDE / side / CELL)
    # The last point of a line stands for no length of its own, but for a place in a box.
    lengths = np.concatenate([np.tile(steps / FINENESS, FINENESS), np.full(len(lines), 1e-9)])
    # Room for the largest box on all sides, so that the grid can be moved.
    room, count = BOXES[-1] // CELL, SIDE // CELL + 2 * BOXES[-1] // CELL
    columns, rows = np.clip((points + room).astype(np.int64), 0, count - 1).T
    halves = np.bincount(rows * count + columns, lengths, count**2).reshape(count, count) / lengths.sum()
    found = []
    for _ in BOXES:
        # Boxes are two by two of their halves, on grids moved by a half down, across, or both.
        boxes = [_boxes(halves[down:, across:]) for down, across in np.ndindex(2, 2)]
        shares = [each[each > 0] for each in boxes]
        found.append([np.mean([f(share) for share in shares]) for f in (len, _entropy, _squares)])
        halves = boxes[0]
    return BoxCounts(*np.array(found, np.float64).T)


def fitted(logarithms: NDArray[np.float64]) -> Fit:
    """The slope of float64[5], by size of the boxes, against the logarithm of 1 / size, by least squares."""
    x = -np.log(np.array(BOXES, np.float64))
    x, y = x - x.mean(), logarithms - logarithms.mean()
    slope = float(x @ y / (x @ x))
    rest = y - slope * x
    return Fit(slope, float(np.sqrt(rest @ rest / (len(x) - 2) / (x @ x))))


def _boxes(halves: NDArray[np.float64]) -> NDArray[np.float64]:
    height, width = (length // 2 for length in halves.shape)
    rows = halves[: 2 * height : 2] + halves[1 : 2 * height : 2]
    return np.asarray(rows[:, : 2 * width : 2] + rows[:, 1 : 2 * width : 2])


def _entropy(shares: NDArray[np.float64]) -> float:
    return -float(shares @ np.log(shares))


def _squares(shares: NDArray[np.float64]) -> float:
    return float(shares @ shares)
