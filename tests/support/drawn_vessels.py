"""Vessels drawn with soft edges, as wide and as long as is said: what a measurement must find is known."""

import itertools
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import CERTAIN, Mask, ProbabilityMap
from retina.imaging.field_of_view import FieldOfView

FINE = 3
"""Samples of each pixel, along each side."""

Place = tuple[float, float]


def drawn(
    lines: Sequence[Sequence[Place]], width: float, size: tuple[int, int] = (160, 160), *, degrees: float = 0
) -> NDArray[np.float32]:
    """Lines through (x, y) `width` pixels wide, their ends round: float32[H,W], the share of each pixel covered.

    `size` is (H, W); all is turned by `degrees` round the picture's centre.
    """
    rows, columns = (((np.arange(n * FINE) + 0.5) / FINE - 0.5).astype(np.float32) for n in size)
    away = np.full((len(rows), len(columns)), np.inf, np.float32)
    for line in lines:
        for one, other in itertools.pairwise(turned(line, degrees, size)):
            x, y = columns[None] - one[0], rows[:, None] - one[1]
            u, v = other - one
            along = np.clip((x * u + y * v) / (u * u + v * v), 0, 1)
            away = np.minimum(away, (x - along * u) ** 2 + (y - along * v) ** 2)
    covered = np.clip((width / 2 - np.sqrt(away)) * FINE + 0.5, 0, 1)
    return np.asarray(cv2.resize(covered, size[::-1], interpolation=cv2.INTER_AREA), np.float32)


def turned(line: Sequence[Place], degrees: float, size: tuple[int, int]) -> NDArray[np.float64]:
    """The points of `line` turned by `degrees` round the centre of a picture of `size` (H, W)."""
    angle, centre = np.radians(degrees), (np.array(size[::-1]) - 1) / 2
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray((np.array(line, np.float64) - centre) @ turn + centre)


def sine(start: Place, length: float, amplitude: float, period: float) -> list[Place]:
    """Points along a sine that begins at `start` and runs to the right."""
    away = np.linspace(0, length, 200)
    return [(start[0] + x, start[1] + amplitude * float(np.sin(2 * np.pi * x / period))) for x in away]


def certain(picture: NDArray[np.float32]) -> tuple[Mask, ProbabilityMap]:
    """A mask bool[H,W] and a probability map uint16[H,W] of such a picture."""
    return picture > 0.4, np.rint(np.clip(picture, 0, 1) * CERTAIN).astype(np.uint16)


def whole(shape: tuple[int, ...]) -> FieldOfView:
    """A field of view that is all of a picture of `shape` (H, W)."""
    height, width = shape
    corners = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
    return FieldOfView(0, 0, width, height, np.array(corners, np.int32), "whole", 0.0)
