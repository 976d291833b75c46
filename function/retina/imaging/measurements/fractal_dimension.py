"""Fractal dimension: how densely the branching vessels fill the field of view, over a range of scales."""

import numpy as np

from retina.imaging.measurements.box_counts import BOXES, SIDE, fitted
from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def fractal_dimension(observation: Observation) -> float:
    """The box-counting dimension, 0 to 2."""
    return fitted(np.log(observation.boxes.occupied)).dimension


def fractal_dimension_error(observation: Observation) -> float:
    """The standard error of the slope that is the dimension."""
    return fitted(np.log(observation.boxes.occupied)).error


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
    scopes=("kind",),
    measure=fractal_dimension_error,
)
