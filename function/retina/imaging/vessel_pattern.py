"""What the vessel map and the photograph look like together, in numbers that tell a retina from other pictures.

`vessel_pattern` takes a `Reduction`, looks at it halved, and returns numbers by name. A retina's vessels hang together
in a few trees, converge on a bright disc, and are a little darker than the smooth, unevenly lit ground around them,
some more than others, in green more than in red.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Canvas, Gray, Mask, Rgb
from retina.imaging.disc_signs import disc_signs
from retina.imaging.reduction import Reduction, expected_area, mean, total

LIKELY = 0.35
"""Probability from which a pixel of the copy counts as vessel; thin vessels are averaged to less than one half."""

_LOGARITHMS = np.log(np.arange(256) + 10.0).astype(np.float32)
"""ln(level + 10) by level."""


def _disc(size: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


_DISC_3, _DISC_9, _SQUARE_9 = _disc(3), _disc(9), np.ones((9, 9), np.uint8)

RIM = 9
"""Width in pixels of the rim that is left out."""


def vessel_pattern(reduction: Reduction) -> dict[str, float]:
    """The numbers by name; all are without a unit, and finite for every picture."""
    half = reduction.halved()
    whole = half.core(RIM)
    core = whole > 0
    probability = half.probability * np.float32(1 / 255)
    area = int(np.count_nonzero(core))
    vessels = (probability > LIKELY) & core
    if area < 200 or np.count_nonzero(vessels) < 30:
        return dict.fromkeys(NAMES, 0.0)
    distance = cv2.distanceTransform(vessels.view(np.uint8), cv2.DIST_L2, 3)
    middle = (distance >= cv2.dilate(distance, np.ones((3, 3)))) & vessels
    ground = _ground(half.rgb, whole, vessels, middle)
    return {
        **_tree(vessels, np.asarray(distance[middle], np.float32), area),
        "density": math.log(expected_area(half.probability, whole) / area + 1e-3),
        **_directions(probability, vessels, core, half.rgb),
        **ground,
        **_colours(half.rgb, core, ground["red_share"]),
    }


def _tree(vessels: Mask, ridge: Canvas, area: int) -> dict[str, float]:
    """How the vessels hang together, how long and, by half the widths float32[n] along them, how thick they are."""
    drawn = vessels.view(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(drawn, connectivity=8, ltype=cv2.CV_16U)
    pieces = np.sort(stats[1:, cv2.CC_STAT_AREA])[::-1].astype(np.float64)
    return {
        "largest": pieces[0] / pieces.sum(),
        "main": pieces[:4].sum() / pieces.sum(),
        "pieces": math.log1p(np.count_nonzero(pieces >= 6)),
        "length": math.log(ridge.size / area * 100 + 0.05),
        "calibre": math.log(float(ridge.mean())),
    }


def _directions(probability: Canvas, vessels: Mask, core: Mask, rgb: Rgb) -> dict[str, float]:
    """How straight the vessels are, and whether they converge on a disc."""
    at = np.flatnonzero(vessels)
    xx, yy, xy = _structure_tensor(probability, at)
    energy = xx + yy + 1e-6
    along = np.zeros((*vessels.shape, 3), np.float32)
    along.reshape(-1, 3)[at] = np.column_stack([np.ones_like(xx), (yy - xx) / energy, -2 * xy / energy])
    return {
        "straight": float((np.hypot(xx - yy, 2 * xy) / energy).mean()),
        **disc_signs(along, core, rgb),
    }


def _structure_tensor(probability: Canvas, at: NDArray[np.int64]) -> list[NDArray[np.float32]]:
    """The means of squared slopes across and down, and of their product, around the pixels `at`: float32[n] each."""
    smooth = cv2.GaussianBlur(probability, (0, 0), 1.5)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    products = (across * across, down * down, across * down)
    return [np.asarray(cv2.blur(product, (7, 7)), np.float32).ravel()[at] for product in products]


def _ground(rgb: Rgb, whole: Gray, vessels: Mask, middle: Mask) -> dict[str, float]:
    """How the vessels stand out from their ground, also along the middle of each, and how smooth it is.

    `whole` uint8[h,w] is 255 in the field of view without its rim.
    """
    red, green = cv2.extractChannel(rgb, 0), cv2.extractChannel(rgb, 1)
    drawn = vessels.view(np.uint8) * np.uint8(255)
    halo = cv2.bitwise_and(cv2.dilate(drawn, _DISC_9), whole)
    ring = cv2.subtract(halo, cv2.dilate(drawn, _DISC_3))
    ground = cv2.subtract(whole, halo)
    if cv2.countNonZero(ground) < 100 or cv2.countNonZero(ring) < 30:
        ground, ring = whole, whole
    of_red, of_green = _contrast(red, ring, drawn), _contrast(green, ring, drawn)
    smooth = cv2.GaussianBlur(green, (5, 5), 1)
    dark = cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, _SQUARE_9)
    bright = cv2.morphologyEx(smooth, cv2.MORPH_TOPHAT, _SQUARE_9)
    edges = cv2.morphologyEx(smooth, cv2.MORPH_GRADIENT, _DISC_3)
    along = dark.ravel()[np.flatnonzero(middle)]
    return {
        "contrast": of_green,
        "contrast_spread": float(along.std() / (along.mean() + 0.5)),
        "red_share": of_red / (abs(of_green) + 0.02),
        "polarity": math.log((mean(dark, whole) + 0.3) / (mean(bright, whole) + 0.3)),
        "dark_lines": total(dark, halo) / (total(dark, whole) + 1),
        "edge_lift": math.log((mean(edges, halo) + 0.5) / (mean(edges, ground) + 0.5)),
    }


def _contrast(channel: cv2.typing.MatLike, ring: cv2.typing.MatLike, vessels: cv2.typing.MatLike) -> float:
    """How much darker uint8[h,w] is in the vessels than in the ring around them, as a share of the ring."""
    around = mean(channel, ring)
    return (around - mean(channel, vessels)) / (around + 5)


def _colours(rgb: Rgb, core: Mask, red_share: float) -> dict[str, float]:
    """How much the colour of the ground varies, and how much the picture is one of grays under a tint.

    Blood takes more from green than from red. Where vessels are as dark in both, the picture is gray, or tinted.
    """
    where = np.flatnonzero(core[::2, ::2])
    channels = [np.ascontiguousarray(rgb[::2, ::2, i]) for i in range(3)]
    red, green = (cv2.LUT(channel, _LOGARITHMS).ravel()[where] for channel in channels[:2])
    most, least = cv2.max(cv2.max(*channels[:2]), channels[2]), cv2.min(cv2.min(*channels[:2]), channels[2])
    saturation = (cv2.subtract(most, least) / (most + np.float32(5))).ravel()[where].mean()
    return {
        "warm_spread": float((red - green).std()),
        "tint": min(1.5, max(0.0, red_share)) * float(saturation),
    }


NAMES = (
    *("largest", "main", "pieces", "length", "calibre", "density", "straight", "disc", "glow"),
    *("contrast", "contrast_spread", "red_share", "polarity", "dark_lines", "edge_lift", "warm_spread", "tint"),
)
