"""The fovea's place: the top of the network's map, if it is likely enough and lies where a fovea can be."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.structures.disc import Disc

LIKELY = 0.25
"""Least value of the map at the fovea's place."""

NEAREST, FARTHEST = 1.5, 4.0
"""Disc diameters between the centres of disc and fovea; usually 2 to 3."""

NOT_SEEN = "The fovea cannot be made out."


@dataclass(frozen=True)
class Fovea:
    """A place (x, y) in pixels, and how sure it is, 0 to 1."""

    x: float
    y: float
    confidence: float


def fovea_of(probability: NDArray[np.float32], disc: Disc | None) -> Fovea | None:
    """The fovea in `probability` float32[h,w]; None if it cannot be made out. `disc`, in the same pixels, if known."""
    smooth = cv2.GaussianBlur(probability, (0, 0), 2)
    if disc:
        rows, columns = np.indices(smooth.shape)
        away = np.hypot(columns - disc.x, rows - disc.y) / disc.diameter
        smooth = np.where((away > NEAREST) & (away < FARTHEST), smooth, 0).astype(np.float32)
    row, column = np.unravel_index(int(np.argmax(smooth)), smooth.shape)
    confidence = float(smooth[row, column])
    return Fovea(float(column), float(row), confidence) if confidence >= LIKELY else None
