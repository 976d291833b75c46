"""What the vessel map and the photograph look like together, in numbers that tell a retina from other pictures.

`vessel_pattern` takes a `Reduction`, looks at it halved, and returns numbers by name. A retina's vessels hang together
in a few trees, run in every direction, are thick at the trunk and thin at the ends, and are a little darker than the
smooth, unevenly lit ground around them, in green more than in red.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Canvas, Gray, Mask, Rgb
from retina.imaging.reduction import SIDE, Reduction, mean, total

LIKELY = 0.35
"""Probability from which a pixel of the copy counts as vessel; thin vessels are averaged to less than one half."""

FAINT = 0.02
"""Probability below which the map counts as empty; summed over a whole photograph, such traces would weigh too much."""

DIRECTIONS = 12

_LEVELS = np.arange(256)

_LOGARITHMS = np.log(_LEVELS + 10.0).astype(np.float32)
"""ln(level + 10) by level."""


def _disc(size: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


_DISC_3, _DISC_9, _SQUARE_9 = _disc(3), _disc(9), np.ones((9, 9), np.uint8)

RIM = 9
"""Width in pixels of the rim that is left out."""


def vessel_pattern(reduction: Reduction) -> dict[str, float]:
    """The numbers by name; all are without a unit, and finite for every picture."""
    half = reduction.halved()
    core = half.core(RIM) > 0
    probability = half.probability * np.float32(1 / 255)
    area = int(np.count_nonzero(core))
    vessels = (probability > LIKELY) & core
    if area < 200 or np.count_nonzero(vessels) < 30:
        return dict.fromkeys(NAMES, 0.0)
    return {
        **_tree(vessels, area),
        **_certainty(half.probability, core),
        **_directions(probability, vessels),
        **_ground(half.rgb, core, vessels),
        **_colours(half.rgb, core),
    }


def _tree(vessels: Mask, area: int) -> dict[str, float]:
    """How the vessels hang together, how long and how thick they are."""
    drawn = vessels.view(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(drawn, connectivity=8, ltype=cv2.CV_16U)
    pieces = np.sort(stats[1:, cv2.CC_STAT_AREA])[::-1].astype(np.float64)
    distance = cv2.distanceTransform(drawn, cv2.DIST_L2, 3)
    ridge = distance[(distance >= cv2.dilate(distance, np.ones((3, 3)))) & vessels]
    p30, p95 = np.percentile(ridge, (30, 95))
    return {
        "largest": pieces[0] / pieces.sum(),
        "main": pieces[:4].sum() / pieces.sum(),
        "pieces": math.log1p(np.count_nonzero(pieces >= 6)),
        "extent": float(stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max() / (SIDE // 2)),
        "length": math.log(ridge.size / area * 100 + 0.05),
        "calibre": float(ridge.mean()),
        "taper": float(p95 / (p30 + 0.3)),
    }


def _certainty(probability: Gray, core: Mask) -> dict[str, float]:
    """How sure the network is of what it has found, by the probabilities uint8[h,w], 0 to 255, in the field of view."""
    counts = cv2.calcHist([probability], [0], core.view(np.uint8), [256], (0, 256)).ravel().astype(np.int64)
    values = _LEVELS / 255
    likely, mask = float((counts * values)[values > FAINT].sum()), int(counts[values > 0.5].sum())
    return {
        "uncertainty": math.log((likely + 1) / (mask + 1)),
        "density": math.log(likely / int(counts.sum()) + 1e-3),
    }


def _directions(probability: Canvas, vessels: Mask) -> dict[str, float]:
    """How evenly the vessels run in all directions (1) rather than in one (0), and how straight."""
    smooth = cv2.GaussianBlur(probability, (0, 0), 1.5)
    at = np.flatnonzero(vessels)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    products = (across * across, down * down, across * down)
    xx, yy, xy = (cv2.blur(product, (7, 7)).ravel()[at] for product in products)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    sector = ((angle / np.pi + 0.5) * DIRECTIONS).astype(np.int64)
    share = np.bincount(np.minimum(sector, DIRECTIONS - 1), minlength=DIRECTIONS) / angle.size
    return {
        "directions": float(-(share * np.log(share + 1e-6)).sum() / math.log(DIRECTIONS)),
        "straight": float((np.hypot(xx - yy, 2 * xy) / (xx + yy + 1e-6)).mean()),
    }


def _ground(rgb: Rgb, core: Mask, vessels: Mask) -> dict[str, float]:
    """How the vessels stand out from their ground, and how smooth the ground is."""
    red, green = cv2.extractChannel(rgb, 0), cv2.extractChannel(rgb, 1)
    drawn, whole = (mask.view(np.uint8) * np.uint8(255) for mask in (vessels, core))
    halo = cv2.bitwise_and(cv2.dilate(drawn, _DISC_9), whole)
    ring = cv2.subtract(halo, cv2.dilate(drawn, _DISC_3))
    ground = cv2.subtract(whole, halo)
    if cv2.countNonZero(ground) < 100 or cv2.countNonZero(ring) < 30:
        ground, ring = whole, whole
    of_red, of_green = _contrast(red, ring, drawn), _contrast(green, ring, drawn)
    level = mean(green, whole) + 5
    smooth = cv2.GaussianBlur(green, (5, 5), 1)
    dark = cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, _SQUARE_9)
    bright = cv2.morphologyEx(smooth, cv2.MORPH_TOPHAT, _SQUARE_9)
    coarse = cv2.absdiff(smooth, cv2.blur(smooth, (15, 15)))
    edges = cv2.morphologyEx(smooth, cv2.MORPH_GRADIENT, _DISC_3)
    return {
        "contrast": of_green,
        "red_share": of_red / (abs(of_green) + 0.02),
        "polarity": math.log((mean(dark, whole) + 0.3) / (mean(bright, whole) + 0.3)),
        "dark_lines": total(dark, halo) / (total(dark, whole) + 1),
        "edges": total(edges, halo) / (total(edges, whole) + 1),
        "edge_lift": math.log((mean(edges, halo) + 0.5) / (mean(edges, ground) + 0.5)),
        "coarse": math.log((mean(coarse, ground) + 0.2) / level),
        "patches": math.log((np.percentile(coarse.ravel()[np.flatnonzero(ground)[::5]], 98) + 0.5) / level),
    }


def _contrast(channel: cv2.typing.MatLike, ring: cv2.typing.MatLike, vessels: cv2.typing.MatLike) -> float:
    """How much darker uint8[h,w] is in the vessels than in the ring around them, as a share of the ring."""
    around = mean(channel, ring)
    return (around - mean(channel, vessels)) / (around + 5)


def _colours(rgb: Rgb, core: Mask) -> dict[str, float]:
    """How much the colour of the ground varies."""
    where = np.flatnonzero(core[::2, ::2])
    red, green = (cv2.LUT(np.ascontiguousarray(rgb[::2, ::2, i]), _LOGARITHMS).ravel()[where] for i in range(2))
    return {"warm_spread": float((red - green).std())}


NAMES = (
    *("largest", "main", "pieces", "extent", "length", "calibre", "taper", "uncertainty", "density"),
    *("directions", "straight", "contrast", "red_share", "polarity", "dark_lines"),
    *("edges", "edge_lift", "coarse", "patches", "warm_spread"),
)
