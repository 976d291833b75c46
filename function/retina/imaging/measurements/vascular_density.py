"""Vascular density: how much of the field of view is vessel."""

import numpy as np

from retina.imaging.arrays import Mask
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation


def vascular_density(vessels: Mask, view: FieldOfView) -> float | None:
    """Vessel pixels of `vessels` bool[H,W] per field-of-view pixel, 0 to 1; pixels outside it are ignored."""
    inside = view.mask((vessels.shape[0], vessels.shape[1]))
    area = int(np.count_nonzero(inside))
    return int(np.count_nonzero(vessels & inside)) / area if area else None


def _density(observation: Observation) -> float | None:
    if observation.part:
        return observation.part.vessel_pixels / observation.area
    return vascular_density(observation.vessels, observation.view)


VASCULAR_DENSITY = Measurement(
    name="vascular_density",
    label="vascular density",
    symbol="VD",
    unit="",
    group="overview",
    display=Display(factor=100, decimals=1, unit="%", context="of the field of view"),
    definition=(
        "The share of the field of view that is vessel. Computed on the vessel mask at the photograph's own "
        "resolution: vessel pixels inside the field of view, divided by all pixels of the field of view."
    ),
    source=(
        "Vessel density as in Eye and Vision 7 (2020), doi 10.1186/s40662-020-00211-5; there the area is the whole "
        "image, here the field of view, so that a black surround does not count."
    ),
    minimum=0,
    maximum=1,
    example=0.0871,
    scopes=("kind", "region"),
    measure=_density,
)
