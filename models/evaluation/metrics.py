"""Agreement of a vessel mask or probability map with a reference, as pure functions of arrays.

They take masks bool[H,W], a field of view bool[H,W] and probabilities uint16[H,W], and return numbers from 0 to 1 (MCC
from -1), or nan if a ratio has denominator 0.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from retina.imaging.arrays import CERTAIN, Mask, ProbabilityMap


@dataclass(frozen=True)
class Counts:
    """Confusion matrix of the pixels inside the field of view. Adding two pools their pixels."""

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.true_positive + other.true_positive,
            self.false_positive + other.false_positive,
            self.false_negative + other.false_negative,
            self.true_negative + other.true_negative,
        )


def count(found: Mask, truth: Mask, inside: Mask | None = None) -> Counts:
    """Compare two masks bool[H,W] at the pixels where `inside` is true (without it, at all pixels)."""
    if inside is not None:
        found, truth = found[inside], truth[inside]
    both, one, other = (int(np.count_nonzero(mask)) for mask in (found & truth, found, truth))
    return Counts(both, one - both, other - both, found.size - one - other + both)


def dice(counts: Counts) -> float:
    """2 TP / (2 TP + FP + FN), the same as F1 (Dice 1945, doi 10.2307/1932409). 1 if both masks are empty."""
    overlap = 2 * counts.true_positive
    total = overlap + counts.false_positive + counts.false_negative
    return overlap / total if total else 1.0


def sensitivity(counts: Counts) -> float:
    """TP / (TP + FN): the share of vessel pixels that were found."""
    return _ratio(counts.true_positive, counts.true_positive + counts.false_negative)


def specificity(counts: Counts) -> float:
    """TN / (TN + FP): the share of background pixels that were not marked as vessels."""
    return _ratio(counts.true_negative, counts.true_negative + counts.false_positive)


def mcc(counts: Counts) -> float:
    """Matthews correlation coefficient, -1 to 1 (Matthews 1975, doi 10.1016/0005-2795(75)90109-9).

    (TP TN - FP FN) / sqrt((TP + FP)(TP + FN)(TN + FP)(TN + FN)), and 0 if a factor is 0.
    """
    tp, fp, fn, tn = counts.true_positive, counts.false_positive, counts.false_negative, counts.true_negative
    # Python's integers do not overflow. The product reaches 10^30 on an HRF photograph.
    under = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return (tp * tn - fp * fn) / float(under) ** 0.5 if under else 0.0


@dataclass(frozen=True)
class Centrelines:
    """Skeleton pixels inside the field of view, and how many lie in the other mask. Adding two pools their pixels."""

    found: int
    found_in_truth: int
    truth: int
    truth_in_found: int

    def __add__(self, other: "Centrelines") -> "Centrelines":
        return Centrelines(
            self.found + other.found,
            self.found_in_truth + other.found_in_truth,
            self.truth + other.truth,
            self.truth_in_found + other.truth_in_found,
        )


def centrelines(found: Mask, truth: Mask, inside: Mask) -> Centrelines:
    """Skeletonise two masks bool[H,W], restricted to the field of view, and count.

    The thinning is Zhang and Suen's (1984, doi 10.1145/357994.358023) as implemented in scikit-image.
    """
    found, truth = found & inside, truth & inside
    found_line, truth_line = (skeletonize(mask) for mask in (found, truth))  # type: ignore[no-untyped-call]
    masks = (found_line, found_line & truth, truth_line, truth_line & found)
    return Centrelines(*(int(np.count_nonzero(mask)) for mask in masks))


def cldice(lines: Centrelines) -> float:
    """Centreline Dice (Shit et al. 2021, arXiv 2003.07311). 1 if both masks are empty.

    The harmonic mean of topology precision (the share of the predicted skeleton inside the true vessels) and topology
    sensitivity (the share of the true skeleton inside the predicted vessels). A unit of length counts the same in a
    thin vessel as in a thick one.
    """
    if not lines.found and not lines.truth:
        return 1.0
    precision = _ratio(lines.found_in_truth, lines.found)
    recall = _ratio(lines.truth_in_found, lines.truth)
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0


class Histogram:
    """Number of vessel and background pixels at each level of a `ProbabilityMap`, int64[CERTAIN + 1] each.

    This is enough to compute the AUC, or the Dice at any threshold, exactly: 8 million pixels take one pass and a
    megabyte instead of a sort. Adding two pools their pixels.
    """

    def __init__(self, vessel: NDArray[np.int64], background: NDArray[np.int64]) -> None:
        self.vessel, self.background = vessel, background

    def __add__(self, other: "Histogram") -> "Histogram":
        return Histogram(self.vessel + other.vessel, self.background + other.background)

    def auc(self) -> float:
        """Area under the ROC curve: the probability that a vessel pixel scores above a background pixel.

        This is Mann and Whitney's U divided by the number of pairs, ties counted half (Hanley and McNeil 1982, doi
        10.1148/radiology.143.1.7063747). nan unless both kinds of pixel occur.
        """
        below = np.cumsum(self.background) - self.background
        # An HRF photograph has 10^13 pairs. float64 counts up to 2^53 exactly, and pooled counts to 16 digits.
        wins = float(np.dot(self.vessel.astype(np.float64), below + self.background / 2))
        return _ratio(wins, float(self.vessel.sum()) * float(self.background.sum()))

    def dice_at(self, threshold: float) -> float:
        """Dice of the mask "probability > threshold" (0 to 1), computed as by `retina.imaging.segmentation.over`."""
        first = math.floor(threshold * CERTAIN) + 1
        found, missed = int(self.vessel[first:].sum()), int(self.vessel[:first].sum())
        return dice(Counts(found, int(self.background[first:].sum()), missed, int(self.background[:first].sum())))


def histogram(probability: ProbabilityMap, truth: Mask, inside: Mask) -> Histogram:
    """Count the levels of `probability`, uint16[H,W], at the pixels where `inside` is true."""
    levels, vessel = probability[inside], truth[inside]
    total = np.bincount(levels, minlength=CERTAIN + 1)
    positive = np.bincount(levels[vessel], minlength=CERTAIN + 1)
    return Histogram(positive, total - positive)


def _ratio(over: float, under: float) -> float:
    return over / under if under else float("nan")
