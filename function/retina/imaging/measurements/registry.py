"""All measurements. Answers, tables, trends and labels take their names from this list."""

from dataclasses import dataclass

from retina.imaging.measurements.asymmetry_ratio import ASYMMETRY_RATIO
from retina.imaging.measurements.avascular_radius import AVASCULAR_RADIUS, AVASCULAR_RADIUS_DD
from retina.imaging.measurements.branching import BRANCH_POINT_DENSITY, BRANCH_POINTS, END_POINTS
from retina.imaging.measurements.branching_angle import BRANCHING_ANGLE
from retina.imaging.measurements.branching_coefficient import BRANCHING_COEFFICIENT
from retina.imaging.measurements.calibre import CALIBRE_DEVIATION, MEAN_CALIBRE
from retina.imaging.measurements.calibre_distribution import CALIBRE_MEDIAN, CALIBRE_P10, CALIBRE_P90
from retina.imaging.measurements.central_equivalents import AVR, CRAE, CRVE
from retina.imaging.measurements.correlation_dimension import CORRELATION_DIMENSION, CORRELATION_DIMENSION_ERROR
from retina.imaging.measurements.crossings import CROSSINGS
from retina.imaging.measurements.disc_fovea_angle import DISC_FOVEA_ANGLE
from retina.imaging.measurements.fractal_dimension import FRACTAL_DIMENSION, FRACTAL_DIMENSION_ERROR
from retina.imaging.measurements.information_dimension import INFORMATION_DIMENSION, INFORMATION_DIMENSION_ERROR
from retina.imaging.measurements.length_density import LENGTH_DENSITY
from retina.imaging.measurements.measurement import Measurement
from retina.imaging.measurements.micrometres import in_micrometres
from retina.imaging.measurements.murray_deviation import MURRAY_DEVIATION
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
    CALIBRE_P10,
    CALIBRE_MEDIAN,
    CALIBRE_P90,
    in_micrometres(CALIBRE_P10),
    in_micrometres(CALIBRE_MEDIAN),
    in_micrometres(CALIBRE_P90),
    INFORMATION_DIMENSION,
    INFORMATION_DIMENSION_ERROR,
    CORRELATION_DIMENSION,
    CORRELATION_DIMENSION_ERROR,
    CROSSINGS,
    BRANCHING_ANGLE,
    BRANCHING_COEFFICIENT,
    ASYMMETRY_RATIO,
    MURRAY_DEVIATION,
    AVASCULAR_RADIUS,
    AVASCULAR_RADIUS_DD,
    in_micrometres(AVASCULAR_RADIUS),
    DISC_FOVEA_ANGLE,
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
        values[measurement.name], reason = value_of(measurement, observation)
        if reason is not None:
            reasons[measurement.name] = reason
    return Measured(values, reasons)


def value_of(measurement: Measurement, observation: Observation) -> tuple[float | None, str | None]:
    """The rounded value, and if it is None, why, as far as it is known."""
    try:
        value = measurement.measure(observation)
    except UnmeasurableError as error:
        return None, str(error)
    return None if value is None else round(value, DECIMALS), None
