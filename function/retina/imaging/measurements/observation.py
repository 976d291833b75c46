"""What a measurement may look at: the vessels of one photograph, and what is known beside them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask, ProbabilityMap
from retina.imaging.decoding.facts import Laterality
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.graph.joints import Joints, joints_of
from retina.imaging.graph.kinds import kinds_along
from retina.imaging.graph.smoothing import Lines
from retina.imaging.graph.vessel_graph import VesselGraph, vessel_graph
from retina.imaging.measurements.box_counts import BoxCounts, box_counts
from retina.imaging.measurements.zone_b import ZoneB, zone_b
from retina.imaging.structures.disc import NOT_IN_VIEW, Disc
from retina.imaging.structures.finding import NO_COLOUR, Structures
from retina.imaging.structures.fovea import NOT_SEEN, Fovea

LEAST_LENGTH = 0.5
"""Of all vessels together, in widths of the field of view, from which on their shape is measured."""

TOO_FEW = "Too few vessels were found."
NOT_LOOKED_FOR = "The optic disc, arteries and veins were not looked for."

NO_KINDS = "Arteries and veins were not looked for."


class UnmeasurableError(Exception):
    """A value cannot be measured; the message says why, in a sentence."""


@dataclass(frozen=True)
class Pieces:
    """Lines of vessels in pixels, and `calibres` float64[N], the vessel's width at each of their points."""

    lines: Lines
    calibres: NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """What of an observation is measured, if not all: see `parts`. `area` and `vessel_pixels` are in pixels, `share` is
    that of the area in the field of view.
    """

    pieces: Pieces
    joints: Joints
    area: int
    vessel_pixels: int
    share: float


@dataclass(frozen=True)
class Observation:
    """One photograph: `vessels` bool[H,W] with the `probability` uint16[H,W] that they come from, if there is one.

    `structures` are None if they were not looked for; without `with_kinds`, nothing is measured by the kinds of
    vessels, which take a while to find. `pixel_size` is that on the retina, in micrometres. `obstacle` says why the
    vessels should not be measured, in a sentence: all figures but the plain density are then left out. `eye` is which
    one it is, if that was stated. With a `part`, what is measured is that of the part. `changed` bool[H,W] is where a
    person has corrected the vessels: there their own edges count, not those of the map.
    """

    vessels: Mask
    view: FieldOfView
    probability: ProbabilityMap | None = None
    structures: Structures | None = None
    pixel_size: float | None = None
    obstacle: str | None = None
    with_kinds: bool = True
    eye: Laterality | None = None
    part: Part | None = None
    changed: Mask | None = None

    def demand_no_obstacle(self) -> None:
        """Raises `UnmeasurableError` if there is one."""
        if self.obstacle:
            raise UnmeasurableError(self.obstacle)

    @cached_property
    def area(self) -> int:
        """Of the field of view, or of the part in it, in pixels, at least 1."""
        if self.part:
            return self.part.area
        return max(1, int(np.count_nonzero(self.view.mask((self.vessels.shape[0], self.vessels.shape[1])))))

    @cached_property
    def graph(self) -> VesselGraph:
        """The vessel graph. Raises `UnmeasurableError` if the vessels should not be measured."""
        self.demand_no_obstacle()
        return vessel_graph(self.vessels, self.probability, self.view, self.changed)

    @cached_property
    def segment_kinds(self) -> NDArray[np.uint8]:
        """uint8[S], the kind of each segment of the graph. Raises `UnmeasurableError` if kinds are not known."""
        if not self.found.colour:
            raise UnmeasurableError(NO_COLOUR)
        if not self.with_kinds:
            raise UnmeasurableError(NO_KINDS)
        return kinds_along(self.graph, self.found.kinds)

    @property
    def kinds_known(self) -> bool:
        """Whether arteries and veins were looked for, in a photograph that has colour to tell them by."""
        return self.with_kinds and self.structures is not None and self.structures.colour

    @cached_property
    def joints(self) -> Joints:
        """Branch points, ends, and crossings of arteries and veins if these are known. Raises as `graph`."""
        if self.part:
            return self.part.joints
        graph = self.graph
        return joints_of(graph, self.segment_kinds if self.kinds_known else None)

    @cached_property
    def boxes(self) -> BoxCounts:
        """The vessels in boxes of several sizes. Raises `UnmeasurableError` if there are too few."""
        return box_counts(self.lines, self.view.side)

    @cached_property
    def pieces(self) -> Pieces:
        """The lines of the graph, or those of the part. Raises as `graph`."""
        return self.part.pieces if self.part else Pieces(self.graph.lines, self.graph.calibres)

    @property
    def lines(self) -> Lines:
        """Those of the pieces. Raises `UnmeasurableError` as well if there are too few.

        In a part, so many are enough as would be in a field of view as large as its region.
        """
        lines, share = self.pieces.lines, self.part.share if self.part else 1
        if lines.lengths.sum() < LEAST_LENGTH * self.view.side * share**0.5:
            raise UnmeasurableError(TOO_FEW)
        return lines

    @property
    def found(self) -> Structures:
        """The structures. Raises `UnmeasurableError` if they were not looked for, or should not be measured."""
        self.demand_no_obstacle()
        if self.structures is None:
            raise UnmeasurableError(NOT_LOOKED_FOR)
        return self.structures

    @property
    def disc(self) -> Disc:
        """The optic disc. Raises `UnmeasurableError` if none was found."""
        if self.found.disc is None:
            raise UnmeasurableError(NOT_IN_VIEW)
        return self.found.disc

    @property
    def fovea(self) -> Fovea:
        """The fovea. Raises `UnmeasurableError` if it was not found."""
        if self.found.fovea is None:
            raise UnmeasurableError(NOT_SEEN)
        return self.found.fovea

    @cached_property
    def zone_b(self) -> ZoneB:
        """The ring round the optic disc. Raises `UnmeasurableError` if no disc was found, or no kinds are wanted."""
        if not self.with_kinds:
            raise UnmeasurableError(NO_KINDS)
        height, width = self.vessels.shape
        return zone_b(self.graph, self.segment_kinds, self.disc, self.view, (height, width))
