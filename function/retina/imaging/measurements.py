"""Measurements on a vessel mask inside the field of view. A value is None if it cannot be measured."""

from dataclasses import dataclass

import numpy as np

from retina.imaging.arrays import Mask
from retina.imaging.field_of_view import FieldOfView


@dataclass(frozen=True)
class Measurements:
    """`vascular_density`: vessel pixels per field-of-view pixel, 0 to 1."""

    vascular_density: float | None


def measure(vessels: Mask, view: FieldOfView) -> Measurements:
    """Measure `vessels` bool[H,W] inside the field of view; pixels outside it are ignored."""
    inside = view.mask((vessels.shape[0], vessels.shape[1]))
    area = int(np.count_nonzero(inside))
    return Measurements(vascular_density=round(int(np.count_nonzero(vessels & inside)) / area, 6) if area else None)
