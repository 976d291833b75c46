"""Information dimension: a fractal dimension in which boxes count by how much vessel is in them."""

import numpy as np
from numpy.typing import NDArray

from retina.imaging.measurements.box_counts import BOXES, SIDE, BoxCounts, fitted
from retina.imaging.measurements.dimension_error import error_of
from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def information_dimension(observation: Observation) -> float:
    """The generalised dimension of order 1."""
    return fitted(_logarithms(observation.boxes)).dimension


def _logarithms(boxes: BoxCounts) -> NDArray[np.float64]:
    return boxes.information


_HOW = (
    "Computed as the fractal dimension, on the same boxes "
    f"({BOXES[0]} to {BOXES[-1]} pixels where the field of view is {SIDE:,} pixels wide, on four grids), but from the "
    "share of the vessels' length that is in each box: the slope of the entropy of these shares"
)

INFORMATION_DIMENSION = Measurement(
    name="information_dimension",
    label="information dimension",
    symbol="D₁",
    unit="",
    display=Display(decimals=3, unit=""),
    definition=f"The fractal dimension in which a box counts by how much vessel is in it. {_HOW}.",
    source="The generalised dimension of order 1, as in Stosic and Stosic 2006, doi 10.1109/TMI.2006.879316.",
    minimum=0,
    maximum=2,
    example=1.41,
    scopes=("kind",),
    measure=information_dimension,
)

INFORMATION_DIMENSION_ERROR = error_of(INFORMATION_DIMENSION, _logarithms, _HOW, 0.061)
