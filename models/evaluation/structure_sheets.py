"""Contact sheets: photographs with what the structures network found drawn over them."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask, Rgb
from retina.imaging.structures.finding import Structures

COLUMNS, TILE = 4, 480


def tile(rgb: Rgb, vessels: Mask, found: Structures, id: str) -> NDArray[np.uint8]:
    """A small BGR picture with arteries red, veins blue, unknown white, the disc's ellipse and the fovea's cross."""
    picture = (rgb[..., ::-1] * 0.55).astype(np.uint8)
    for kind, colour in enumerate(((255, 255, 255), (40, 40, 255), (255, 90, 40))):
        picture[vessels & (found.kinds == kind)] = colour
    line = max(2, rgb.shape[1] // 300)
    if found.disc:
        axes = (found.disc.long, found.disc.short)
        cv2.ellipse(picture, ((found.disc.x, found.disc.y), axes, found.disc.angle), (0, 255, 0), line)
    if found.fovea:
        size = rgb.shape[1] // 40
        cv2.drawMarker(picture, (round(found.fovea.x), round(found.fovea.y)), (0, 255, 255), 0, size, line)
    scale = TILE / max(rgb.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    padded = np.zeros((TILE, TILE, 3), np.uint8)
    padded[: small.shape[0], : small.shape[1]] = small
    cv2.putText(padded, id, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1)
    return padded


def write_sheet(path: Path, tiles: list[NDArray[np.uint8]]) -> None:
    """Write the tiles as one PNG."""
    if tiles:
        padded = [*tiles, *[np.zeros_like(tiles[0])] * (-len(tiles) % COLUMNS)]
        rows = [np.hstack(padded[i : i + COLUMNS]) for i in range(0, len(padded), COLUMNS)]
        cv2.imwrite(str(path), np.vstack(rows))
