"""Correlation dimension: a fractal dimension in which boxes with much vessel count most."""

import numpy as np
from numpy.typing import NDArray

from retina.imaging.measurements.box_counts import BOXES, SIDE, BoxCounts, fitted
from retina.imaging.measurements.dimension_error import error_of
from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def correlation_dimension(observation: Observation) -> float:
    """The generalised dimension of order 2."""
    return fitted(_logarithms(observation.boxes)).dimension


def _logarithms(boxes: BoxCounts) -> NDArray[np.float64]:
    return -np.log(boxes.pairs)


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

CORRELATION_DIMENSION_ERROR = error_of(CORRELATION_DIMENSION, _logarithms, _HOW, 0.052)
