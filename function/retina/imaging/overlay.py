"""The overlay: a photograph with its vessels tinted and, if they were asked for, arteries, veins and the disc's rim.

Takes a photograph and its segmentation, returns uint8[h,w,3]. Encoding is up to `rendering`.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Rgb
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import Segmentation
from retina.imaging.structures.artery_vein import ARTERY, UNKNOWN, VEIN
from retina.imaging.structures.disc import Disc

OVERLAY_SIDE = 2048
"""Longer side of the overlay in a response, in pixels."""

VESSEL_COLOUR = (0, 229, 255)
"""RGB. Cyan, a colour that does not occur in a retina."""

ARTERY_COLOUR, VEIN_COLOUR = (255, 0, 120), (0, 80, 255)
"""RGB. A pink that stands out from a red photograph and a blue, apart also for those who see no red, green or blue."""

COLOURS = {UNKNOWN: VESSEL_COLOUR, ARTERY: ARTERY_COLOUR, VEIN: VEIN_COLOUR}
"""By kind of vessel. `--vessel`, `--artery` and `--vein` in the page's stylesheet are the same."""

VESSEL_OPACITY = 0.6

RIM_COLOUR, RIM_CASING = (255, 255, 255), (0, 0, 0)
"""RGB of the disc's rim, and of the wider line under it: one of the two stands out from any ground."""

RIM_WIDTH = 1 / 400
"""Width of the rim, as a share of the overlay's longer side; its casing is twice as wide."""


def overlay(photograph: Photograph, segmentation: Segmentation, side: int | None = None) -> Rgb:
    """The photograph with its vessels tinted, uint8[h,w,3]; the longer side has at most `side` pixels.

    Arteries and veins have their own colours and the optic disc its rim if `segmentation.marked` says so.
    """
    height, width = segmentation.vessels.shape
    scale = min(1.0, side / max(height, width)) if side else 1.0
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    rgb = _reduced(photograph.rgb, size)
    tinted = rgb.copy()
    shares = {kind: _reduced(share, size) for kind, share in _shares(segmentation).items()}
    # Where kinds meet in a reduced pixel, each gives its share of the colour.
    touched = np.logical_or.reduce([share > 0 for share in shares.values()])
    colour = np.zeros((np.count_nonzero(touched), 3), np.float32)
    opacity = np.zeros((len(colour), 1), np.float32)
    for kind, share in shares.items():
        part = share[touched].astype(np.float32)[:, None] * np.float32(VESSEL_OPACITY / 255)
        colour += np.array(COLOURS[kind], np.float32) * part
        opacity += part
    tinted[touched] = np.rint(rgb[touched] * (1 - opacity) + colour).astype(np.uint8)
    disc = segmentation.structures.disc if segmentation.structures and "disc" in segmentation.marked else None
    if disc:
        _draw_rim(tinted, disc, (size[0] / width, size[1] / height))
    return np.asarray(tinted, np.uint8)


def _shares(segmentation: Segmentation) -> dict[int, NDArray[np.uint8]]:
    """How much of each pixel is vessel, uint8[H,W], 0 or 255, by kind."""
    vessels = segmentation.vessels.view(np.uint8) * np.uint8(255)
    if segmentation.structures is None or "artery_vein" not in segmentation.marked:
        return {UNKNOWN: vessels}
    kinds = segmentation.structures.kinds
    return {kind: vessels * np.asarray(kinds == kind) for kind in COLOURS}


def _reduced(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    if picture.shape[1::-1] == size:
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _draw_rim(picture: Rgb, disc: Disc, zoom: tuple[float, float]) -> None:
    """Draw the ellipse of `disc`, which is in the photograph's pixels, on its copy enlarged by `zoom` (x, y)."""
    centre = ((disc.x + 0.5) * zoom[0] - 0.5, (disc.y + 0.5) * zoom[1] - 0.5)
    ellipse = (centre, (disc.long * zoom[0], disc.short * zoom[0]), disc.angle)
    width = max(picture.shape) * RIM_WIDTH
    for colour, thickness in ((RIM_CASING, 2 * width), (RIM_COLOUR, width)):
        cv2.ellipse(picture, ellipse, colour, max(1, round(thickness)), cv2.LINE_AA)
