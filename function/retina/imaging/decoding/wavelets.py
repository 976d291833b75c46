"""Damage in JPEG 2000, which stores each block of wavelet coefficients by itself and has no checksum of it.

From a damaged byte on, what is decoded of a block is noise: a pattern of stripes or squares, in one band, far stronger
than anything a photograph has there.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

LEVELS = 5
"""How often the picture is halved. Blocks of more levels are larger than photographs."""

BLOCK = 32
"""Coefficients on each side of what is compared. Encoders use 64, or 32."""

FINER = 16
"""Parts of a gray level in which coefficients are counted."""

FLOOR = 1.0 * FINER
"""Added to what is compared: where a photograph is smooth, ratios mean nothing."""

MOST = 3.5
"""The largest ratio of a photograph, with some room (models/EXPERIMENTS.md, 32)."""

Band = NDArray[np.int16]


def demand_no_noisy_blocks(pixels: NDArray[np.uint8]) -> None:
    """Raise `ValueError` if some block of uint8[H,W,1 or 3] is much stronger in one band than in the others of its
    place, or in colour than in brightness.
    """
    channels = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb) if pixels.shape[2] == 3 else pixels
    brightness, *colours = (_strengths(channels[..., channel]) for channel in range(pixels.shape[2]))
    for strengths in (brightness, *colours):
        for bands in strengths:
            weaker, strongest = np.sort(bands, axis=0)[-2:]
            _demand_similar(strongest, weaker)
    for strengths in colours:
        for bands, of_brightness in zip(strengths, brightness, strict=True):
            _demand_similar(bands.max(axis=0), of_brightness.max(axis=0))


def _demand_similar(strong: NDArray[np.float64], weak: NDArray[np.float64]) -> None:
    if (strong + FLOOR > MOST * (weak + FLOOR)).any():
        raise ValueError("a block is noise")


def _strengths(channel: NDArray[Any]) -> list[NDArray[np.float64]]:
    """The median amounts of all blocks, float64[3,h,w] for each level: horizontal, vertical and diagonal detail."""
    low, found = channel.astype(np.int16) * FINER, list[NDArray[np.float64]]()
    while len(found) < LEVELS and min(low.shape) >= 2 * BLOCK:
        upper, lower = _halves(low)
        (low, across), (down, diagonal) = (map(np.transpose, _halves(half.T)) for half in (upper, lower))
        found.append(np.stack([_medians(band) for band in (across, down, diagonal)]))
    return found


def _halves(values: Band) -> tuple[Band, Band]:
    """Low and high frequencies along the first axis, without an odd last row: the reversible 5/3 transform of JPEG 2000
    (ISO/IEC 15444-1, F.4.8.1). It shows what the other transform, 9/7, has stored nearly as well.
    """
    pairs = len(values) // 2
    even, odd = values[: 2 * pairs : 2], values[1 : 2 * pairs : 2]
    high = odd - ((even + np.concatenate([even[1:], even[-1:]])) >> 1)
    return even + ((np.concatenate([high[:1], high[:-1]]) + high + 2) >> 2), high


def _medians(band: Band) -> NDArray[np.float64]:
    height, width = band.shape
    whole = np.pad(np.abs(band), [(0, -height % BLOCK), (0, -width % BLOCK)], mode="symmetric")
    rows, columns = whole.shape[0] // BLOCK, whole.shape[1] // BLOCK
    return np.asarray(np.median(whole.reshape(rows, BLOCK, columns, BLOCK), axis=(1, 3)))
