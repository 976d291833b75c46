"""How far to trust a vessel mask: the expected Dice with a human observer's mask, and an interval around it.

The estimate is a number from 0 to 1, computed from the probability map, the photograph's `clarity`, and the
coefficients fitted for the network. Outside what these were fitted on there is no estimate, and the reason is said.
What the network overlooks, or takes for a vessel, with full confidence, it cannot foresee.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retina.imaging.arrays import CERTAIN, Mask, ProbabilityMap
from retina.imaging.model_card import Confidence

ENOUGH = 1_000_000
"""Number of pixels that are sampled. For larger photographs only every second, third, ... row and column is used."""

NOT_FITTED = "Nobody has measured it for this network."
OTHER_THRESHOLD = "It is known only for the threshold that the model card names for a field of view of this size."
NOTHING_FOUND = "No vessels were found."
NOT_A_RETINA = "It is not certain that this is a photograph of a retina."
OUTSIDE = "The photograph is unlike those that it was measured on."


@dataclass(frozen=True)
class Expectation:
    """The expected Dice with the interval that holds the true one nine times of ten, or the `reason` why not."""

    dice: float | None = None
    interval: tuple[float, float] | None = None
    reason: str | None = None


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


def expected_dice(
    probability: ProbabilityMap, vessels: Mask, fitted: Confidence | None, numbers: Mapping[str, float] | None = None
) -> float | None:
    """The expected Dice, 0 to 1: linear in `uncertainty` and the `numbers` of `clarity` that the card weighs.

    None if no coefficients were fitted or the mask is empty.
    """
    if fitted is None or not vessels.any():
        return None
    found = fitted.intercept + sum(each.of((numbers or {})[name]) for name, each in fitted.weights.items())
    if fitted.slope:
        found += fitted.slope * (uncertainty(probability, vessels) or 0.0)
    return round(min(1.0, max(0.0, found)), 3)


def expectation(promised: float | None, fitted: Confidence | None, numbers: Mapping[str, float]) -> Expectation:
    """The `promised` Dice, which is the `expected_dice`, with its interval, or the reason why there is none."""
    if fitted is None:
        return Expectation(reason=NOT_FITTED)
    if promised is None:
        return Expectation(reason=NOTHING_FOUND)
    if any(not each.low <= numbers[name] <= each.high for name, each in fitted.weights.items()):
        return Expectation(reason=OUTSIDE)
    return Expectation(promised, interval(promised, fitted))


def interval(dice: float, fitted: Confidence) -> tuple[float, float] | None:
    """The interval around an expected Dice, within 0 to 1: the worse the photograph, the wider. None if not fitted."""
    if fitted.below is None or fitted.above is None:
        return None
    wider = widening(dice)
    return round(max(0.0, dice - fitted.below * wider), 3), round(min(1.0, dice + fitted.above * wider), 3)


def widening(dice: float) -> float:
    """How much wider an interval is than for a photograph of which a Dice of .8 is expected."""
    return 1 + 5 * max(0.0, 0.8 - dice)
