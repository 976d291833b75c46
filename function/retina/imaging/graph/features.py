"""The vessel graph as JSON: `schemas` says how. Only the longest segments are written if there are very many."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from retina.imaging.graph.kinds import kinds_along
from retina.imaging.graph.schemas import MOST_POINTS, Kind
from retina.imaging.graph.vessel_graph import VesselGraph
from retina.imaging.structures.artery_vein import ARTERY, UNKNOWN, VEIN, Kinds


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


def as_json(graph: VesselGraph, kinds: Kinds | None = None) -> bytes:
    """The same as a file."""
    return json.dumps(features_of(graph, kinds), separators=(",", ":")).encode()


def segment_kinds(graph: VesselGraph, kinds: Kinds) -> Sequence[Kind]:
    """The kind of each segment, by the `kinds` uint8[H,W] of vessel pixels."""
    names: dict[int, Kind] = {ARTERY: "artery", VEIN: "vein", UNKNOWN: "unknown"}
    return [names[kind] for kind in kinds_along(graph, kinds).tolist()]


def _tortuosity(graph: VesselGraph, segment: int) -> float | None:
    if graph.starts[segment] == graph.ends[segment]:
        return None
    length, chord = graph.lines.lengths[segment], graph.lines.chords[segment]
    return max(1.0, round(float(length / chord), 4))
