"""Whether what a straight line parts is one retina all the same: crosshairs, grids, sensors that are read in halves.

In one retina the profiles along both sides of the line agree, but for a factor and a step, nearly as well as two that
lie as far apart on one side. In two retinas they do not.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Gray, Mask

BREAK, FARTHER = 0.07, 0.02
"""By more than BREAK, and FARTHER for each column of their distance, the profiles disagree more across the line than
anywhere beside it: shares of their variance, 0 to 2. In 41 single photographs they never did (EXPERIMENTS 34)."""

WAIST = 0.85
"""Fields of their own are narrower where they touch than this share of both."""

LIT = 20
"""What is brighter than a black surround, or differs from another one, by more than this, of 255, is lit."""


def breaks(window: cv2.typing.MatLike, rows: Mask, left: int, right: int) -> bool:
    """Whether uint8[h,w,3], of which bool[h] is looked at, does not continue from column `left` to column `right`.

    Both are the last clean columns beside the line. The three channels and the brightest of them must agree: a change
    of hue mixes channels.
    """
    smooth = cv2.blur(window, (3, 1))[rows].astype(np.float32)
    return all(_broken(seen, left - 1, right + 1) for seen in (smooth, smooth.max(axis=2, keepdims=True)))


def _broken(profiles: NDArray[np.float32], left: int, right: int) -> bool:
    apart = right - left
    centred = profiles - profiles.mean(axis=0)
    energy = (centred**2).sum(axis=0)
    shared = (centred[:, :-apart] * centred[:, apart:]).sum(axis=(0, 2))
    possible = np.sqrt(energy[:-apart] * energy[apart:]).sum(axis=1)
    differing = 1 - shared / np.maximum(possible, 1.0)
    beside = [side for side in (differing[1 : left - apart + 1], differing[right:-1]) if side.size]
    if len(beside) < 2:
        return False  # too wide a strip to say
    return bool(differing[left] > max(float(side.max()) for side in beside) + BREAK + FARTHER * apart)


def narrows(brightest: Gray, left: int, right: int) -> bool:
    """Whether what is lit in uint8[h,w] is a good deal narrower at both columns than further out on either side."""
    lit = np.count_nonzero(brightest > LIT, axis=0)
    usual = [float(np.quantile(side, 0.8)) for side in (lit[: left + 1], lit[right:])]  # drawn lines may be longer
    return bool(max(lit[left], lit[right]) < WAIST * min(usual))
