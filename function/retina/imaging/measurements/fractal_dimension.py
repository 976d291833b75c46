"""Fractal dimension: how densely the branching vessels fill the field of view, over a range of scales."""

import numpy as np
from numpy.typing import NDArray

from retina.imaging.graph.smoothing import Lines
from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation

SIDE = 1024
"""Pixels of the field of view's longer side at the scale at which boxes are counted, whatever the photograph's."""

CELL = 4
"""Side of the cells, in these pixels, of which boxes are made."""

BOXES = (8, 16, 32, 64, 128)
"""Sides of the boxes in these pixels."""

FINENESS = 3
"""Places on each step of a line that are put into cells; a step is about 5 of these pixels."""


def fractal_dimension(observation: Observation) -> float:
    """The box-counting dimension, 0 to 2."""
    return _fit(_boxes(observation.lines, observation.view.side))[0]


def fractal_dimension_error(observation: Observation) -> float:
    """The standard error of the slope that is the dimension."""
    return _fit(_boxes(observation.lines, observation.view.side))[1]


def _boxes(lines: Lines, side: int) -> NDArray[np.float64]:
    """How many boxes of each size have a vessel in them, the mean over four positions of the grid."""
    going = ~lines.last
    start = lines.points[going]
    step = np.roll(lines.points, -1, axis=0)[going] - start
    places = [start + step * (i / FINENESS) for i in range(FINENESS)]
    points = np.concatenate([*places, lines.points[lines.last]]) * (SIDE / side / CELL)
    # Room for the largest box on all sides, so that the grid can be moved.
    room, count = BOXES[-1] // CELL, SIDE // CELL + 2 * BOXES[-1] // CELL
    columns, rows = np.clip((points + room).astype(np.int64), 0, count - 1).T
    cells = np.zeros((count, count), np.bool_)
    cells[rows, columns] = True
    return np.array([np.mean([_occupied(cells, box // CELL, *move) for move in np.ndindex(2, 2)]) for box in BOXES])


def _occupied(cells: NDArray[np.bool_], size: int, down: int, across: int) -> int:
    """Boxes of `size` x `size` cells with a vessel, on a grid moved by half a box down or across where it is 1."""
    moved = cells[down * size // 2 :, across * size // 2 :]
    height, width = (length // size for length in moved.shape)
    rows = moved[: height * size, : width * size].reshape(height, size, width * size).any(axis=1)
    return int(np.count_nonzero(rows.reshape(height, width, size).any(axis=2)))


def _fit(counts: NDArray[np.float64]) -> tuple[float, float]:
    """Slope of the logarithm of the counts against that of 1 / size, by least squares, and its standard error."""
    x, y = -np.log(np.array(BOXES, np.float64)), np.log(np.maximum(counts, 1))
    x, y = x - x.mean(), y - y.mean()
    slope = float(x @ y / (x @ x))
    rest = y - slope * x
    return slope, float(np.sqrt(rest @ rest / (len(x) - 2) / (x @ x)))


_HOW = (
    "Computed on the vessel graph's centre lines, so that the width of vessels does not count, at a scale at which "
    f"the field of view is {SIDE:,} pixels wide, whatever the photograph's: boxes of {BOXES[0]} to {BOXES[-1]} of "
    "these pixels, each twice as large as the one before, that contain a vessel are counted on four grids, and a "
    "line is fitted to the logarithms"
)

FRACTAL_DIMENSION = Measurement(
    name="fractal_dimension",
    label="fractal dimension",
    symbol="D",
    unit="",
    display=Display(decimals=3, unit=""),
    definition=f"How densely the branching vessels fill the field of view: 1 is a line, 2 a plane. {_HOW}.",
    source="Box counting, as reviewed by Masters 2004, doi 10.1146/annurev.bioeng.6.040803.140100.",
    minimum=0,
    maximum=2,
    example=1.42,
    measure=fractal_dimension,
)

FRACTAL_DIMENSION_ERROR = Measurement(
    name="fractal_dimension_error",
    label="error of fractal dimension",
    symbol="SE(D)",
    unit="",
    display=Display(decimals=3, unit=""),
    definition=f"The standard error of the slope that is the fractal dimension. {_HOW}.",
    source="Least squares.",
    minimum=0,
    maximum=None,
    example=0.097,
    measure=fractal_dimension_error,
)
