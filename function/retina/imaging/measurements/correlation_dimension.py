"""Correlation dimension: a fractal dimension in which boxes with much vessel count most."""

import numpy as np

from retina.imaging.measurements.box_counts import BOXES, SIDE, fitted
from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def correlation_dimension(observation: Observation) -> float:
    """The generalised dimension of order 2."""
    return fitted(-np.log(observation.boxes.pairs)).dimension


def correlation_dimension_error(observation: Observation) -> float:
    """The standard error of the slope that is the dimension."""
    return fitted(-np.log(observation.boxes.pairs)).error


_HOW = (
    "Computed as the fractal dimension, on the same boxes "
    f"({BOXES[0]} to {BOXES[-1]} pixels where the field of view is {SIDE:,} pixels wide, on four grids), but from the "
    "share of the vessels' length that is in each box: the slope of the logarithm of the sum of their squares"
)

CORRELATION_DIMENSION = Measurement(
    name="correlation_dimension",
    label="correlation dimension",
    symbol="D₂",
    unit="",
    display=Display(decimals=3, unit=""),
    definition=f"The fractal dimension in which boxes with much vessel count most. {_HOW}.",
    source="The generalised dimension of order 2, as in Stosic and Stosic 2006, doi 10.1109/TMI.2006.879316.",
    minimum=0,
    maximum=2,
    example=1.39,
    scopes=("kind",),
    measure=correlation_dimension,
)

CORRELATION_DIMENSION_ERROR = Measurement(
    name="correlation_dimension_error",
    label="error of correlation dimension",
    symbol="SE(D₂)",
    unit="",
    display=Display(decimals=3, unit=""),
    definition=f"The standard error of the slope that is the correlation dimension. {_HOW}.",
    source="Least squares.",
    minimum=0,
    maximum=None,
    example=0.052,
    scopes=("kind",),
    measure=correlation_dimension_error,
)
