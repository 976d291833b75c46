"""The whole pipeline: a photograph in, probability map and vessel mask out, at the photograph's own resolution.

Pure but for the network it is given. Does not decode, encode or store.
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
from retina.imaging.model_card import CanvasSize
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.preprocessing import (
    levels,
    place,
    prepare,
    restore,
)

FLIPS = ((1, 1), (1, -1), (-1, 1), (-1, -1))
"""Steps down and across: as it is, left to right, upside down, both."""


@dataclass(frozen=True)
class Segmentation:
    """`probability` uint16[H,W] and `vessels` bool[H,W] of the photograph's size; 0 outside the card's frame.

    `whole`: the network's own map uint16[h,w], where the card stretches the whole photograph onto the canvas; its
    pixels then are the photograph's at another size.
    """

    probability: ProbabilityMap
    vessels: Mask
    threshold: float
    canvas: CanvasSize
    whole: ProbabilityMap | None = None
    network_seconds: float = 0.0


def segment(
    photograph: Photograph, network: VesselNetwork, threshold: float | None = None, *, flips: bool = False
) -> Segmentation:
    """Segment the vessels of `photograph`, at the card's threshold unless another (0 to 1) is given.

    With `flips` the network looks four times, at the canvas and its mirror images, and the mean is taken.
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
    threshold = network.card.threshold if threshold is None else threshold
    whole = levels(found) if entire and preparation.aspect == "stretch" else None
    return Segmentation(probability, over(probability, threshold), threshold, placement.canvas, whole, spent)


def average(network: VesselNetwork, canvas: CanvasSize, values: Canvas, flips: Sequence[tuple[int, int]]) -> Canvas:
    """The mean probability float32[h,w] of `values` float32[h,w] looked at in each of the `flips`, turned back."""
    maps = [network(canvas, np.ascontiguousarray(values[::down, ::across]))[::down, ::across] for down, across in flips]
    return maps[0] if len(maps) == 1 else np.mean(maps, axis=0, dtype=np.float32)


def over(probability: ProbabilityMap, threshold: float) -> Mask:
    """Where the probability is strictly greater than `threshold` (0 to 1): bool[H,W]."""
    return np.asarray(probability > np.uint16(math.floor(threshold * CERTAIN)))
