"""The vessel graph as JSON: `schemas` says how. Only the longest segments are written if there are very many."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retina.imaging.graph.schemas import MOST_POINTS, Kind
from retina.imaging.graph.vessel_graph import VesselGraph
from retina.imaging.structures.artery_vein import ARTERY, VEIN, Kinds


def features_of(graph: VesselGraph, kinds: Kinds | None = None) -> dict[str, Any]:
    """What `GraphFeatures` describes; with the `kinds` uint8[H,W] of the photograph's vessels each segment has its
    kind.
    """
    lines = graph.lines
    counts = np.diff(lines.bounds)
    longest = np.argsort(-lines.lengths, kind="stable")
    written = np.sort(longest[np.cumsum(counts[longest]) <= MOST_POINTS])
    nodes = np.unique(np.concatenate([graph.starts[written], graph.ends[written]]))
    number = dict(zip(nodes.tolist(), range(len(nodes)), strict=True))
    places = np.round(graph.frame.upright(graph.nodes), 1).tolist()
    points = np.round(graph.frame.upright(lines.points), 1)
    calibres = np.round(graph.calibres, 2)
    names = segment_kinds(graph, kinds) if kinds is not None else None
    found: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": places[node]},
            "properties": {"node": number[node], "degree": int(graph.degrees[node])},
        }
        for node in nodes.tolist()
    ]
    for i, segment in enumerate(written.tolist()):
        own = slice(lines.bounds[segment], lines.bounds[segment + 1])
        properties = {
            "segment": i,
            "start": number[int(graph.starts[segment])],
            "end": number[int(graph.ends[segment])],
            "length": round(float(lines.lengths[segment]), 2),
            "tortuosity": _tortuosity(graph, segment),
            "calibre": round(float(graph.mean_calibres[segment]), 2),
            "calibres": calibres[own].tolist(),
        }
        if names:
            properties["kind"] = names[segment]
        line = {"type": "LineString", "coordinates": points[own].tolist()}
        found.append({"type": "Feature", "geometry": line, "properties": properties})
    return {"type": "FeatureCollection", "features": found, "segments_left_out": len(lines) - len(written)}


def segment_kinds(graph: VesselGraph, kinds: Kinds) -> Sequence[Kind]:
    """The kind of each segment: that of more than half of its line, by the `kinds` uint8[H,W] of vessel pixels."""
    artery, vein = (_share(graph, kinds, kind) > 0.5 for kind in (ARTERY, VEIN))
    return ["artery" if a else "vein" if v else "unknown" for a, v in zip(artery, vein, strict=True)]


def _share(graph: VesselGraph, kinds: Kinds, kind: int) -> NDArray[np.float64]:
    """float64[S]: how much of each segment's line is of the kind."""
    places = np.rint(graph.frame.upright(graph.lines.points)).astype(np.int64)
    columns = np.clip(places[:, 0], 0, kinds.shape[1] - 1)
    rows = np.clip(places[:, 1], 0, kinds.shape[0] - 1)
    return graph.lines.means((kinds[rows, columns] == kind).astype(np.float64))


def _tortuosity(graph: VesselGraph, segment: int) -> float | None:
    if graph.starts[segment] == graph.ends[segment]:
        return None
    length, chord = graph.lines.lengths[segment], graph.lines.chords[segment]
    return max(1.0, round(float(length / chord), 4))
