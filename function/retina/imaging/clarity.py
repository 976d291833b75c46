"""How clearly a photograph shows its vessels, in numbers: focus, noise, light, contrast, size and the map's doubts.

`clarity` takes a photograph's `Reduction` and its field of view, and returns numbers by name. Most are measured on the
reduction, so that they do not follow the file's size.
"""

import math

import cv2
import numpy as np

from retina.imaging.arrays import Gray
from retina.imaging.downsampling import halved
from retina.imaging.erosion import eroded
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.reduction import Reduction, mean

EVEN = 127
"""Probability of .5 on the reduction's scale of 255."""

_SHARES = np.arange(1, 255) / 255
_ENTROPIES = np.pad(-_SHARES * np.log(_SHARES) - (1 - _SHARES) * np.log1p(-_SHARES), 1).astype(np.float32)
"""Shannon entropy in nats, float32[256], of the answer vessel or not, at each probability on the reduction's scale."""

Mask255 = cv2.typing.MatLike
"""uint8[h,w], 0 or 255, as OpenCV takes masks."""

_DISC_5 = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
_SQUARE_11 = np.ones((11, 11), np.uint8)

NUMBERS = ("width", "visible", "contrast", "focus", "noise", "shadow", "glare", "burnt", "level", "entropy")
"""The names of what `clarity` returns."""

FOCUS = (0.7, 1.0, 2.0)
"""Standard deviations in pixels of a quarter of the reduction."""

FOCUS_RIM = 6
"""Pixels of a quarter of the reduction."""

RIM = 12
"""Width in pixels of the rim that is left out."""


def clarity(reduction: Reduction, view: FieldOfView) -> dict[str, float]:
    """The numbers by name; without a unit, and finite for every picture."""
    green, found = np.asarray(cv2.extractChannel(reduction.rgb, 1), np.uint8), reduction.probability
    core = reduction.core(RIM)
    vessels = cv2.bitwise_and(_above(found, EVEN), core)
    wide = cv2.dilate(vessels, _SQUARE_11)
    ground = cv2.bitwise_and(core, cv2.bitwise_not(wide))
    ring = cv2.bitwise_and(core, cv2.subtract(wide, cv2.dilate(vessels, _DISC_5)))
    around = cv2.bitwise_and(core, wide)
    if min(cv2.countNonZero(part) for part in (ground, ring, vessels)) < 50:
        ground = ring = around = core if cv2.countNonZero(core) else np.full_like(core, 255)
    level = mean(green, ground) + 5
    area = cv2.countNonZero(vessels)
    contrast = max(mean(green, ring) - mean(green, vessels) if area else 0.0, 0.5)
    noise = mean(cv2.absdiff(green, cv2.GaussianBlur(green, (5, 5), 1)), ground)
    return {
        "width": math.log(max(view.width, view.height)),
        "visible": visible(view),
        "contrast": math.log(contrast / level),
        "focus": _focus(green, around, reduction.inside),
        "noise": math.log((noise + 0.05) / contrast),
        **_light(green, core),
        "level": math.log(level),
        "entropy": _entropy(found, core, area),
    }


def _focus(green: Gray, around: Mask255, inside: Gray) -> float:
    """How much of what changes around vessels is fine: log of changes within 3 to 4 pixels by those within 4 to 8.

    Both are root mean squares, so that contrast cancels. Finer ones are left out, because noise is as fine, and so is
    a rim of the field of view as wide as the blur reaches.
    """
    small = halved(halved(green.astype(np.float32)))
    away = eroded(_nearest(inside, small), FOCUS_RIM)
    seen = cv2.bitwise_and(_nearest(around, small), away)
    where = next((each for each in (seen, away) if cv2.countNonZero(each)), np.full_like(away, 255))
    fine, middle, coarse = (cv2.GaussianBlur(small, (0, 0), sigma) for sigma in FOCUS)
    changes = [cv2.norm(one, other, cv2.NORM_L2, where) for one, other in ((fine, middle), (middle, coarse))]
    return math.log((changes[0] + 1) / (changes[1] + 1))


def _nearest(mask: Mask255, like: cv2.typing.MatLike) -> Gray:
    """uint8[H,W] at the size of `like`."""
    return np.asarray(cv2.resize(mask, like.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)


def visible(view: FieldOfView) -> float:
    """Share of a full disc that the field of view shows, 0 to 1: its area by that of the smallest circle around it."""
    _, radius = cv2.minEnclosingCircle(cv2.convexHull(view.outline))
    return min(1.0, float(cv2.contourArea(view.outline)) / (math.pi * radius * radius + 1))


def _above(found: Gray, level: int) -> Mask255:
    """255 where uint8[h,w] is greater than `level`."""
    return cv2.threshold(found, level, 255, cv2.THRESH_BINARY)[1]


def _light(green: Gray, core: Mask255) -> dict[str, float]:
    """Shares of the field that are in shadow (under .45 of the median), in glare, or burnt out."""
    small = cv2.blur(halved(halved(halved(green))), (5, 5))
    lit = cv2.resize(core, small.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    levels = small[lit].astype(np.float32) if lit.any() else np.zeros(1, np.float32)
    middle = float(np.median(levels)) + 1
    seen = core if cv2.countNonZero(core) else np.full_like(core, 255)
    return {
        "shadow": float((levels < 0.45 * middle).mean()),
        "glare": float((levels > 1.8 * middle).mean()),
        "burnt": mean(_above(green, 248), seen) / 255,
    }


def _entropy(found: Gray, core: Mask255, area: int) -> float:
    """What the map leaves open, by the pixels of the mask: vessels that are only half seen."""
    entropy = cv2.sumElems(cv2.LUT(cv2.bitwise_and(found, core), _ENTROPIES))[0]
    return math.log((entropy + 1) / (max(1, area) + 1))
