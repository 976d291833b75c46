"""All measurements. Answers, tables, trends and labels take their names from this list."""

from retina.imaging.arrays import Mask
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.measurements.measurement import Measurement
from retina.imaging.measurements.vascular_density import VASCULAR_DENSITY

MEASUREMENTS: tuple[Measurement, ...] = (VASCULAR_DENSITY,)
"""In the order of the columns in tables; add new ones at the end. Lists of photographs show the first."""

DECIMALS = 6
"""Values are rounded to this many decimals, more than any photograph supports."""

Measurements = dict[str, float | None]
"""Value by name of measurement; None if it cannot be measured."""


def measure(vessels: Mask, view: FieldOfView) -> Measurements:
    """Compute every measurement of `vessels` bool[H,W] inside the field of view."""
    values = {measurement.name: measurement.measure(vessels, view) for measurement in MEASUREMENTS}
    return {name: None if value is None else round(value, DECIMALS) for name, value in values.items()}
