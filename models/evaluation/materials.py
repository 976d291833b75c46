"""What drawings are made of: smooth noise, rough grounds and forking trees."""

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Rgb

Random = np.random.Generator
Texture = NDArray[np.float32]
Colour = tuple[int, ...]


def texture(random: Random, side: int, grain: float) -> Texture:
    """Smooth noise float32[side,side], mean 0 and deviation 1, whose blobs are `grain` (share of the side) large."""
    size = max(2, round(1 / grain))
    coarse = random.standard_normal((size, size)).astype(np.float32)
    smooth = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    return np.asarray((smooth - smooth.mean()) / (smooth.std() + 1e-6), np.float32)


def ground(random: Random, side: int, colour: tuple[int, int, int], rough: float) -> Rgb:
    """A plain of one colour, roughened by `rough` levels at several scales."""
    uneven = sum(texture(random, side, grain) for grain in (0.5, 0.1, 0.02)) + random.standard_normal((side, side))
    plain = np.array(colour, np.float32) + rough * np.asarray(uneven, np.float32)[..., None]
    return np.asarray(np.clip(plain, 0, 255), np.uint8)


def branches(
    canvas: Rgb, random: Random, start: tuple[float, float], angle: float, length: float, width: float, colour: Colour
) -> None:
    """Draw a tree that forks, ever thinner, from `start` (x, y in pixels) onto `canvas`."""
    x, y = start
    for _ in range(8):
        angle += random.normal(0, 0.12)
        far = (x + length / 8 * np.cos(angle), y + length / 8 * np.sin(angle))
        ends = [(round(16 * a), round(16 * b)) for a, b in ((x, y), far)]
        cv2.line(canvas, ends[0], ends[1], colour, max(1, round(width)), cv2.LINE_AA, 4)
        x, y = far
    if width > 1 and length > 8:
        for side in (-1, 1):
            turn, shrink = side * random.uniform(0.25, 0.7), random.uniform(0.6, 0.85)
            branches(canvas, random, (x, y), angle + turn, length * shrink, width * 0.7, colour)
