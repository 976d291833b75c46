"""The reliability diagram: of the pixels that are given a probability, how many are vessels?

Enters: histograms of probability by truth; leaves: a PNG and the expected calibration error. Reads no photograph.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from models.evaluation.metrics import Histogram
from retina.imaging.arrays import CERTAIN

BINS = 20


def curve(histogram: Histogram) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Of `BINS` equal ranges of probability: mean probability, share of vessels, share of all pixels; nan if empty."""
    levels = np.arange(CERTAIN + 1)
    which = np.minimum(levels * BINS // CERTAIN, BINS - 1)
    total = (histogram.vessel + histogram.background).astype(np.float64)
    pixels = np.bincount(which, total, BINS)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(which, total * levels / CERTAIN, BINS) / pixels
        share = np.bincount(which, histogram.vessel.astype(np.float64), BINS) / pixels
    return mean, share, pixels / pixels.sum()


def calibration_error(histogram: Histogram) -> float:
    """Expected calibration error (Naeini et al. 2015, AAAI): mean distance from the diagonal, weighted by pixels."""
    mean, share, weight = curve(histogram)
    return float(np.nansum(np.abs(mean - share) * weight))


def draw(path: Path, histograms: dict[str, Histogram], title: str) -> None:
    """The diagram of several sets as a PNG at `path`; below it how many pixels stand behind each point."""
    figure = Figure((5.2, 6.2), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    above.plot([0, 1], [0, 1], color="gray", linewidth=1, linestyle="--", label="true to its word")
    for marker, (name, histogram) in zip("os^Dv", histograms.items(), strict=False):
        mean, share, weight = curve(histogram)
        error = calibration_error(histogram)
        above.plot(mean, share, marker=marker, markersize=4, label=f"{name}, calibration error {error:.3f}")
        below.plot(mean, weight, marker=marker, markersize=3)
    above.set_ylabel("share of these pixels that are vessels")
    above.set_title(title, fontsize=10)
    above.legend(fontsize=8)
    below.set_yscale("log")
    below.set_ylabel("pixels")
    below.set_xlabel("probability that the network gives")
    figure.savefig(path, dpi=110)
