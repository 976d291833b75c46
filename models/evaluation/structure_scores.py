"""Figures for what the structures network finds: arteries and veins on centre-lines, discs, foveas.

`judge_kinds` and `dice` compare one photograph with its reference; `Report` gathers the figures by set.
"""

from collections import defaultdict

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask
from retina.imaging.structures.artery_vein import ARTERY, VEIN

REACH = 5
"""A pixel of a centre-line counts as found if the vessel mask is at most so many pixels away."""


def balanced_accuracy(right: NDArray[np.float64], of: NDArray[np.float64]) -> float:
    """Mean of the shares of arteries and veins that are called so; each float64[2]."""
    return float((right / np.maximum(of, 1)).mean())


def judge_kinds(artery: Mask, vein: Mask, kinds: NDArray[np.uint8], vessels: Mask) -> NDArray[np.float64]:
    """Compare kinds uint8[H,W] with centre-lines bool[H,W]: float64[2,4], a row for arteries and one for veins.

    Pixels of the centre-line that are called right, of any kind, near the vessel mask, and all of them.
    """
    away, nearest = cv2.distanceTransformWithLabels(
        (~vessels).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner = np.zeros(int(nearest.max()) + 1, np.uint8)
    owner[nearest[vessels]] = kinds[vessels]
    found = np.zeros((2, 4))
    for row, (line, kind) in enumerate(((artery, ARTERY), (vein, VEIN))):
        said = owner[nearest[line & (away <= REACH)]]
        found[row] = [(said == kind).sum(), (said > 0).sum(), len(said), line.sum()]
    return found


def dice(one: Mask, other: Mask) -> float:
    """2 |A and B| / (|A| + |B|) of two masks bool[H,W]."""
    return float(2 * (one & other).sum() / max(one.sum() + other.sum(), 1))


class Report:
    """Gathers what was measured, by set."""

    def __init__(self) -> None:
        self.kinds: list[NDArray[np.float64]] = []
        self.discs: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self.foveas: dict[str, list[float]] = defaultdict(list)
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def lines(self) -> list[str]:
        """Sentences."""
        said = []
        if self.kinds:
            right, of_a_kind, near, all_ = np.sum(self.kinds, axis=0).T
            each = [balanced_accuracy(found[:, 0], found[:, 1]) for found in self.kinds]
            said.append(
                f"artery and vein, {len(each)} photographs: {near.sum() / all_.sum():.0%} of the centre-lines lie in "
                f"the mask, {of_a_kind.sum() / near.sum():.1%} of these are of a kind; balanced accuracy "
                f"{balanced_accuracy(right, of_a_kind):.3f} (photographs: median {np.median(each):.3f}, worst "
                f"{min(each):.3f}), with unknown counted as wrong {balanced_accuracy(right, near):.3f}"
            )
        for name, values in self.discs.items():
            overlap, offset = np.array(values).T
            said.append(
                f"disc, {name}, {len(values)}: Dice {overlap.mean():.3f}, worst {overlap.min():.3f}; centre within a "
                f"fifth of a diameter {np.mean(offset < 0.2):.1%}, none found {np.isinf(offset).sum()}"
            )
        for name, places in self.foveas.items():
            off = np.array(places)
            known = off[np.isfinite(off)]
            said.append(
                f"fovea, {name}, {len(off)}: found {np.isfinite(off).mean():.0%}, error in disc diameters: median "
                f"{np.median(known) if len(known) else np.nan:.3f}, within half {np.mean(off < 0.5):.0%}"
            )
        said += [f"{name}: {np.median(s) * 1000:.0f} ms, median" for name, s in self.seconds.items()]
        return said
