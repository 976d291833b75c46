"""PNG with 16 bits per channel of colour, or of gray with opacity, decoded by libpng: Pillow would keep only the upper
eight.
"""

import numpy as np
from imagecodecs import png_decode
from numpy.typing import NDArray
from PIL import Image

from retina.imaging.decoding.accessories import without_accessories

TRANSPARENCY = "transparency"
"""Where Pillow has the value or the values that are transparent."""

BIT_DEPTH, COLOUR_TYPE, GRAY_WITH_OPACITY = 24, 25, 4
"""Where a PNG file has its bits per channel and what the channels are, and a value of the latter."""

EXIF = b"eXIf"
"""The name of the chunk with EXIF data."""


def is_deep_png(image: Image.Image) -> bool:
    """Whether the image, not decoded yet, is a PNG of colour or with opacity, of 16 bits per channel.

    One colour may be transparent; of such a file the upper eight bits have to do.
    """
    deep = any(";16" in str(tile[3]) for tile in image.tile)  # type: ignore[attr-defined]
    return image.format == "PNG" and image.mode in ("RGB", "RGBA") and deep and TRANSPARENCY not in image.info


def scale_transparency(image: Image.Image, data: bytes) -> None:
    """Of gray with 2 or 4 bits Pillow scales the values, but not the one that is transparent."""
    bits, value = data[BIT_DEPTH], image.info.get(TRANSPARENCY)
    if image.mode == "L" and isinstance(value, int) and bits < 8:
        image.info[TRANSPARENCY] = value * 255 // ((1 << bits) - 1)


def png_pixels(image: Image.Image, data: bytes) -> NDArray[np.uint16]:
    """Decode the file `data`, opened as `image`: uint16[H,W,3], or uint16[H,W,4] with opacity last.

    Raises `ValueError` if its size or its channels differ from those of `image`, and whatever libpng raises.
    """
    gray = data[COLOUR_TYPE] == GRAY_WITH_OPACITY  # which Pillow calls RGBA
    values = np.zeros((image.height, image.width, 2 if gray else len(image.getbands())), np.uint16)
    png_decode(without_accessories(data), out=values)
    return values[..., [0, 0, 0, 1]] if gray else values
