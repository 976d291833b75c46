"""How far to trust a vessel mask: the expected Dice with a human observer's mask.

The estimate is a number from 0 to 1, computed from a segmentation and the coefficients fitted for its network. It uses
the probability map alone and never looks at the photograph, so it cannot detect mistakes that the network is sure of.
"""

import math

import numpy as np

from retina.imaging.arrays import CERTAIN, Mask, ProbabilityMap
from retina.imaging.model_card import Confidence

ENOUGH = 1_000_000
"""Number of pixels that are sampled. For larger photographs only every second, third, ... row and column is used."""


def uncertainty(probability: ProbabilityMap, vessels: Mask) -> float | None:
    """The uncertainty of a mask: ln(sum of probability / pixels of the mask), or None for an empty mask.

    Takes uint16[H,W] and bool[H,W]. The sum is the vessel area that the network expects, the mask the area that it
    commits to. The more vessels the network is unsure of, as in blurred or noisy photographs, the more the sum exceeds
    the mask. Of ten such features this one followed the true Dice best across data sets (models/EXPERIMENTS.md).
    """
    step = max(1, math.isqrt(probability.size // ENOUGH))
    p, mask = probability[::step, ::step], vessels[::step, ::step]
    pixels = int(np.count_nonzero(mask))
    return math.log(int(p.sum(dtype=np.int64)) / CERTAIN / pixels) if pixels else None


def expected_dice(probability: ProbabilityMap, vessels: Mask, fitted: Confidence | None) -> float | None:
    """The expected Dice, 0 to 1: linear in `uncertainty`. None if no coefficients were fitted or the mask is empty."""
    found = uncertainty(probability, vessels)
    if fitted is None or found is None:
        return None
    return round(min(1.0, max(0.0, fitted.intercept + fitted.slope * found)), 3)
