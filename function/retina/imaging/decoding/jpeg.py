"""JPEG files, decoded strictly: damage of which libjpeg only warns is an error here.

A damaged file is found out where its compressed data end too early or too late, and by the traces that damage leaves in
the pixels (`tears`, `steps`, `shifts`).
"""

from contextlib import suppress
from typing import Any

import numpy as np
import simplejpeg  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PIL import Image

from retina.imaging.decoding.accessories import jpeg_essentials
from retina.imaging.decoding.block_edges import block_edges
from retina.imaging.decoding.jpeg_kinds import is_usual_jpeg
from retina.imaging.decoding.shifts import is_shifted
from retina.imaging.decoding.steps import is_broken, is_stepped
from retina.imaging.decoding.tears import is_torn

SAME_COLOURS = {"L": ("Gray",), "RGB": ("YCbCr", "RGB"), "CMYK": ("CMYK", "YCCK")}
"""Pillow's modes and what TurboJPEG calls the same."""

END, FILLING = b"\xff\xd9", b"\0\xff"
"""The end marker, and bytes that may fill up the data before it: all zeros or all ones."""

ARITHMETIC = b"\xff\xc9", b"\xff\xca"
"""One of these markers is in files with arithmetic coding, whose last bytes may be left out."""

BLOCK = 8
"""Side of the blocks that JPEG codes, in pixels."""


def jpeg_pixels(image: Image.Image, data: bytes) -> NDArray[np.uint8]:
    """Decode the file `data`, opened as `image`: uint8[H,W,C], C being 1 for gray, 3 for RGB, 4 for CMYK as in Pillow.

    Raises `ValueError` if the file is damaged, or if the two libraries disagree on its size or its channels.
    """
    essentials = jpeg_essentials(data)
    if not is_usual_jpeg(essentials):
        raise ValueError("not one of the usual kinds")
    if image.mode == "CMYK" and "adobe" not in image.info:
        raise ValueError("nothing says whether CMYK is inverted")
    height, width, colours, _ = simplejpeg.decode_jpeg_header(essentials)
    if (width, height) != image.size or colours not in SAME_COLOURS[image.mode]:
        raise ValueError("the libraries disagree on the size or the channels")
    kind = {"L": "GRAY"}.get(image.mode, image.mode)
    pixels = _decoded(essentials, kind)
    if not any(marker in essentials for marker in ARITHMETIC):
        _demand_bytes_used(essentials, kind)
        if kind == "GRAY" and not image.info.get("progressive"):
            _demand_bits_used(essentials, pixels)
    demand_continuous(pixels, *_unit(image))
    if kind == "CMYK":
        return np.subtract(255, pixels, out=pixels)  # stored inverted, as Adobe does
    return pixels


def demand_continuous(pixels: NDArray[np.uint8], height: int, width: int) -> None:
    """Raise `ValueError` if blocks of `height` x `width` pixels do not continue those above them."""
    edges = block_edges(pixels, height, width)
    if edges is None:
        return
    if is_torn(edges) or is_stepped(edges) or is_broken(edges) or is_shifted(pixels, height, width):
        raise ValueError("blocks do not continue those above them")


def _decoded(essentials: bytes, kind: str) -> NDArray[np.uint8]:
    try:
        return np.asarray(simplejpeg.decode_jpeg(essentials, kind, strict=True))
    except ValueError as error:
        # Some cameras fill up the compressed data with zeros; the first of them may be data.
        body = essentials.removesuffix(END)
        filled = body.rstrip(b"\0")
        if "extraneous bytes before marker 0xd9" not in str(error) or len(body) - len(filled) < 2:
            raise
    with suppress(ValueError):
        return np.asarray(simplejpeg.decode_jpeg(filled + END, kind, strict=True))
    return np.asarray(simplejpeg.decode_jpeg(filled + b"\0" + END, kind, strict=True))


def _demand_bytes_used(essentials: bytes, kind: str) -> None:
    """Raise `ValueError` unless the last byte of the compressed data is needed.

    libjpeg reads up to eight bytes ahead and says nothing if they are left over, as they are when damage makes it find
    a few dark blocks too many. So the last byte is left out, which must fail.
    """
    if not _is_damaged(_used(essentials)[:-1] + END, kind):
        raise ValueError("bytes are left over")


def _demand_bits_used(essentials: bytes, pixels: NDArray[np.uint8]) -> None:
    """Raise `ValueError` if inverting the last bit that does not just fill up the last byte changes nothing.

    For gray `pixels` in one scan. Only a block of one channel is shorter than a byte, and only whole blocks show.
    """
    used = _used(essentials)
    last = used[-1]
    fill = next(bit for bit in range(1, 8) if (last >> bit ^ last) & 1)
    other = used[:-1] + bytes([last ^ 1 << fill]) + END
    if not _is_damaged(other, "GRAY") and np.array_equal(simplejpeg.decode_jpeg(other, "GRAY"), pixels):
        raise ValueError("bits are left over")


def _used(essentials: bytes) -> bytes:
    """The file up to the last byte that does not just fill it up."""
    return essentials.removesuffix(END).rstrip(FILLING)


def _is_damaged(data: bytes, kind: str) -> bool:
    """Whether libjpeg warns. It decodes to an eighth of the size, which takes half as long."""
    try:
        simplejpeg.decode_jpeg(data, kind, min_height=1, min_width=1, min_factor=BLOCK, strict=True)
    except ValueError:
        return True
    return False


def _unit(image: Any) -> tuple[int, int]:
    """Height and width in pixels of what the file stores at a time: one or several blocks of each channel."""
    factors = [(horizontal, vertical) for _, horizontal, vertical, _ in image.layer]
    if len(factors) == 1:
        return BLOCK, BLOCK
    return BLOCK * max(v for _, v in factors), BLOCK * max(h for h, _ in factors)
