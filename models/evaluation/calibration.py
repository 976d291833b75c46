"""Calibrate probability maps: a temperature and a bias on the logit scale, and the threshold that a map then asks for.

Takes `Levels` of copies. A calibrated map says one half where half of the pixels are vessels, so the Dice to expect at
every threshold follows from the map alone, and the best threshold is about half of the best expected Dice (Lipton et
al. 2014, arXiv 1402.1892).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from models.evaluation.levels import LEVELS, THRESHOLDS, Floats, Levels, from_above

LOGITS: Floats = np.log((np.arange(LEVELS) + 0.5) / (LEVELS - 0.5 - np.arange(LEVELS)))
"""The logit in the middle of each level, float64[256]."""


@dataclass(frozen=True)
class Calibration:
    """Calibrated logit = slope * logit + bias; `temperature` is 1 / slope."""

    slope: float = 1.0
    bias: float = 0.0

    @property
    def temperature(self) -> float:
        """Above 1 if the map is too sure of itself."""
        return 1 / self.slope

    def probability(self) -> Floats:
        """The calibrated probability of each level, float64[256], 0 to 1, rising."""
        return np.asarray(1 / (1 + np.exp(-(self.slope * LOGITS + self.bias))))

    def threshold(self, pixels: Floats) -> float:
        """The threshold on the map as served at which the Dice to expect is highest; `pixels` by level."""
        expected = pixels * self.probability()
        dice = 2 * from_above(expected) / np.maximum(from_above(pixels) + expected.sum(), 1)
        return float(THRESHOLDS[int(dice.argmax())])


def fit(some: Sequence[Levels]) -> Calibration:
    """The calibration with the least cross-entropy, each set with the same weight."""
    vessel, background = pooled(some)

    def loss(parameters: Floats) -> float:
        logit = parameters[0] * LOGITS + parameters[1]
        return float((vessel * np.logaddexp(0, -logit) + background * np.logaddexp(0, logit)).sum())

    slope, bias = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return Calibration(float(slope), float(bias))


def pooled(some: Sequence[Levels]) -> tuple[Floats, Floats]:
    """Shares of vessel and background pixels by level; those of each set sum to the same."""
    vessel, background = np.zeros(LEVELS), np.zeros(LEVELS)
    for name in {one.set for one in some}:
        own = [one for one in some if one.set == name]
        total = sum(float(one.pixels.sum()) for one in own)
        vessel += sum(one.vessel for one in own) / total
        background += sum(one.background for one in own) / total
    return vessel, background


def calibration_error(some: Sequence[Levels], calibration: Calibration) -> float:
    """Expected calibration error in 20 bins of calibrated probability (Naeini et al. 2015), pixels of sets pooled."""
    vessel, background = pooled(some)
    pixels, said = vessel + background, calibration.probability()
    which = np.minimum((said * 20).astype(int), 19)
    off = np.bincount(which, vessel - pixels * said, 20)
    return float(np.abs(off).sum() / pixels.sum())
