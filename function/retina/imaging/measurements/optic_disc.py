"""The optic disc: how large it is, and how far the fovea lies from it."""

import math

import numpy as np

from retina.imaging.measurements.measurement import Display, Measurement
from retina.imaging.measurements.observation import Observation, UnmeasurableError
from retina.imaging.structures.disc import Disc

GROUP = "optic disc"

CUT = "The optic disc is cut by the edge of the field of view."

NEAR = 1.04
"""A disc so many times as large as the one that was found must lie in the field of view: of a cut one, what is seen was
found.
"""


def whole_disc(observation: Observation) -> Disc:
    """The disc. Raises `UnmeasurableError` if part of it may lie outside the field of view."""
    disc, (height, width) = observation.disc, observation.vessels.shape
    around, turn = np.linspace(0, 2 * np.pi, 72, endpoint=False), np.radians(disc.angle)
    along, across = NEAR * disc.long / 2 * np.cos(around), NEAR * disc.short / 2 * np.sin(around)
    x = disc.x + along * np.cos(turn) - across * np.sin(turn)
    y = disc.y + along * np.sin(turn) + across * np.cos(turn)
    if not observation.view.holds(x, y, (height, width)).all():
        raise UnmeasurableError(CUT)
    return disc


def disc_diameter(observation: Observation) -> float:
    """Of the circle of the disc's area, in pixels."""
    return whole_disc(observation).diameter


def disc_fovea_distance(observation: Observation) -> float:
    """From centre to centre, in diameters of the disc."""
    disc, fovea = whole_disc(observation), observation.fovea
    return math.hypot(fovea.x - disc.x, fovea.y - disc.y) / disc.diameter


DISC_DIAMETER = Measurement(
    name="disc_diameter",
    label="disc diameter",
    symbol="DD",
    unit="px",
    group=GROUP,
    display=Display(decimals=0, unit="px"),
    definition=(
        "The diameter of a circle with the area of the optic disc. Computed on the ellipse fitted to the disc: the "
        "square root of the product of its axes. Measured only if the optic disc or arteries and veins were asked for."
    ),
    source="Area of an ellipse: a quarter of pi times the product of its axes.",
    minimum=0,
    maximum=None,
    example=182,
    uses_structures=True,
    measure=disc_diameter,
)

DISC_FOVEA_DISTANCE = Measurement(
    name="disc_fovea_distance",
    label="distance from disc to fovea",
    symbol="DM/DD",
    unit="",
    group=GROUP,
    display=Display(decimals=2, unit="disc diameters"),
    definition=(
        "The distance from the centre of the optic disc to the fovea, divided by the disc's diameter. Measured only if "
        "the optic disc or arteries and veins were asked for."
    ),
    source="The ratio DM/DD of Wakakura and Alvarez, Acta Ophthalmologica 65 (1987).",
    minimum=0,
    maximum=None,
    example=2.6,
    uses_structures=True,
    measure=disc_fovea_distance,
)
