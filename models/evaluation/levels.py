"""How many vessel and background pixels a reduced copy has at each of 256 levels of probability.

Enough for the Dice at every threshold, for a calibration, and for the threshold that a calibrated map asks for.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.reduced_copies import ReducedCopy
from models.training.drawn_labels import COVERED, PEN

Floats = NDArray[np.float64]
LEVELS = 256
THRESHOLDS: Floats = np.arange(LEVELS) / LEVELS
"""A pixel of level k or more has a probability of at least k / 256."""


@dataclass(frozen=True)
class Levels:
    """Numbers of pixels by level, float64[256] each, inside the field of view of one copy; see `ReducedCopy`."""

    set: str
    id: str
    meant: int
    width: int
    promised: float
    vessel: Floats
    background: Floats

    @property
    def pixels(self) -> Floats:
        """Of either kind, float64[256]."""
        return self.vessel + self.background

    def dice(self) -> Floats:
        """Dice at each of `THRESHOLDS`, float64[256]; 1 if there are no vessels and none is found."""
        hit, found = from_above(self.vessel), from_above(self.pixels)
        total = found + self.vessel.sum()
        return np.asarray(np.divide(2 * hit, total, out=np.ones(LEVELS), where=total > 0))

    def rates(self, threshold: float) -> tuple[float, float]:
        """Sensitivity and specificity at a threshold."""
        first = int(np.ceil(threshold * LEVELS))
        return (
            float(self.vessel[first:].sum() / self.vessel.sum()),
            float(self.background[:first].sum() / self.background.sum()),
        )


def from_above(numbers: Floats) -> Floats:
    """Sums of `numbers` from each level upwards, float64[256]."""
    return np.asarray(np.cumsum(numbers[::-1])[::-1])


def levels(copy: ReducedCopy, covered: float = COVERED, pen: float = PEN) -> Levels:
    """Count the pixels of `copy`, whose vessels are drawn by this rule."""
    truth = copy.truth(covered, pen)
    vessel, all_ = (
        np.bincount(copy.probability[mask], minlength=LEVELS).astype(np.float64)
        for mask in (copy.inside & truth, copy.inside)
    )
    return Levels(copy.set, copy.id, copy.meant, copy.width, copy.promised, vessel, all_ - vessel)


def mean_dice(some: Iterable[Levels]) -> Floats:
    """Mean Dice over copies at each threshold, every set with the same weight, float64[256]."""
    by_set: dict[str, list[Floats]] = {}
    for one in some:
        by_set.setdefault(one.set, []).append(one.dice())
    return np.asarray(np.mean([np.mean(dices, axis=0) for dices in by_set.values()], axis=0))
