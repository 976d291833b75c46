"""Reliability diagrams: of the pixels with a given probability, how many are vessels?

From histograms of the probability by truth, `draw` writes a PNG and `calibration_error` returns a number.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from models.evaluation.metrics import Histogram
from retina.imaging.arrays import CERTAIN

BINS = 20


def curve(histogram: Histogram) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean probability, share of vessels and share of all pixels in `BINS` equal bins of probability; nan if empty."""
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
    """Write the diagram of several sets to a PNG at `path`, with the number of pixels behind each point below it."""
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
