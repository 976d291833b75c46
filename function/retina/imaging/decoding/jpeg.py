"""JPEG files, decoded strictly: damage of which libjpeg only warns is an error here.

JPEG has no checksums. A damaged file is found out where its compressed data end too early or too late, and where
brightness jumps along the order in which the blocks are stored (`is_torn`).
"""

from contextlib import suppress
from typing import Any

import numpy as np
import simplejpeg  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PIL import Image

from retina.imaging.decoding.accessories import jpeg_essentials

Means = NDArray[np.floating]
"""Mean brightness of a row of a block."""

SAME_COLOURS = {"L": ("Gray",), "RGB": ("YCbCr", "RGB"), "CMYK": ("CMYK", "YCCK")}
"""Pillow's modes and what TurboJPEG calls the same."""

BLOCK = 8
"""Side of the blocks that JPEG codes, in pixels."""

DARK, LIGHT = 12, 243
"""Darker or lighter segments are left out of `is_torn`: clipped values do not show a jump."""

JUMP, ALIKE, TELLING = 5.0, 0.8, 0.35
"""A tear jumps by at least JUMP (of 255), alike in ALIKE of the segments that tell, which are TELLING of all."""


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
    if kind == "CMYK":
        return np.subtract(255, pixels, out=pixels)  # stored inverted, as Adobe does
    if is_torn(pixels, *_unit(image)):
        raise ValueError("brightness jumps where a block's difference to the one before it was damaged")
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


def is_torn(pixels: NDArray[np.uint8], height: int, width: int) -> bool:
    """Whether brightness jumps in the middle of the compressed data and stays so.

    Blocks are stored row by row, each as the difference in mean brightness to the one before it: if one difference is
    damaged, all that follow are too bright or too dark. In the order of storage, each of the next W / `width` blocks
    then differs from the one above it, and by the same. So for every such run of blocks the differences across their
    upper edges are looked at (less the slope on both sides), in each channel. A horizontal edge in the photograph
    does not differ alike: tissue varies.

    `pixels` is uint8[H,W,C]; blocks have `height` x `width` pixels.
    """
    rows, columns = pixels.shape[0] // height, -(-pixels.shape[1] // width)
    if rows < 3 or columns < 4:
        return False
    edges = np.arange(1, rows) * height
    starts = np.arange(columns) * width
    counts = np.diff(np.append(starts, pixels.shape[1]))[:, None]
    above2, above, below, below2 = (
        np.add.reduceat(pixels[edges + offset], starts, axis=1, dtype=np.float32) / counts for offset in (-2, -1, 0, 1)
    )
    jumps = (below - above) - (below2 - below + above - above2) / 2
    lowest, highest = np.minimum(above, below), np.maximum(above, below)
    telling = (lowest > DARK) & (highest < LIGHT)
    return any(
        _is_run(jumps[..., c].ravel(), above[..., c].ravel(), below[..., c].ravel(), telling[..., c].ravel(), columns)
        for c in range(pixels.shape[2])
    )


def _is_run(jumps: Means, above: Means, below: Means, telling: NDArray[np.bool_], length: int) -> bool:
    """Whether `length` differences in a row are alike and large, where they tell, more alike than the photograph is."""
    counts = _sums(telling, length)
    means = np.abs(_sums(np.where(telling, jumps, 0), length)) / np.maximum(counts, 1)
    means[counts < TELLING * length] = 0
    for row in range(0, len(means), length):
        start = row + int(np.argmax(means[row : row + length]))
        if means[start] < JUMP:
            continue
        here = np.flatnonzero(telling[start : start + length]) + start
        middle = np.median(jumps[here])
        off = np.abs(jumps[here] - middle)
        variety = min(above[here].std(), below[here].std())
        if abs(middle) >= JUMP and np.median(off) < variety / 4 and np.mean(off <= max(2, abs(middle) / 4)) >= ALIKE:
            return True
    return False


def _sums(values: NDArray[Any], length: int) -> NDArray[np.float64]:
    """The sums of each `length` values in a row."""
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return np.asarray(total[length:] - total[:-length])
