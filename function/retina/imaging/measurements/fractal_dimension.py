"""Fractal dimension: how densely the branching vessels fill the field of view, over a range of scales."""

import numpy as np
from numpy.typing import NDArray

from retina.imaging.measurements.box_counts import BOXES, SIDE, BoxCounts, fitted
from retina.imaging.measurements.dimension_error import error_of
from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def fractal_dimension(observation: Observation) -> float:
    """The box-counting dimension, 0 to 2."""
    return fitted(_logarithms(observation.boxes)).dimension


def _logarithms(boxes: BoxCounts) -> NDArray[np.float64]:
    return np.log(boxes.occupied)


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
    scopes=("kind",),
    measure=fractal_dimension,
)

FRACTAL_DIMENSION_ERROR = error_of(FRACTAL_DIMENSION, _logarithms, _HOW, 0.097)
