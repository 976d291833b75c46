"""The exact edge of the field of view, from a rough outline of it.

`sharpen` takes RGB uint8[h,w,3] and an outline float32[N,2] in (x, y), and moves every point of it along its normal to
where tissue and surround differ most. It finds no field of view by itself.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Rgb

POINTS = 360
"""Points of an outline, evenly spaced."""

REACH = 12
"""The edge is looked for within so many pixels of the rough outline, on either side."""

SIDE = 4
"""Pixels on either side of a possible edge that are compared."""

MIN_CONTRAST = 9.0
"""Least difference of the two sides, summed over red, green and blue, that counts as an edge."""

MIN_CONTRAST_AT_FRAME = 45.0
"""The same for what seems to reach the picture's frame: only a bar or margin beside the tissue may move it."""

DIM_RIM = 0.6
"""On a darker surround the field of view reaches so many pixels beyond the steepest place: to where it is dark."""

Points = NDArray[np.float32]


def spaced(outline: Points, points: int = POINTS) -> Points:
    """The closed outline float32[N,2] as `points` evenly spaced points."""
    closed = np.vstack([outline, outline[:1]])
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    wanted = np.linspace(0, along[-1], points, endpoint=False)
    return np.column_stack([np.interp(wanted, along, closed[:, i]) for i in range(2)]).astype(np.float32)


def smoothed(values: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Mean of `width` neighbours along the first axis of a closed outline, float32[N] or float32[N,2]."""
    half = width // 2
    around = np.concatenate([values[-half:], values, values[:half]])
    total = np.cumsum(np.concatenate([np.zeros_like(around[:1]), around]), axis=0)
    return np.asarray((total[width:] - total[:-width]) / width, np.float32)


def sharpen(rgb: Rgb, outline: Points) -> Points:
    """The outline float32[N,2], moved to the edge in `rgb`. Where there is no edge it follows its neighbours."""
    outline = smoothed(spaced(outline), 3)
    ahead = np.roll(outline, -3, axis=0) - np.roll(outline, 3, axis=0)
    along = ahead / np.maximum(np.hypot(*ahead.T), 1e-6)[:, None]
    outwards = np.float32(1 if cv2.contourArea(outline, oriented=True) > 0 else -1)
    normals = outwards * np.column_stack([along[:, 1], -along[:, 0]])
    reach = np.arange(-REACH - SIDE, REACH + SIDE, dtype=np.float32) + 0.5
    x, y = (outline[:, i, None] + normals[:, i, None] * reach for i in range(2))  # float32[N,K]
    profile = cv2.remap(rgb, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    means = cv2.boxFilter(profile, cv2.CV_32F, (SIDE, 1), anchor=(0, 0))[:, : 1 - SIDE]  # of SIDE pixels from each on
    red, green, blue = cv2.split(means[:, SIDE:] - means[:, :-SIDE])
    steps = red + green + blue  # float32[N,2*REACH+1]; negative: darker outwards
    contrast = np.abs(red) + np.abs(green) + np.abs(blue)
    moves = np.arange(-REACH, REACH + 1, dtype=np.float32)
    likely = contrast * np.exp(-0.5 * (moves / (0.6 * REACH)) ** 2)
    best, rows = likely.argmax(axis=1), np.arange(len(outline))
    strength = contrast[rows, best]
    size = np.array(rgb.shape[1::-1]) - 1
    at_frame = ((outline < 2) | (outline > size - 2)).any(axis=1)
    best[at_frame & (strength < MIN_CONTRAST_AT_FRAME)] = REACH  # stays where it is
    seen = at_frame | (strength >= MIN_CONTRAST)
    if not seen.any():
        return outline
    found = moves[best] + np.where((steps[rows, best] < 0), DIM_RIM, 0)
    move = np.interp(rows, rows[seen], found[seen], period=len(rows)).astype(np.float32)
    around = np.concatenate([move[-4:], move, move[:4]])[rows[:, None] + np.arange(9)]
    settled = smoothed(np.partition(around, 4, axis=1)[:, 4], 3)  # the median of nine
    return np.asarray(outline + normals * settled[:, None], np.float32)
