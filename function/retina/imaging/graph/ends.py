"""The ends of segments: where each points as it leaves its node, and how wide it is there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retina.imaging.graph.turning import Points
from retina.imaging.graph.vessel_graph import VesselGraph

STRETCH = 0.02
"""Of a segment's line, in widths of the field of view, from which its direction and calibre near a node are taken. It
begins where the widest vessel of the node ends.
"""


@dataclass(frozen=True)
class Ends:
    """The 2S ends of S segments: first where each starts, then where each ends.

    `nodes` and `segments` int64[2S] are their rows in the graph. `directions` float64[2S,2] are unit vectors away from
    the node; `calibres` float64[2S] are in pixels. Where `whole` bool[2S] is false, the segment is shorter than the
    stretch from which both are taken.
    """

    nodes: NDArray[np.int64]
    segments: NDArray[np.int64]
    directions: Points
    calibres: NDArray[np.float64]
    whole: NDArray[np.bool_]


def ends_of(graph: VesselGraph) -> Ends:
    """The ends of all segments."""
    lines, count = graph.lines, len(graph.lines)
    nodes, segments = np.concatenate([graph.starts, graph.ends]), np.tile(np.arange(count), 2)
    if not count:
        return Ends(nodes, segments, np.zeros((0, 2)), np.zeros(0), np.zeros(0, np.bool_))
    widest = np.zeros(len(graph.nodes))
    np.maximum.at(widest, nodes, graph.mean_calibres[segments])
    lengths, skipped = lines.lengths[segments], widest[nodes] / 2
    reach = skipped + STRETCH * graph.frame.view.side
    first, last = np.minimum(skipped, lengths / 3), np.minimum(reach, lengths)
    # The way along all lines, one after the other with a gap between, so that one call interpolates on all of them.
    way = lines.along + (np.cumsum(lines.lengths + 1) - lines.lengths)[lines.owners]
    offset = way[lines.bounds[:-1]][segments]
    ending = np.arange(2 * count) >= count
    near, far = (offset + np.where(ending, lengths - away, away) for away in (first, last))
    directions = np.stack([np.interp(far, way, column) - np.interp(near, way, column) for column in lines.points.T], 1)
    area = np.zeros(len(way))
    area[1:] = np.cumsum((graph.calibres[1:] + graph.calibres[:-1]) / 2 * lines.steps[:-1])
    calibres = np.abs(np.interp(far, way, area) - np.interp(near, way, area)) / np.maximum(last - first, 1e-9)
    return Ends(
        nodes,
        segments,
        directions / np.maximum(np.hypot(*directions.T), 1e-9)[:, None],
        calibres,
        lengths >= reach,
    )
