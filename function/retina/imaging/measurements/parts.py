"""Parts of an observation: the vessels of a kind, in a region. What measures the whole can measure a part as well."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.graph.schemas import Kind
from retina.imaging.graph.smoothing import Lines
from retina.imaging.measurements.observation import Observation, Part, Pieces, UnmeasurableError
from retina.imaging.measurements.places import Region
from retina.imaging.measurements.regions import QUADRANTS, RADII, ZONES, Numbers, regions_of
from retina.imaging.structures.artery_vein import ARTERY, VEIN

LEAST_OF_ZONE = 0.5
"""Share of a zone that must lie in the field of view."""

LEAST_OF_FIELD = 0.02
"""Share of the field of view that a quadrant must be."""

TOO_LITTLE = "Too little of this region is in the field of view."

NUMBERS: Mapping[Kind, int] = {"artery": ARTERY, "vein": VEIN}

RINGS = 3


class Parts:
    """Cuts the parts of one observation out of it. Raises `UnmeasurableError` if nothing of it should be measured."""

    def __init__(self, whole: Observation) -> None:
        self._whole, self._graph = whole, whole.graph
        self._regions = regions_of(whole)

    def part(self, kind: Kind | None, region: Region) -> Observation:
        """The vessels of `kind`, None for all, in `region`. Raises `UnmeasurableError` if they cannot be told."""
        if reason := self._regions.reason(region):
            raise UnmeasurableError(reason)
        whole, number = self._whole, None if kind is None else NUMBERS[kind]
        kinds, joints = None if number is None else whole.segment_kinds, whole.joints
        area = int(self._pixels_in(region).sum())
        if self._is_cut(region, area):
            raise UnmeasurableError(TOO_LITTLE)
        of_vessels = self._pixels_in(region)[1:]
        steps, nodes = self._inside(region, *self._steps), self._inside(region, *self._nodes)
        if number is not None and kinds is not None:
            steps = steps & (kinds == number)[self._graph.lines.owners]
            nodes = nodes & (joints.kinds == number)
        part = Part(
            pieces=pieces(whole.pieces, steps),
            joints=joints.only(nodes),
            area=max(1, area),
            vessel_pixels=int(of_vessels.sum() if number is None else of_vessels[number]),
            share=area / whole.area,
        )
        return replace(whole, part=part)

    def _is_cut(self, region: Region, area: int) -> bool:
        if region == "field":
            return False
        if region in QUADRANTS or self._regions.disc is None:
            return area < LEAST_OF_FIELD * self._whole.area
        inner, outer = RADII[region]
        full = np.pi * (outer**2 - inner**2) * self._regions.disc.diameter**2
        return area < LEAST_OF_ZONE * float(full)

    def _inside(self, region: Region, rings: Numbers, quadrants: Numbers) -> NDArray[np.bool_]:
        if region == "field":
            return np.ones(len(rings), np.bool_)
        if region in ZONES:
            return np.asarray((rings >= min(ZONES[region])) & (rings <= max(ZONES[region])))
        return np.asarray(quadrants == QUADRANTS.index(region))

    def _pixels_in(self, region: Region) -> NDArray[np.int64]:
        """int64[4]: pixels of the region that are no vessel, vessel of unknown kind, artery and vein."""
        if region == "field":
            return np.asarray(self._pixels.sum(axis=(1, 2)), np.int64)
        if region in ZONES:
            return np.asarray(self._pixels[:, :, list(ZONES[region])].sum(axis=(1, 2)), np.int64)
        return np.asarray(self._pixels[:, QUADRANTS.index(region)].sum(axis=1), np.int64)

    @cached_property
    def _pixels(self) -> NDArray[np.int64]:
        """int64[4,4,3]: the pixels of the field of view by vessel and kind, by quadrant and by ring."""
        whole, view = self._whole, self._whole.view
        window = (slice(view.top, view.top + view.height), slice(view.left, view.left + view.width))
        inside = view.mask((whole.vessels.shape[0], whole.vessels.shape[1]))[window].view(np.uint8)
        height, width = inside.shape
        x = np.arange(view.left, view.left + width, dtype=np.float32)[None]
        y = np.arange(view.top, view.top + height, dtype=np.float32)[:, None]
        vessel = whole.vessels[window].view(np.uint8)
        numbers = self._regions.rings(x, y)
        numbers += self._regions.quadrants(x, y) * np.uint8(RINGS)
        if whole.kinds_known:
            vessel = vessel + whole.found.kinds[window] * vessel
        numbers += vessel * np.uint8(RINGS * len(QUADRANTS))
        count = 4 * len(QUADRANTS) * RINGS
        numbers += (1 - inside) * np.uint8(count)  # not counted: quicker than to leave them out by a mask
        found = cv2.calcHist([numbers], [0], None, [count], [0, count])
        return np.rint(found).astype(np.int64).reshape(4, len(QUADRANTS), RINGS)

    @cached_property
    def _steps(self) -> tuple[Numbers, Numbers]:
        """Ring and quadrant uint8[N] of the middle of the step from each point of the lines to the next."""
        places = self._graph.frame.upright(self._graph.lines.points)
        middles = places.copy()
        middles[:-1] = (places[:-1] + places[1:]) / 2
        return self._numbers(middles)

    @cached_property
    def _nodes(self) -> tuple[Numbers, Numbers]:
        """Ring and quadrant uint8[M] of the nodes."""
        return self._numbers(self._graph.frame.upright(self._graph.nodes))

    def _numbers(self, places: NDArray[np.float64]) -> tuple[Numbers, Numbers]:
        x, y = places.T
        return self._regions.rings(x, y), self._regions.quadrants(x, y)


def pieces(whole: Pieces, wanted: NDArray[np.bool_]) -> Pieces:
    """Only the steps that are `wanted` bool[N], from each point of the lines to the next: what is left of each line, in
    one piece or several. All steps together are as long as the pieces.
    """
    lines = whole.lines
    steps = wanted & ~lines.last
    points = steps.copy()
    points[1:] |= steps[:-1]
    ends = points & ~steps  # of pieces: points from which no step is wanted
    bounds = np.concatenate([[0], 1 + np.flatnonzero(ends[points])]).astype(np.int64)
    return Pieces(Lines(lines.points[points], bounds), whole.calibres[points])
