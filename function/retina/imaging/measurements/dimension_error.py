"""How well a fractal dimension is determined by the boxes that it is fitted to."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from retina.imaging.measurements.box_counts import BoxCounts, fitted
from retina.imaging.measurements.measurement import Measurement
from retina.imaging.measurements.observation import Observation


def error_of(
    dimension: Measurement, logarithms: Callable[[BoxCounts], NDArray[np.float64]], how: str, example: float
) -> Measurement:
    """The standard error of `dimension`, the slope of `logarithms` float64[5]; its name ends in `_error`. `how` says
    how the dimension is computed.
    """

    def measure(observation: Observation) -> float:
        return fitted(logarithms(observation.boxes)).error

    return dimension.model_copy(
        update={
            "name": f"{dimension.name}_error",
            "label": f"error of {dimension.label}",
            "symbol": f"SE({dimension.symbol})",
            "definition": f"The standard error of the slope that is the {dimension.label}. {how}.",
            "source": "Least squares.",
            "maximum": None,
            "example": example,
            "measure": measure,
        }
    )
