"""Where AVRDB's drawings show arteries and veins: their centre-lines, the only thing in them that is exact."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from retina.imaging.arrays import Mask, Rgb
from retina.imaging.skeleton import skeletonise


def centre_lines(label: Rgb, field: Mask) -> tuple[Mask, Mask]:
    """Centre-lines bool[H,W] of arteries and veins in AVRDB's drawing uint8[H,W,3]: red artery, blue vein.

    Its strokes are wider than the vessels, so only their skeleton counts. What is near a crossing (green), at the
    border of the field of view or of no clear colour is left out.
    """
    colour = label.astype(np.float32)
    others = (colour.sum(axis=2, keepdims=True) - colour) / 2
    strength = np.dstack([np.full(label.shape[:2], 110, np.float32), colour - others])
    kind = strength.argmax(axis=2)  # 0 nothing, 1 red, 2 green, 3 blue
    red, blue = (cv2.blur((kind == k).astype(np.float32), (7, 7)) for k in (1, 3))
    near_crossing = cv2.dilate((kind == 2).astype(np.uint8), np.ones((11, 11), np.uint8)) > 0
    border = {"iterations": 15, "borderType": cv2.BORDER_CONSTANT, "borderValue": 0}
    core = cv2.erode(field.astype(np.uint8), np.ones((3, 3), np.uint8), **border) > 0  # type: ignore[call-overload]
    clear = skeletonise(kind > 0) & ~near_crossing & core
    return clear & (red > 2 * blue), clear & (blue > 2 * red)


def read_centre_lines(label: Path, field: Path) -> tuple[Mask, Mask]:
    """Centre-lines bool[H,W] of arteries and veins from the files of a drawing and of its field of view."""
    drawn: Any = cv2.imread(str(label))
    inside: Any = cv2.imread(str(field), cv2.IMREAD_GRAYSCALE)
    return centre_lines(np.ascontiguousarray(drawn[..., ::-1]), inside > 127)
