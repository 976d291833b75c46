"""The vessel graph: what the skeleton's paths are worth measuring as, smooth lines with a calibre at each point.

`vessel_graph` takes a vessel mask and, where there is one, the probability map that it comes from. A field of view that
is larger than any network sees is made smaller first, so that time and memory are bounded.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask, ProbabilityMap
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.graph.calibre import across, calibres_along
from retina.imaging.graph.cleaning import cleaned
from retina.imaging.graph.smoothing import Lines, smooth
from retina.imaging.graph.tracing import trace
from retina.imaging.graph.turning import Points, canonical_turns, turned, turned_picture
from retina.imaging.skeleton import skeletonise

SMOOTHING = 0.003
"""Deviation of the Gaussian that smooths paths, as a share of the field of view's longer side."""

LEAST_SMOOTHING = 2.0
"""The same at least, in pixels: what is needed to smooth the stairs of a digital line."""

HALF = 127
"""A pixel of a smaller mask is vessel if most of it is, out of 255."""

WORKING_SIDE = 2048
"""The longest side of a field of view, in pixels, at which the graph is found: that of the largest canvas."""


@dataclass(frozen=True)
class Frame:
    """Where the graph's places are in the photograph: turned by `turns` quarter turns from those of a copy `shape`
    (h, w) of the field of view, and `scale` times as large as there.
    """

    view: FieldOfView
    shape: tuple[int, int]
    scale: float
    turns: int

    def upright(self, points: Points) -> Points:
        """Where `points` float64[N,2] of the graph are in the photograph."""
        height, width = self.shape
        turned_shape = self.shape if self.turns % 2 == 0 else (width, height)
        small = turned(points / self.scale, -self.turns % 4, turned_shape)
        zoom = np.array([self.view.width / width, self.view.height / height])
        return np.asarray((small + 0.5) * zoom - 0.5 + (self.view.left, self.view.top))


@dataclass(frozen=True)
class VesselGraph:
    """Segments between nodes, with all lengths in pixels of the photograph.

    `lines` are the segments' paths, in the order of `starts` and `ends`, int64[S], which are rows of `nodes`
    float64[M,2], (x, y). `calibres` float64[N] is the vessel's width at each point of the lines. `frame.upright` says
    where places are in the photograph.
    """

    lines: Lines
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    nodes: Points
    calibres: NDArray[np.float64]
    frame: Frame

    @cached_property
    def degrees(self) -> NDArray[np.int64]:
        """int64[M]: how many segments start or end at each node; a ring does both."""
        return np.bincount(np.concatenate([self.starts, self.ends]), minlength=len(self.nodes))

    @cached_property
    def mean_calibres(self) -> NDArray[np.float64]:
        """float64[S]: the mean calibre of each segment, along its length."""
        return self.lines.means(self.calibres)


def vessel_graph(
    vessels: Mask, probability: ProbabilityMap | None, view: FieldOfView, changed: Mask | None = None
) -> VesselGraph:
    """The graph of bool[H,W] in the field of view.

    Calibres come from `probability` uint16[H,W], or from the mask itself if there is none, and in places where a
    person has `changed` the mask, bool[H,W]. Paths are smoothed in proportion to the field of view.
    """
    scale = max(1.0, view.side / WORKING_SIDE)
    window = (slice(view.top, view.top + view.height), slice(view.left, view.left + view.width))
    pixels = _smaller(vessels[window].view(np.uint8) * np.uint8(255), scale)
    levels = pixels if probability is None else _smaller(probability[window], scale)
    turns = canonical_turns(pixels > HALF)
    levels = turned_picture(levels, turns)
    mask = turned_picture(pixels, turns) > HALF
    radius = np.asarray(cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3), np.float32)
    found = trace(skeletonise(mask))
    places = np.rint(found.points).astype(np.int64)
    found = cleaned(found, radius[places[:, 1], places[:, 0]])
    lines = smooth(found, max(LEAST_SMOOTHING, SMOOTHING * view.side / scale))
    lasting = lines.lengths > 0  # smoothing leaves a point of a ring that is smaller than its own reach
    lines = lines.only(lasting)
    starts, ends = (np.array([path[end] for path in found.paths], np.int64)[lasting] for end in (0, 1))
    calibres = calibres_along(lines, levels, radius)
    if changed is not None and probability is not None:
        corrected = _smaller(changed[window].view(np.uint8) * np.uint8(255), scale)
        drawn = calibres_along(lines, turned_picture(pixels, turns), radius)
        calibres = np.where(across(lines, turned_picture(corrected, turns) > 0, radius), drawn, calibres)
    used, numbers = np.unique(np.concatenate([starts, ends]), return_inverse=True)
    return VesselGraph(
        lines=Lines(lines.points * scale, lines.bounds),
        starts=numbers[: len(starts)],
        ends=numbers[len(starts) :],
        nodes=found.points[found.pixels :][used] * scale,
        calibres=calibres * scale,
        frame=Frame(view, (pixels.shape[0], pixels.shape[1]), scale, turns),
    )


def _smaller(picture: NDArray[Any], scale: float) -> NDArray[Any]:
    """A picture [H,W] `scale` times smaller, by the mean of its pixels."""
    if scale == 1:
        return np.ascontiguousarray(picture)
    size = (max(1, round(picture.shape[1] / scale)), max(1, round(picture.shape[0] / scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
