"""The whole pipeline: a photograph in, probability map and vessel mask out, at the photograph's own resolution.

Pure but for the network it is given. Does not decode, encode or store.
"""

import math
from dataclasses import dataclass

import numpy as np

from retina.arrays import CERTAIN, Mask, ProbabilityMap
from retina.canvas import place, prepare, restore
from retina.model_card import CanvasSize
from retina.photograph import Photograph
from retina.unet import VesselNetwork


@dataclass(frozen=True)
class Segmentation:
    """`probability` uint16[H,W] and `vessels` bool[H,W] of the photograph's size; 0 outside its field of view."""

    probability: ProbabilityMap
    vessels: Mask
    threshold: float
    canvas: CanvasSize


def segment(photograph: Photograph, network: VesselNetwork, threshold: float | None = None) -> Segmentation:
    """Segment the vessels of `photograph`, at the card's threshold unless another (0 to 1) is given."""
    view, shape = photograph.field_of_view, photograph.rgb.shape[:2]
    placement = place(view, network.card.canvases)
    canvas = prepare(photograph.rgb, view, placement, network.card.preparation)
    probability = restore(network(placement.canvas, canvas), view, placement, shape)
    threshold = network.card.threshold if threshold is None else threshold
    return Segmentation(probability, over(probability, threshold), threshold, placement.canvas)


def over(probability: ProbabilityMap, threshold: float) -> Mask:
    """Where the probability is strictly greater than `threshold` (0 to 1): bool[H,W]."""
    return np.asarray(probability > np.uint16(math.floor(threshold * CERTAIN)))
