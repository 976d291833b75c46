"""Crop a photograph to its field of view, at most `WIDTH` wide, and whatever else has its size."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from retina.imaging.arrays import Mask
from retina.imaging.field_of_view import find_field_of_view

WIDTH = 2100


class Crop:
    """How one photograph is cropped.

    `photograph` is the whole one, uint8[H,W,3], `view` its field of view, `window` where that lies in it, and `size`
    the width and height that it is reduced to.
    """

    def __init__(self, path: Path) -> None:
        self.photograph = np.asarray(Image.open(path).convert("RGB"))
        self.view = find_field_of_view(self.photograph)
        top, left, height, width = self.view.top, self.view.left, self.view.height, self.view.width
        self.window = (slice(top, top + height), slice(left, left + width))
        scale = min(1.0, WIDTH / width)
        self.size = (round(width * scale), round(height * scale))

    def __call__(self, pixels: NDArray[np.uint8]) -> Any:
        """The field of view of uint8[H,W] or uint8[H,W,3], averaged by area, as uint8[h,w] or uint8[h,w,3]."""
        return cv2.resize(np.ascontiguousarray(pixels[self.window]), self.size, interpolation=cv2.INTER_AREA)

    def inside(self) -> Mask:
        """Which pixels of the crop lie in the field of view, bool[h,w]."""
        mask = self.view.mask(self.photograph.shape[:2])[self.window].astype(np.uint8)
        return cv2.resize(mask, self.size, interpolation=cv2.INTER_NEAREST).view(np.bool_)
