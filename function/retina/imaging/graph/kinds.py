"""Which segments of the vessel graph are arteries and which veins, by the kinds of the photograph's vessel pixels."""

import numpy as np
from numpy.typing import NDArray

from retina.imaging.graph.vessel_graph import VesselGraph
from retina.imaging.structures.artery_vein import ARTERY, UNKNOWN, VEIN, Kinds


def kinds_along(graph: VesselGraph, kinds: Kinds) -> NDArray[np.uint8]:
    """uint8[S]: `ARTERY` or `VEIN` if more than half of a segment's line is so, by the `kinds` uint8[H,W] of the
    photograph's vessel pixels; else `UNKNOWN`.
    """
    places = np.rint(graph.frame.upright(graph.lines.points)).astype(np.int64)
    columns = np.clip(places[:, 0], 0, kinds.shape[1] - 1)
    rows = np.clip(places[:, 1], 0, kinds.shape[0] - 1)
    found = kinds[rows, columns]
    artery, vein = (graph.lines.means((found == kind).astype(np.float64)) > 0.5 for kind in (ARTERY, VEIN))
    return np.where(artery, ARTERY, np.where(vein, VEIN, UNKNOWN)).astype(np.uint8)
