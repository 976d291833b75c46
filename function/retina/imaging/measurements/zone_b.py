"""Zone B, the ring round the optic disc in which vessels are compared: 0.5 to 1 disc diameters from its margin."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retina.imaging.field_of_view import FieldOfView
from retina.imaging.graph.schemas import Kind
from retina.imaging.graph.vessel_graph import VesselGraph
from retina.imaging.structures.artery_vein import ARTERY, UNKNOWN, VEIN
from retina.imaging.structures.disc import Disc

INNER, MIDDLE, OUTER = 1.0, 1.25, 1.5
"""Radii in disc diameters from the disc's centre, the disc taken for a circle. What crosses the middle is a vessel of
the zone.
"""


@dataclass(frozen=True)
class ZoneB:
    """`calibres` float64[N] are the mean widths in the zone of all vessels of a kind, in pixels, the widest first.
    `seen`, 0 to 1, is how much of the zone lies in the field of view.
    """

    calibres: Mapping[Kind, NDArray[np.float64]]
    seen: float


def zone_b(
    graph: VesselGraph, kinds: NDArray[np.uint8], disc: Disc, view: FieldOfView, shape: tuple[int, int]
) -> ZoneB:
    """The zone round `disc` in a photograph of `shape` (H, W); `kinds` uint8[S] are those of the graph's segments."""
    lines = graph.lines
    away = np.hypot(*(graph.frame.upright(lines.points) - (disc.x, disc.y)).T) / disc.diameter
    beyond = away > MIDDLE
    crossing = np.zeros(len(away), np.bool_)
    crossing[:-1] = (beyond[1:] != beyond[:-1]) & ~lines.last[:-1]
    crosses = np.bincount(lines.owners, crossing, len(lines)) > 0
    weights = lines.weights * ((away >= INNER) & (away <= OUTER))
    calibres = lines.sums(graph.calibres * weights) / np.maximum(lines.sums(weights), 1e-9)
    names: dict[Kind, int] = {"artery": ARTERY, "vein": VEIN, "unknown": UNKNOWN}
    each = {name: np.sort(calibres[crosses & (kinds == kind)])[::-1] for name, kind in names.items()}
    return ZoneB(each, _seen(disc, view, shape))


def _seen(disc: Disc, view: FieldOfView, shape: tuple[int, int]) -> float:
    angles, radii = np.meshgrid(np.linspace(0, 2 * np.pi, 90, endpoint=False), np.linspace(INNER, OUTER, 5))
    x = disc.x + radii * disc.diameter * np.cos(angles)
    y = disc.y + radii * disc.diameter * np.sin(angles)
    seen = view.holds(x, y, shape)
    return float(np.average(seen, weights=radii))
