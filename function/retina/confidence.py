"""How far to trust a vessel mask: the Dice with a human observer's mask that is to be expected.

Enters: a segmentation, and what was fitted for its network; leaves: a number from 0 to 1, or None. Sees no photograph:
what the network is sure of and wrong about stays unseen.
"""

import math

import numpy as np

from retina.arrays import CERTAIN, Mask, ProbabilityMap
from retina.model_card import Confidence

ENOUGH = 1_000_000
"""Pixels that are looked at; of larger photographs every second, third ... row and column."""


def soft_dice(probability: ProbabilityMap, vessels: Mask) -> float | None:
    """2 sum(p in mask) / (sum(p) + pixels of mask), from uint16[H,W] and bool[H,W]; None for an empty mask.

    The Dice to expect if probabilities were true: the expectation of its numerator over that of its denominator.
    """
    step = max(1, math.isqrt(probability.size // ENOUGH))
    p, mask = probability[::step, ::step], vessels[::step, ::step]
    pixels = int(np.count_nonzero(mask))
    if not pixels:
        return None
    total = int(p.sum(dtype=np.int64)) / CERTAIN
    return 2 * int(p[mask].sum(dtype=np.int64)) / CERTAIN / (total + pixels)


def expected_dice(probability: ProbabilityMap, vessels: Mask, fitted: Confidence | None) -> float | None:
    """The Dice to expect, 0 to 1: linear in `soft_dice`. None where nothing was fitted or nothing was found."""
    soft = soft_dice(probability, vessels)
    if fitted is None or soft is None:
        return None
    return round(min(1.0, max(0.0, fitted.intercept + fitted.slope * soft)), 3)
