"""All measurements. Answers, tables, trends and labels take their names from this list."""

from dataclasses import dataclass

from retina.imaging.measurements.branching import BRANCH_POINT_DENSITY, BRANCH_POINTS, END_POINTS
from retina.imaging.measurements.calibre import CALIBRE_DEVIATION, MEAN_CALIBRE
from retina.imaging.measurements.central_equivalents import AVR, CRAE, CRVE
from retina.imaging.measurements.fractal_dimension import FRACTAL_DIMENSION, FRACTAL_DIMENSION_ERROR
from retina.imaging.measurements.length_density import LENGTH_DENSITY
from retina.imaging.measurements.measurement import Measurement
from retina.imaging.measurements.micrometres import in_micrometres
from retina.imaging.measurements.observation import Observation, UnmeasurableError
from retina.imaging.measurements.optic_disc import DISC_DIAMETER, DISC_FOVEA_DISTANCE
from retina.imaging.measurements.squared_curvature import SQUARED_CURVATURE
from retina.imaging.measurements.tortuosity import TORTUOSITY
from retina.imaging.measurements.tortuosity_density import TORTUOSITY_DENSITY
from retina.imaging.measurements.vascular_density import VASCULAR_DENSITY

MEASUREMENTS: tuple[Measurement, ...] = (
    VASCULAR_DENSITY,
    LENGTH_DENSITY,
    MEAN_CALIBRE,
    CALIBRE_DEVIATION,
    TORTUOSITY,
    TORTUOSITY_DENSITY,
    SQUARED_CURVATURE,
    FRACTAL_DIMENSION,
    FRACTAL_DIMENSION_ERROR,
    BRANCH_POINTS,
    BRANCH_POINT_DENSITY,
    END_POINTS,
    in_micrometres(MEAN_CALIBRE),
    in_micrometres(CALIBRE_DEVIATION),
    DISC_DIAMETER,
    DISC_FOVEA_DISTANCE,
    in_micrometres(DISC_DIAMETER),
    CRAE,
    CRVE,
    AVR,
    in_micrometres(CRAE),
    in_micrometres(CRVE),
)
"""In the order of the columns in tables; add new ones at the end. Lists of photographs show the first."""

DECIMALS = 6
"""Values are rounded to this many decimals, more than any photograph supports."""

Measurements = dict[str, float | None]
"""Value by name of measurement; None if it cannot be measured."""


@dataclass(frozen=True)
class Measured:
    """The values by name of measurement, and for those that are None, why, as far as it is known."""

    values: Measurements
    reasons: dict[str, str]


def measure(observation: Observation) -> Measured:
    """Compute every measurement of one photograph."""
    values, reasons = Measurements(), dict[str, str]()
    for measurement in MEASUREMENTS:
        try:
            value = measurement.measure(observation)
        except UnmeasurableError as error:
            value, reasons[measurement.name] = None, str(error)
        values[measurement.name] = None if value is None else round(value, DECIMALS)
    return Measured(values, reasons)
