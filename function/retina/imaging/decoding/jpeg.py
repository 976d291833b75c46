"""JPEG files, decoded strictly: damage of which libjpeg only warns is an error here.

A damaged file is found out where its compressed data end too early or too late, and by the traces that damage leaves in
the pixels (`tears`).
"""

from contextlib import suppress
from typing import Any

import numpy as np
import simplejpeg  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PIL import Image

from retina.imaging.decoding.accessories import jpeg_essentials
from retina.imaging.decoding.tears import is_stepped, is_torn

SAME_COLOURS = {"L": ("Gray",), "RGB": ("YCbCr", "RGB"), "CMYK": ("CMYK", "YCCK")}
"""Pillow's modes and what TurboJPEG calls the same."""

BLOCK = 8
"""Side of the blocks that JPEG codes, in pixels."""


def jpeg_pixels(image: Image.Image, data: bytes) -> NDArray[np.uint8]:
    """Decode the file `data`, opened as `image`: uint8[H,W,C], C being 1 for gray, 3 for RGB, 4 for CMYK as in Pillow.

    Raises `ValueError` if the file is damaged, or if the two libraries disagree on its size or its channels.
    """
    essentials = jpeg_essentials(data)
    height, width, colours, _ = simplejpeg.decode_jpeg_header(essentials)
    if (width, height) != image.size or colours not in SAME_COLOURS[image.mode]:
        raise ValueError("the libraries disagree on the size or the channels")
    kind = {"L": "GRAY"}.get(image.mode, image.mode)
    pixels = _decoded(essentials, kind)
    if is_torn(pixels, *_unit(image)) or is_stepped(pixels, *_unit(image)):
        raise ValueError("blocks do not continue those above them")
    if kind == "CMYK":
        return np.subtract(255, pixels, out=pixels)  # stored inverted, as Adobe does
    return pixels


def _decoded(essentials: bytes, kind: str) -> NDArray[np.uint8]:
    try:
        return np.asarray(simplejpeg.decode_jpeg(essentials, kind, strict=True))
    except ValueError as error:
        # Some cameras fill up the compressed data with zeros; the first of them may be data.
        body = essentials.removesuffix(b"\xff\xd9")
        filled = body.rstrip(b"\0")
        if "extraneous bytes before marker 0xd9" not in str(error) or len(body) - len(filled) < 2:
            raise
    with suppress(ValueError):
        return np.asarray(simplejpeg.decode_jpeg(filled + b"\xff\xd9", kind, strict=True))
    return np.asarray(simplejpeg.decode_jpeg(filled + b"\0\xff\xd9", kind, strict=True))


def _unit(image: Any) -> tuple[int, int]:
    """Height and width in pixels of what the file stores at a time: one or several blocks of each channel."""
    factors = [(horizontal, vertical) for _, horizontal, vertical, _ in image.layer]
    if len(factors) == 1:
        return BLOCK, BLOCK
    return BLOCK * max(v for _, v in factors), BLOCK * max(h for h, _ in factors)
