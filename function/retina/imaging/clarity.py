"""How clearly a photograph shows its vessels, in numbers: focus, noise, light, contrast, size and the map's doubts.

`clarity` takes the photograph, its probability map and field of view, and returns numbers by name. Most are measured on
a copy whose field of view is `SIDE` pixels wide, so that they do not follow the file's size.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import CERTAIN, ProbabilityMap, Rgb
from retina.imaging.field_of_view import FieldOfView

SIDE = 640
"""The longer side of the field of view on the copy, in pixels. The thinnest vessels that people draw are one wide."""

FAINT = 0.02
"""Probability below which the map counts as empty; summed over a whole photograph, such traces would weigh too much."""

Mask255 = cv2.typing.MatLike
"""uint8[h,w], 0 or 255, as OpenCV takes masks."""

_DISC_3 = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
_DISC_5 = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
_SQUARE_11 = np.ones((11, 11), np.uint8)


def clarity(rgb: Rgb, probability: ProbabilityMap, view: FieldOfView) -> dict[str, float]:
    """The numbers of `NAMES` for uint8[H,W,3] and its map uint16[H,W]; without a unit, and finite for every picture."""
    window = (slice(view.top, view.top + view.height), slice(view.left, view.left + view.width))
    size = _size(view)
    green, found = _copy(rgb[window][..., 1], size), _copy(probability[window], size) * np.float32(1 / CERTAIN)
    core = _core(view, size)
    vessels = cv2.bitwise_and(_between(found, 0.5, 1), core)
    wide = cv2.dilate(vessels, _SQUARE_11)
    ground = cv2.bitwise_and(core, cv2.bitwise_not(wide))
    ring = cv2.bitwise_and(core, cv2.subtract(wide, cv2.dilate(vessels, _DISC_5)))
    border = cv2.bitwise_and(core, cv2.morphologyEx(vessels, cv2.MORPH_GRADIENT, _DISC_3))
    if min(cv2.countNonZero(part) for part in (ground, ring, border, vessels)) < 50:
        ground = ring = border = core if core.any() else np.full_like(core, 255)
    level = _mean(green, ground) + 5
    contrast = max(_mean(green, ring) - _mean(green, vessels) if vessels.any() else 0.0, 0.5)
    smooth = cv2.GaussianBlur(green, (0, 0), 1)
    smoother = cv2.GaussianBlur(green, (0, 0), 2)
    fine, middle = cv2.absdiff(green, smooth), cv2.absdiff(smooth, smoother)
    steps = cv2.morphologyEx(smooth, cv2.MORPH_GRADIENT, _DISC_3)
    sure = max(1, cv2.countNonZero(vessels))
    noise = _mean(fine, ground)
    return {
        "width": math.log(max(view.width, view.height)),
        "visible": visible(view),
        "contrast": math.log(contrast / level),
        "focus": math.log((_mean(steps, border) + 0.1) / contrast),
        "detail": math.log((_mean(middle, border) + 0.05) / contrast),
        "noise": math.log((noise + 0.05) / contrast),
        "grain": math.log((_mean(middle, ground) + 0.05) / contrast),
        "speckle": math.log((noise + 0.05) / level),
        **_light(green, core),
        "level": math.log(level),
        **_doubts(found, vessels, core, sure),
    }


def visible(view: FieldOfView) -> float:
    """Share of a full disc that the field of view shows, 0 to 1: its area by that of the smallest circle around it."""
    _, radius = cv2.minEnclosingCircle(view.outline)
    return min(1.0, float(cv2.contourArea(view.outline)) / (math.pi * radius * radius + 1))


def _size(view: FieldOfView) -> tuple[int, int]:
    scale = SIDE / max(view.width, view.height)
    return max(8, round(view.width * scale)), max(8, round(view.height * scale))


def _copy(pixels: NDArray[np.uint8] | NDArray[np.uint16], size: tuple[int, int]) -> NDArray[np.uint8]:
    """`pixels` [h,w] at `size` (width, height): halved while that leaves enough, which is quick."""
    picture: cv2.typing.MatLike = np.ascontiguousarray(pixels)
    while picture.shape[1] >= 2 * size[0] and picture.shape[0] >= 2 * size[1]:
        picture = cv2.resize(picture, (picture.shape[1] // 2, picture.shape[0] // 2), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR))


def _mean(values: cv2.typing.MatLike, where: Mask255) -> float:
    """The mean of uint8[h,w] where `where` is set."""
    return float(cv2.mean(values, where)[0])


def _between(found: NDArray[np.float32], low: float, high: float) -> Mask255:
    """Where float32[h,w] is from `low` to `high`."""
    return cv2.inRange(found, np.array([float(low)]), np.array([float(high)]))


def _core(view: FieldOfView, size: tuple[int, int]) -> Mask255:
    """uint8[h,w], 255 in the field of view without a rim of 12 pixels."""
    inside = np.zeros((size[1] + 2, size[0] + 2), np.uint8)
    outline = (view.outline - (view.left, view.top)) * (size[0] / view.width, size[1] / view.height) + 1
    cv2.fillPoly(inside, [np.rint(outline).astype(np.int32)], (255,))
    inside[[0, -1]] = inside[:, [0, -1]] = 0
    return np.ascontiguousarray(cv2.erode(inside, np.ones((25, 25), np.uint8))[1:-1, 1:-1])


def _light(green: NDArray[np.uint8], core: Mask255) -> dict[str, float]:
    """Shares of the field that are in shadow (under .45 of the median), in glare, nearly black, or burnt out."""
    small = cv2.blur(cv2.resize(green, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA), (5, 5))
    lit = cv2.resize(core, small.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    levels = small[lit].astype(np.float32) if lit.any() else np.zeros(1, np.float32)
    middle = float(np.median(levels)) + 1
    counts = np.asarray(cv2.calcHist([green], [0], core if core.any() else None, [256], [0, 256]))[:, 0]
    shares = counts / counts.sum()
    return {
        "shadow": float((levels < 0.45 * middle).mean()),
        "glare": float((levels > 1.8 * middle).mean()),
        "black": float(shares[:10].sum()),
        "burnt": float(shares[249:].sum()),
        "uneven": float(levels.std() / middle),
    }


def _doubts(found: NDArray[np.float32], vessels: Mask255, core: Mask255, sure: int) -> dict[str, float]:
    """What the map leaves open: vessels that are only half seen, and trees in pieces."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(vessels, connectivity=8)
    pieces = stats[1:, cv2.CC_STAT_AREA]
    traces = cv2.bitwise_and(_between(found, FAINT, 1), core)
    half = cv2.bitwise_and(_between(found, 0.1, 0.9), core)
    return {
        "uncertainty": math.log((cv2.countNonZero(traces) * cv2.mean(found, traces)[0] + 1) / (sure + 1)),
        "half_seen": min(9.0, cv2.countNonZero(half) / sure),
        "sureness": float(cv2.mean(found, vessels)[0]) if vessels.any() else 0.5,
        "pieces": math.log1p(count - 1),
        "largest": float(pieces.max() / pieces.sum()) if count > 1 else 0.0,
        "density": math.log(sure / max(1, cv2.countNonZero(core)) + 0.002),
    }


NAMES = (
    *("width", "visible", "contrast", "focus", "detail", "noise", "grain", "speckle"),
    *("shadow", "glare", "black", "burnt", "uneven", "level"),
    *("uncertainty", "half_seen", "sureness", "pieces", "largest", "density"),
)
