"""Whether vessels converge on a bright place, as they do on the optic disc; for the gate.

Everything is looked at in cells of `CELL` by `CELL` pixels of the gate's copy, 40 by 40 cells for a round field.
"""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Canvas, Mask, Rgb

CELL = 8

REACH = 10.5
"""Radius in cells within which vessels count towards a place, a quarter of the field; nearer ones count more."""

SPARSE = 1.5
"""Added to the amount of vessels around a place, so that a few pixels that point there by chance do not say much."""


def _around() -> tuple[Canvas, Canvas, Canvas]:
    """The weight of each cell around a place, float32[23,23], and that times cosine and sine of twice its bearing."""
    far = math.ceil(REACH)
    down, across = np.mgrid[-far : far + 1, -far : far + 1].astype(np.float32)
    distance, bearing = np.hypot(down, across), 2 * np.arctan2(down, across)
    weight = np.where((distance > 0) & (distance <= REACH), 1 / np.maximum(distance, 1), 0)
    weights = (weight, weight * np.cos(bearing), weight * np.sin(bearing))
    first, second, third = (np.asarray(each, np.float32) for each in weights)
    return first, second, third


_WEIGHT, _COSINE, _SINE = _around()


def disc_signs(along: Canvas, core: Mask, rgb: Rgb) -> dict[str, float]:
    """Numbers by name, without a unit, from the vessels and the directions in which they run.

    `along` float32[h,w,3] is 0 where no vessel is; elsewhere 1, and cosine and sine of twice the angle along the
    vessel, times how straight it is there. `core` bool[h,w] is the field of view without its rim, `rgb` uint8[h,w,3]
    the photograph.
    """
    size = (max(4, round(core.shape[1] / CELL)), max(4, round(core.shape[0] / CELL)))
    within, green = _cells(cv2.merge([core.view(np.uint8), cv2.extractChannel(rgb, 1)]), size)
    amount, cosines, sines = _cells(along, size)
    inside = within > 0
    pull = _sum(cosines, _COSINE) + _sum(sines, _SINE)
    pull[~inside] = pull.min()
    place = cv2.minMaxLoc(pull)[3]
    return {
        "disc": _at_the_brightest(green, pull / (_sum(amount, _WEIGHT) + SPARSE), inside),
        "glow": _glow(green, place, inside),
    }


def _cells(channels: cv2.typing.MatLike, size: tuple[int, int]) -> Sequence[NDArray[np.float32]]:
    """The means over each cell, a picture for each channel of [h,w,C]. Several take hardly longer than one."""
    cells = cv2.resize(channels, size, interpolation=cv2.INTER_AREA)
    return [np.asarray(each, np.float32) for each in cv2.split(cells)]


def _sum(cells: Canvas, weights: Canvas) -> NDArray[np.float32]:
    return np.asarray(cv2.filter2D(cells, cv2.CV_32F, weights, borderType=cv2.BORDER_CONSTANT), np.float32)


def _at_the_brightest(green: Canvas, towards: Canvas, inside: Mask) -> float:
    """How much of the vessels around the brightest spot of float32[h,w] runs towards it: -1 to 1, 1 for all."""
    ground = cv2.GaussianBlur(green, (0, 0), 6)
    spot = (cv2.GaussianBlur(green, (0, 0), 1.5) - ground) / (ground + 5)
    away = cv2.erode(inside.view(np.uint8), np.ones((5, 5), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=(0,))
    x, y = cv2.minMaxLoc(spot, away if away.any() else None)[3]
    return float(towards[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3].max())


def _glow(green: Canvas, place: Sequence[int], inside: Mask) -> float:
    """How much brighter it is at the place (x, y) than around it, as the logarithm of a ratio."""
    down, across = np.ogrid[: green.shape[0], : green.shape[1]]
    distance = np.hypot(down - place[1], across - place[0])
    near, around = inside & (distance <= 2.5), inside & (distance > 4) & (distance <= 9)
    if not near.any() or np.count_nonzero(around) < 5:
        return 0.0
    return math.log((float(green[near].mean()) + 5) / (float(green[around].mean()) + 5))
