"""How a vessel mask agrees with an observer's: the figures of one photograph, and their means over several."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from models.evaluation import metrics
from retina.imaging.arrays import Mask

FIGURES = ("dice", "auc", "sensitivity", "specificity", "mcc", "cldice")


@dataclass(frozen=True)
class Agreement:
    """Agreement of one mask with the first observer's. Adding two pools their pixels. An observer has no histogram."""

    counts: metrics.Counts
    lines: metrics.Centrelines
    histogram: metrics.Histogram | None

    def __add__(self, other: "Agreement") -> "Agreement":
        both = self.histogram + other.histogram if self.histogram and other.histogram else None
        return Agreement(self.counts + other.counts, self.lines + other.lines, both)

    def figures(self) -> dict[str, float]:
        """`FIGURES` by name; nan if one cannot be computed."""
        return {
            "dice": metrics.dice(self.counts),
            "auc": self.histogram.auc() if self.histogram else float("nan"),
            "sensitivity": metrics.sensitivity(self.counts),
            "specificity": metrics.specificity(self.counts),
            "mcc": metrics.mcc(self.counts),
            "cldice": metrics.cldice(self.lines),
        }


@dataclass(frozen=True)
class Measured:
    """Results of one photograph: how the network and, if there is one, the second observer agree with the first."""

    id: str
    canvas: str
    network: Agreement
    second: Agreement | None


def agreement(found: Mask, truth: Mask, inside: Mask, histogram: metrics.Histogram | None = None) -> Agreement:
    """Compare two masks bool[H,W] inside the field of view bool[H,W]."""
    return Agreement(metrics.count(found, truth, inside), metrics.centrelines(found, truth, inside), histogram)


def summary(agreements: Sequence[Agreement]) -> tuple[dict[str, float], dict[str, float]]:
    """`FIGURES` as the mean over photographs, and for all pixels pooled."""
    each = [a.figures() for a in agreements]
    mean = {name: float(np.mean([figures[name] for figures in each])) for name in FIGURES}
    return mean, reduce(add, agreements).figures()
