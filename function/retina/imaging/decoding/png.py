"""PNG with 16 bits per channel of colour, decoded by libpng: Pillow would keep only the upper eight."""

import numpy as np
from imagecodecs import png_decode
from numpy.typing import NDArray
from PIL import Image

from retina.imaging.decoding.accessories import without_accessories


def is_deep_png(image: Image.Image) -> bool:
    """Whether the image is a PNG of colour with 16 bits per channel."""
    deep = any(";16" in str(tile[3]) for tile in image.tile)  # type: ignore[attr-defined]
    return image.format == "PNG" and image.mode.startswith("RGB") and deep


def png_pixels(image: Image.Image, data: bytes) -> NDArray[np.uint16]:
    """Decode the file `data`, opened as `image`: uint16[H,W,3], or uint16[H,W,4] with opacity last.

    Raises `ValueError` if its size or its channels differ from those of `image`, and whatever libpng raises.
    """
    values = np.zeros((image.height, image.width, len(image.getbands())), np.uint16)
    png_decode(without_accessories(data), out=values)
    return values
