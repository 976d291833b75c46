"""Degrade a photograph, RGB uint8[H,W,3], in different ways at three strengths each.

Only `size` changes the shape. Blur scales with the photograph's width, so that it is the same for every camera.
"""

from collections.abc import Callable

import cv2
import numpy as np

from retina.imaging.arrays import Rgb

STRENGTHS = ("mild", "moderate", "strong")

REFERENCE_WIDTH = 1000
"""The width in pixels of a photograph to which the strengths of blur refer."""


def blur(rgb: Rgb, sigma: float) -> Rgb:
    """Gaussian blur; `sigma` in pixels at `REFERENCE_WIDTH`."""
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma * rgb.shape[1] / REFERENCE_WIDTH), np.uint8)


def noise(rgb: Rgb, deviation: float) -> Rgb:
    """Gaussian noise, independent for every pixel and channel; `deviation` in levels of 255. The same in every call."""
    random = np.random.default_rng(0)
    noisy = random.standard_normal(rgb.shape, np.float32) * np.float32(deviation)
    return np.asarray(np.clip(np.rint(rgb + noisy), 0, 255), np.uint8)


def jpeg(rgb: Rgb, quality: float) -> Rgb:
    """JPEG compression with OpenCV's `quality`, 0 to 100."""
    _, packed = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    return np.ascontiguousarray(cv2.imdecode(packed, cv2.IMREAD_COLOR)[..., ::-1], np.uint8)


def brightness(rgb: Rgb, factor: float) -> Rgb:
    """Multiply every level by `factor`; values above 255 are clipped."""
    return np.asarray(cv2.convertScaleAbs(rgb, alpha=factor), np.uint8)


def contrast(rgb: Rgb, factor: float) -> Rgb:
    """Multiply differences from the mean of the lit pixels by `factor`. The black frame is unchanged."""
    lit = rgb.max(axis=2) > 20
    mean = float(rgb[lit].mean()) if lit.any() else 0.0
    changed = np.clip(np.rint((rgb - np.float32(mean)) * np.float32(factor) + np.float32(mean)), 0, 255)
    return np.where(lit[..., None], changed, rgb).astype(np.uint8)


def colour(rgb: Rgb, shift: float) -> Rgb:
    """Multiply red by 1 + `shift`, green and blue by 1 - `shift`, as with a different lamp or lens."""
    return np.asarray(np.clip(rgb * np.array([1 + shift, 1 - shift, 1 - shift], np.float32), 0, 255), np.uint8)


def size(rgb: Rgb, factor: float) -> Rgb:
    """Multiply height and width by `factor`."""
    return np.asarray(cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)


PERTURBATIONS: dict[str, tuple[Callable[[Rgb, float], Rgb], tuple[float, float, float]]] = {
    "blur": (blur, (0.7, 1.5, 3.0)),
    "noise": (noise, (5, 10, 20)),
    "JPEG": (jpeg, (50, 30, 10)),
    "darker": (brightness, (0.8, 0.6, 0.3)),
    "brighter": (brightness, (1.2, 1.5, 2.0)),
    "less contrast": (contrast, (0.8, 0.6, 0.3)),
    "colour": (colour, (0.1, 0.2, 0.4)),
    "smaller": (size, (0.75, 0.5, 0.25)),
}
"""By name: the function, and its parameter at each of the `STRENGTHS`."""
