"""How far to trust a vessel mask: the Dice with a human observer's mask that is to be expected.

Enters: a segmentation, and what was fitted for its network; leaves: a number from 0 to 1, or None. Sees no photograph:
what the network is sure of and wrong about stays unseen.
"""

import math

import numpy as np

from retina.imaging.arrays import CERTAIN, Mask, ProbabilityMap
from retina.imaging.model_card import Confidence

ENOUGH = 1_000_000
"""Pixels that are looked at; of larger photographs every second, third ... row and column."""


def doubt(probability: ProbabilityMap, vessels: Mask) -> float | None:
    """ln(sum of probability / pixels of the mask), from uint16[H,W] and bool[H,W]; None for an empty mask.

    The sum is the vessel area that the network expects, the mask the area that it commits to. The more vessels it
    half sees, as in blur and noise, the more the sum exceeds the mask. Of ten such features it followed the true
    Dice best between sets (models/EXPERIMENTS.md).
    """
    step = max(1, math.isqrt(probability.size // ENOUGH))
    p, mask = probability[::step, ::step], vessels[::step, ::step]
    pixels = int(np.count_nonzero(mask))
    return math.log(int(p.sum(dtype=np.int64)) / CERTAIN / pixels) if pixels else None


def expected_dice(probability: ProbabilityMap, vessels: Mask, fitted: Confidence | None) -> float | None:
    """The Dice to expect, 0 to 1: linear in `doubt`. None where nothing was fitted or nothing was found."""
    found = doubt(probability, vessels)
    if fitted is None or found is None:
        return None
    return round(min(1.0, max(0.0, fitted.intercept + fitted.slope * found)), 3)
