"""The calibre: how wide a vessel is at each point of its line, to fractions of a pixel.

Across the line, levels (probabilities, or a mask's 0 and 1) are sampled between pixels. The calibre is the width of a
sharp-edged vessel with the same sum of levels across: between levels outside on both sides, and inside. Where these do
not differ, it is twice the distance to the mask's edge.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask
from retina.imaging.graph.smoothing import Lines

SAMPLES = 16
"""Samples on each side of the line."""

MARGIN = (4.0, 0.2)
"""How far beyond the mask's edge is sampled: pixels, and half widths."""

WIDE = 4.5
"""Half width in pixels from which on the level inside is the middle's own; see `_inside`."""

LEAST_CONTRAST = np.float32(0.2)
"""Between levels inside and outside. With less on either side, as beside a hole in the mask, where the samples do not
leave the vessel, the calibre is the mask's own.
"""

LEAST = 0.5
"""Pixels: a line through a valley of the probability map would have a calibre of nothing, or of less."""

CHUNK = 16_384
"""Points at a time: OpenCV's pictures of samples may not be higher."""

Samples = NDArray[np.float32]
"""float32[N,1+2*SAMPLES], 0 to 1."""


def calibres_along(
    lines: Lines, levels: NDArray[np.uint8] | NDArray[np.uint16], radius: NDArray[np.float32]
) -> NDArray[np.float64]:
    """float64[N], in pixels, for each point of the lines.

    `levels` [H,W] are 0 off vessels and their type's largest value on them; `radius` float32[H,W] is the distance to
    the mask's edge. Where other vessels leave, within 1.5 half widths of a line's end, the calibre is the mean of the
    rest of the line.
    """
    if not len(lines):
        return np.zeros(0)
    half = np.maximum(_at(lines, radius), 1)
    reach = _reach(half)
    samples = _sampled(lines, levels, reach) / np.float32(np.iinfo(levels.dtype).max)
    calibres = _widths(_averaged(lines, samples), half, reach).astype(np.float64)
    return _without_ends(lines, calibres, half)


def across(lines: Lines, pixels: Mask, radius: NDArray[np.float32]) -> NDArray[np.bool_]:
    """bool[N]: at which points of the lines any of `pixels` bool[H,W] may lie among the samples of the calibre.

    `radius` as in `calibres_along`.
    """
    if not len(lines) or not pixels.any():
        return np.zeros(len(lines.points), np.bool_)
    away = np.asarray(cv2.distanceTransform((~pixels).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)
    return np.asarray(_at(lines, away) <= _reach(np.maximum(_at(lines, radius), 1)))


def _at(lines: Lines, picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32[N]: the value of the pixel of float32[H,W] that is nearest to each point."""
    height, width = picture.shape
    columns = np.clip(np.rint(lines.points[:, 0]).astype(np.int64), 0, width - 1)
    rows = np.clip(np.rint(lines.points[:, 1]).astype(np.int64), 0, height - 1)
    return np.asarray(picture[rows, columns], np.float32)


def _reach(half: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far on each side is sampled, in pixels, for half widths `half`."""
    return half * np.float32(1 + MARGIN[1]) + np.float32(MARGIN[0])


def _sampled(lines: Lines, levels: NDArray[np.uint8] | NDArray[np.uint16], reach: NDArray[np.float32]) -> Samples:
    """Levels across the lines from `-reach` to `reach` float32[N], float32[N,1+2*SAMPLES]."""
    across = np.linspace(-1, 1, 2 * SAMPLES + 1, dtype=np.float32)
    points, directions = lines.points.astype(np.float32), lines.directions.astype(np.float32)
    away = reach[:, None] * across
    x = points[:, :1] - directions[:, 1:] * away
    y = points[:, 1:] + directions[:, :1] * away
    found = [
        cv2.remap(levels, x[i : i + CHUNK], y[i : i + CHUNK], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        for i in range(0, len(x), CHUNK)
    ]
    return np.concatenate(found).astype(np.float32)


def _averaged(lines: Lines, samples: Samples) -> Samples:
    """Each row with its neighbours on the same line, one quarter of each: noise differs from point to point."""
    inner = np.ones(len(samples), np.bool_)
    inner[lines.bounds[:-1]] = inner[lines.bounds[1:] - 1] = False
    found = samples.copy()
    inner = inner[1:-1]
    mean = samples[1:-1] / 2 + (samples[:-2] + samples[2:]) / 4
    found[1:-1][inner] = mean[inner]
    return found


def _widths(samples: Samples, half: NDArray[np.float32], reach: NDArray[np.float32]) -> NDArray[np.float32]:
    """The calibre float32[N] of each row of samples."""
    middle = SAMPLES
    step = reach / np.float32(SAMPLES)
    inside = _inside(samples, half, step)
    width = np.zeros(len(samples), np.float32)
    unclear = np.zeros(len(samples), np.bool_)
    for side in (samples[:, middle:], samples[:, middle::-1]):
        # The background is where three samples together are lowest; beyond it another vessel may begin.
        triple = (side[:, :-2] + side[:, 1:-1] + side[:, 2:]) / 3
        lowest = np.argmin(triple, axis=1) + 1
        outside = np.take_along_axis(triple, lowest[:, None] - 1, axis=1)
        position = np.arange(side.shape[1])
        weight = (position <= lowest[:, None]).astype(np.float32)
        weight[:, 0] = 0.5
        contrast = inside[:, None] - outside
        unclear |= contrast[:, 0] < LEAST_CONTRAST
        share = (side - outside) / np.maximum(contrast, LEAST_CONTRAST)
        width += (share * weight).sum(axis=1) * step
    return np.where(unclear | (width < LEAST), 2 * half - 1, width)


def _inside(samples: Samples, half: NDArray[np.float32], step: NDArray[np.float32]) -> NDArray[np.float32]:
    """The level inside each vessel float32[N]."""
    away = np.abs(np.arange(-SAMPLES, SAMPLES + 1)) * step[:, None]
    core = away <= np.maximum(half / 2, step * 0.5)[:, None]
    own = (samples * core).sum(axis=1) / core.sum(axis=1)
    blurred = np.clip(WIDE - half, 0, 1)
    return np.asarray(np.maximum(own, blurred), np.float32)


def _without_ends(lines: Lines, calibres: NDArray[np.float64], half: NDArray[np.float32]) -> NDArray[np.float64]:
    """Near its ends a line has the mean calibre of the rest, if there is any rest."""
    owners = lines.owners
    rest = lines.lengths[owners] - lines.along
    near = np.minimum(lines.along, rest) < 1.5 * half
    weights = np.where(near, 0, lines.weights)
    enough = np.bincount(owners, weights, len(lines))
    mean = np.bincount(owners, weights * calibres, len(lines)) / np.maximum(enough, 1e-9)
    return np.where(near & (enough > 0)[owners], mean[owners], calibres)
