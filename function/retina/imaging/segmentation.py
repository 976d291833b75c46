"""Segmentation: from a photograph to a probability map and a vessel mask at the photograph's own resolution.

Pure apart from the network it is given. Decoding, rendering and storing happen elsewhere.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retina.imaging.arrays import (
    CERTAIN,
    Canvas,
    Mask,
    ProbabilityMap,
)
from retina.imaging.correction import Correction
from retina.imaging.graph.vessel_graph import VesselGraph
from retina.imaging.model_card import CanvasSize
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.preprocessing import (
    levels,
    place,
    prepare,
    restore,
)
from retina.imaging.structures.finding import Structures

FLIPS = ((1, 1), (1, -1), (-1, 1), (-1, -1))
"""Row and column steps of the mirror images: unchanged, left to right, upside down, both."""


@dataclass(frozen=True)
class Segmentation:
    """`probability` uint16[H,W] and `vessels` bool[H,W] at the photograph's size; 0 outside the card's frame.

    `whole` is the network's own map, uint16[h,w], if the card stretches the whole photograph onto the canvas: it then
    shows the same picture as the photograph, at another size. `structures` are what a second network has found, if it
    was asked; `marked` are those of its pictures that were asked for, which the overlay shows as well. `graph` is that
    of the vessels, if they have been measured. With a `correction`, vessels and kinds are those of a person, and
    `changed` bool[H,W] is where the vessels differ from the network's.
    """

    probability: ProbabilityMap
    vessels: Mask
    threshold: float
    canvas: CanvasSize
    whole: ProbabilityMap | None = None
    network_seconds: float = 0.0
    structures: Structures | None = None
    marked: frozenset[str] = frozenset()
    graph: VesselGraph | None = None
    correction: Correction | None = None
    changed: Mask | None = None


def segment(
    photograph: Photograph, network: VesselNetwork, threshold: float | None = None, *, flips: bool = False
) -> Segmentation:
    """Segment the vessels of `photograph` at `threshold` (0 to 1), by default the card's for its field of view.

    With `flips` the network runs on the canvas and its three mirror images, and the mean of the four is taken.
    """
    preparation, shape = network.card.preparation, photograph.rgb.shape[:2]
    entire = preparation.frame == "whole photograph"
    view = photograph.field_of_view.widened(shape) if entire else photograph.field_of_view
    placement = place(view, network.card.canvases, preparation.aspect)
    values = prepare(photograph.rgb, view, placement, preparation)
    started = time.perf_counter()
    found = average(network, placement.canvas, values, FLIPS if flips else FLIPS[:1])
    spent = time.perf_counter() - started
    probability = restore(found, view, placement, shape)
    threshold = network.card.threshold_at(photograph.field_of_view.side) if threshold is None else threshold
    whole = levels(found) if entire and preparation.aspect == "stretch" else None
    return Segmentation(probability, over(probability, threshold), threshold, placement.canvas, whole, spent)


def average(network: VesselNetwork, canvas: CanvasSize, values: Canvas, flips: Sequence[tuple[int, int]]) -> Canvas:
    """Mean probability float32[h,w] of `values` float32[h,w] over `flips`, each result flipped back."""
    maps = [network(canvas, np.ascontiguousarray(values[::down, ::across]))[::down, ::across] for down, across in flips]
    return maps[0] if len(maps) == 1 else np.mean(maps, axis=0, dtype=np.float32)


def over(probability: ProbabilityMap, threshold: float) -> Mask:
    """bool[H,W], true where the probability is strictly greater than `threshold` (0 to 1)."""
    return np.asarray(probability > np.uint16(math.floor(threshold * CERTAIN)))
