"""Regions of the retina: zones round the optic disc, and the quadrants into which the line to the fovea divides it.

Where a region cannot be told, the reason is given instead.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retina.imaging.decoding.facts import Laterality
from retina.imaging.measurements.observation import Observation, UnmeasurableError
from retina.imaging.measurements.optic_disc import whole_disc
from retina.imaging.measurements.places import Region
from retina.imaging.structures.disc import Disc
from retina.imaging.structures.fovea import Fovea

RADII = {"zone_b": (1.0, 1.5), "zone_c": (1.0, 2.5)}
"""Inner and outer radius of the zones in disc diameters from the disc's centre, the disc taken for a circle."""

QUADRANTS: tuple[Region, ...] = ("inferior_nasal", "inferior_temporal", "superior_nasal", "superior_temporal")
"""By their number."""

ZONES: dict[Region, tuple[int, ...]] = {"zone_b": (1,), "zone_c": (1, 2)}
"""The numbers of the rings of which each zone consists."""

NO_SIDE = "Without the fovea, or knowing which eye it is, nasal and temporal cannot be told apart."
NO_UP = "The photograph is turned, and without knowing which eye it is, superior and inferior cannot be told apart."
CONTRADICTED = "The fovea lies on the side of the optic disc where the nose of the stated eye is."

Numbers = NDArray[np.uint8]
Places = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Directions:
    """Unit vectors (x, y) in the photograph: towards the temple, and upwards in the eye."""

    temporal: tuple[float, float]
    superior: tuple[float, float]


@dataclass(frozen=True)
class Regions:
    """Where the regions are round `disc`, or `no_disc`, why there is none; `no_directions` says why there are no
    quadrants.
    """

    disc: Disc | None
    directions: Directions | None
    no_disc: str = ""
    no_directions: str = ""

    def reason(self, region: Region) -> str:
        """Why there is no such region; empty if there is."""
        if region == "field":
            return ""
        return self.no_disc if region in ZONES else self.no_directions

    def rings(self, x: Places, y: Places) -> Numbers:
        """The number of the ring in which each place is: 1 zone B, 2 the rest of zone C, 0 neither. `x` and `y` in
        pixels are broadcast.
        """
        if self.disc is None:
            return np.zeros(np.broadcast_shapes(x.shape, y.shape), np.uint8)
        across, down = ((x - self.disc.x) / self.disc.diameter) ** 2, ((y - self.disc.y) / self.disc.diameter) ** 2
        # Compared where they are broadcast, not added: of a row and a column of places no array of numbers is made.
        inner, middle, outer = (radius**2 - down for radius in (*RADII["zone_b"], RADII["zone_c"][1]))
        inside = across <= outer
        return np.asarray(((across >= inner) & inside).view(np.uint8) + ((across > middle) & inside).view(np.uint8))

    def quadrants(self, x: Places, y: Places) -> Numbers:
        """The number of the quadrant in which each place is; `x` and `y` in pixels are broadcast."""
        if self.disc is None or self.directions is None:
            return np.zeros(np.broadcast_shapes(x.shape, y.shape), np.uint8)
        across, down = x - self.disc.x, y - self.disc.y
        temporal, superior = (
            (across * towards[0] > -down * towards[1]).view(np.uint8)
            for towards in (self.directions.temporal, self.directions.superior)
        )
        return np.asarray(temporal + 2 * superior, np.uint8)


def regions_of(observation: Observation) -> Regions:
    """The regions of `observation`. Raises `UnmeasurableError` if nothing of it should be measured."""
    fovea = observation.found.fovea
    try:
        disc = whole_disc(observation)
    except UnmeasurableError as error:
        return Regions(None, None, str(error), str(error))
    try:
        return Regions(disc, directions(disc, fovea, observation.eye))
    except UnmeasurableError as error:
        return Regions(disc, None, no_directions=str(error))


def directions(disc: Disc, fovea: Fovea | None, eye: Laterality | None) -> Directions:
    """Where the temple is, and where up is: by the fovea, or by which `eye` it is in a photograph that is not turned.

    Raises `UnmeasurableError` if they cannot be told.
    """
    away = math.hypot(fovea.x - disc.x, fovea.y - disc.y) if fovea else 0.0
    if fovea is None or away == 0:
        if eye is None:
            raise UnmeasurableError(NO_SIDE)
        return Directions((-1.0 if eye == "right" else 1.0, 0.0), (0.0, -1.0))
    x, y = (fovea.x - disc.x) / away, (fovea.y - disc.y) / away
    of_right, of_left = (-y, x), (y, -x)
    if abs(y) > abs(x):
        if eye is None:
            raise UnmeasurableError(NO_UP)
        return Directions((x, y), of_right if eye == "right" else of_left)
    if eye is not None and (x < 0) != (eye == "right"):
        raise UnmeasurableError(CONTRADICTED)
    return Directions((x, y), of_right if x < 0 else of_left)
