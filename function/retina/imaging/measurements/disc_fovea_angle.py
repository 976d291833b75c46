"""Angle from disc to fovea: how far the fovea lies below the optic disc's centre."""

import math

from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.optic_disc import GROUP, whole_disc


def disc_fovea_angle(observation: Observation) -> float:
    """Between the photograph's horizontal and the line from disc to fovea, in degrees; positive if this leads down."""
    disc, fovea = whole_disc(observation), observation.fovea
    return math.degrees(math.atan2(fovea.y - disc.y, abs(fovea.x - disc.x)))


DISC_FOVEA_ANGLE = Measurement(
    name="disc_fovea_angle",
    label="angle from disc to fovea",
    symbol="DFA",
    unit="°",
    group=GROUP,
    display=Display(decimals=1, unit="°"),
    definition=(
        "The angle between the photograph's horizontal and the line from the centre of the optic disc to the fovea: "
        "positive if the fovea lies below the disc's centre. A camera or a head that is tilted changes it. Measured "
        "only if the optic disc or arteries and veins were asked for."
    ),
    source=("Rohrschneider, Investigative Ophthalmology and Visual Science 45 (2004), doi 10.1167/iovs.03-1157."),
    minimum=-90,
    maximum=90,
    example=6.5,
    uses_structures=True,
    measure=disc_fovea_angle,
)
