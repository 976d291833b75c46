"""Retina photographs as people enhance them before they are measured: other lightness, contrast or background.

`enhanced(rgb, number)` takes RGB uint8[H,W,3] and gives the form of that number. Used to fit and to try the gate.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Rgb

Channel = NDArray[np.uint8]

DARK = 15
"""Level up to which a pixel counts as surround, as in the published forms of background subtraction."""


def _gray(channel: Channel) -> Rgb:
    return np.repeat(channel[..., None], 3, axis=2)


def _lit(rgb: Rgb) -> Rgb:
    return np.asarray(rgb.max(axis=2, keepdims=True) > DARK, np.uint8)


def _tiles(channel: Channel, limit: float) -> Channel:
    return np.asarray(cv2.createCLAHE(limit, (8, 8)).apply(channel), np.uint8)


def _lightness(rgb: Rgb, change: Callable[[Channel], Channel]) -> Rgb:
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    lab[..., 0] = change(np.ascontiguousarray(lab[..., 0], np.uint8))
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.uint8)


def equalised_green(rgb: Rgb, limit: float) -> Rgb:
    """The green channel, its contrast equalised in tiles with this clip limit."""
    return _gray(_tiles(np.ascontiguousarray(rgb[..., 1]), limit))


def equalised_colour(rgb: Rgb, limit: float) -> Rgb:
    """The lightness (CIELAB) equalised in tiles with this clip limit; the colours stay."""
    return _lightness(rgb, lambda channel: _tiles(channel, limit))


def flat_green(rgb: Rgb, _: float) -> Rgb:
    """The green channel, its whole histogram equalised."""
    return _gray(np.asarray(cv2.equalizeHist(np.ascontiguousarray(rgb[..., 1])), np.uint8))


def flat_colour(rgb: Rgb, _: float) -> Rgb:
    """The lightness (CIELAB), its whole histogram equalised; the colours stay."""
    return _lightness(rgb, lambda channel: np.asarray(cv2.equalizeHist(channel), np.uint8))


def subtracted(rgb: Rgb, gain: float) -> Rgb:
    """`gain` times what differs from the blurred photograph, around a middle gray (Graham 2015); surround black."""
    width = cv2.boundingRect(_lit(rgb)[..., 0])[2]
    ground = cv2.GaussianBlur(rgb, (0, 0), max(1.0, width / 60))
    return np.asarray(cv2.addWeighted(rgb, gain, ground, -gain, 128) * _lit(rgb), np.uint8)


def subtracted_green(rgb: Rgb, gain: float) -> Rgb:
    """The same of the green channel alone."""
    return _gray(np.ascontiguousarray(subtracted(rgb, gain)[..., 1]))


def stretched(rgb: Rgb, share: float) -> Rgb:
    """Each channel stretched from black to white, this share of its lit pixels clipped at either end."""
    lit = _lit(rgb)[..., 0] > 0
    low, high = np.percentile(rgb[lit], (100 * share, 100 - 100 * share), axis=0)
    return np.asarray(np.clip((rgb - low) / np.maximum(high - low, 1) * 255, 0, 255) * lit[..., None], np.uint8)


def gamma(rgb: Rgb, exponent: float) -> Rgb:
    """Every level raised to this exponent."""
    return np.asarray(cv2.LUT(rgb, np.asarray(255 * (np.arange(256) / 255) ** exponent, np.uint8)), np.uint8)


def sharpened(rgb: Rgb, amount: float) -> Rgb:
    """An unsharp mask: `amount` times what differs from a slightly blurred photograph is added."""
    smooth = cv2.GaussianBlur(rgb, (0, 0), max(0.7, rgb.shape[1] / 500))
    return np.asarray(cv2.addWeighted(rgb, 1 + amount, smooth, -amount, 0), np.uint8)


FORMS: tuple[tuple[str, Callable[[Rgb, float], Rgb], float], ...] = (
    ("green in tiles", equalised_green, 2),
    ("green in tiles", equalised_green, 4),
    ("lightness in tiles", equalised_colour, 2),
    ("lightness in tiles", equalised_colour, 4),
    ("green, whole histogram", flat_green, 0),
    ("lightness, whole histogram", flat_colour, 0),
    ("background subtracted", subtracted, 4),
    ("background subtracted from green", subtracted_green, 4),
    ("stretched", stretched, 0.01),
    ("gamma", gamma, 0.5),
    ("gamma", gamma, 1.8),
    ("sharpened", sharpened, 1.5),
)
"""Name, change and its strength."""


def enhanced(rgb: Rgb, number: int) -> tuple[str, Rgb]:
    """What was done and how strongly, and the form `number` of the photograph; numbers go round."""
    name, change, strength = FORMS[number % len(FORMS)]
    return f"enhanced: {name} {strength:g}", change(rgb, strength)
