"""A page of a TIFF file, as a second library sees it.

It is of a kind that Pillow (libtiff) opens; 16-bit colour is decoded by tifffile nevertheless. What both say about
size, orientation, channels and the first rows must agree. Other kinds are read by tifffile alone (tiff_levels.py).
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from retina.imaging.decoding.orientations import TURNED, upright
from retina.imaging.decoding.tiff_kinds import BOTH_DECODE, GRAY_OR_RGB

OPACITY = (tifffile.EXTRASAMPLE.ASSOCALPHA, tifffile.EXTRASAMPLE.UNASSALPHA)

WITH_OPACITY = ("LA", "La", "PA", "RGBA", "RGBa")
"""Pillow's modes whose last channel is opacity."""

CHANNELS: dict[int, int] = {
    tifffile.PHOTOMETRIC.MINISWHITE: 1,
    tifffile.PHOTOMETRIC.MINISBLACK: 1,
    tifffile.PHOTOMETRIC.PALETTE: 1,
    tifffile.PHOTOMETRIC.RGB: 3,
    tifffile.PHOTOMETRIC.YCBCR: 3,
    tifffile.PHOTOMETRIC.CIELAB: 3,
    tifffile.PHOTOMETRIC.SEPARATED: 4,
}
"""The number of channels of each colour space, apart from extra samples."""

BYTE = 255
"""The largest value of 8 bits."""


@contextmanager
def tiff_page(data: bytes, number: int) -> Iterator[tifffile.TiffPage]:
    """The page of this number, from 0."""
    with tifffile.TiffFile(io.BytesIO(data)) as tiff:
        page = tiff.pages[number]
        if not isinstance(page, tifffile.TiffPage):
            raise TypeError("the page has no directory of its own")
        yield page


def demand_agreement(image: Image.Image, page: tifffile.TiffPage, orientation: int) -> tuple[int, int]:
    """Raise `ValueError` if Pillow's `image` and the `page` differ in size, orientation or channels.

    Returns width and height as stored. Pillow reports the upright size.
    """
    stored = (page.imagewidth, page.imagelength)
    if (stored[::-1] if orientation in TURNED else stored) != image.size or page.imagedepth != 1:
        raise ValueError("the libraries disagree on the size")
    tag = page.tags.get("Orientation")
    if (int(tag.value) if tag else 1) != orientation:
        raise ValueError("the libraries disagree on the orientation")
    if len(image.getbands()) - (image.mode in WITH_OPACITY) != CHANNELS.get(page.photometric):
        raise ValueError("the libraries disagree on the channels")
    return stored


def demand_same_rows(image: Image.Image, page: tifffile.TiffPage, orientation: int) -> None:
    """Raise `ValueError` if the first strip or tile is not what Pillow has decoded, where both can decode it.

    `image` is upright, the page is not.
    """
    gray, rgb = image.mode in ("L", "I;16", "I", "F"), image.mode == "RGB"
    if page.compression not in BOTH_DECODE or page.photometric not in GRAY_OR_RGB or not (gray or rgb):
        return
    if page.bitspersample not in (8, 16, 32) or (page.bitspersample != 8 and rgb):
        return
    pixels, _, shape = next(page.segments(maxworkers=1))
    if pixels is None:
        raise ValueError("a part of the pixels is not in the file")
    first = upright(
        pixels[0, : min(shape[1], page.imagelength), : min(shape[2], page.imagewidth), : CHANNELS[page.photometric]],
        orientation,
    )
    height, width = first.shape[:2]
    left = 0 if orientation in (1, 4, 5, 8) else image.width - width
    top = 0 if orientation in (1, 2, 5, 6) else image.height - height
    theirs = np.asarray(image.crop((left, top, left + width, top + height))).reshape(height, width, -1)
    if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE and not is_inverted(image, page):
        theirs = 255 - theirs
    if not np.array_equal(first, theirs[..., : first.shape[2]], equal_nan=image.mode == "F"):
        raise ValueError("the libraries disagree on the first rows")


def is_deep_colour(page: tifffile.TiffPage) -> bool:
    """Whether the page is RGB with more than 8 bits a channel."""
    return page.photometric == tifffile.PHOTOMETRIC.RGB and page.bitspersample > 8


def is_plain(page: tifffile.TiffPage) -> bool:
    """Whether nothing about the stored pixels shows that bytes of them were inserted, removed or replaced."""
    return page.compression in (tifffile.COMPRESSION.NONE, tifffile.COMPRESSION.PACKBITS)


def has_opacity(page: tifffile.TiffPage) -> bool:
    """Whether an extra sample is opacity. Those of no stated kind are not."""
    return any(kind in OPACITY for kind in page.extrasamples[:1])


def eight_bit_palette(page: tifffile.TiffPage) -> bytes | None:
    """The palette, red, green and blue in turn, if some program has written its colours with 8 bits instead of 16.

    Raises `ValueError` if it has too few.
    """
    if page.photometric != tifffile.PHOTOMETRIC.PALETTE or page.colormap is None:
        return None
    if page.colormap.shape[-1] < 1 << page.bitspersample:
        raise ValueError("the palette has too few colours")
    if page.colormap.max() > BYTE:
        return None
    return page.colormap.T.astype(np.uint8).tobytes()


def is_inverted(image: Image.Image, page: tifffile.TiffPage) -> bool:
    """Whether white is the smallest value and Pillow has left it so."""
    return page.photometric == tifffile.PHOTOMETRIC.MINISWHITE and image.mode.startswith(("I", "F"))


def tiff_pixels(page: tifffile.TiffPage) -> NDArray[np.uint16]:
    """Decode a page of 16-bit colour as stored, strip by strip or tile by tile: uint16[H,W,3], or with opacity that has
    not been applied [H,W,4].

    Raises `ValueError` if a part of the pixels is missing, and whatever the decoders raise.
    """
    samples = page.samplesperpixel
    if page.dtype != np.uint16 or page.bitspersample != 16 or not 3 <= samples <= 8:
        raise ValueError("not 16 bits a channel")
    height, width = page.imagelength, page.imagewidth
    values = np.zeros((height, width, samples), np.uint16)
    apart = page.planarconfig == tifffile.PLANARCONFIG.SEPARATE
    missing = values.size
    for pixels, (plane, _, top, left, _), _ in page.segments(maxworkers=1):
        if pixels is None:
            raise ValueError("a part of the pixels is not in the file")
        rows = pixels[0, : height - top, : width - left]
        into = values[top : top + rows.shape[0], left : left + rows.shape[1]]
        into[..., plane : plane + 1 if apart else samples] = rows
        missing -= rows.size
    if missing:
        raise ValueError("a part of the pixels is not in the file")
    unapplied = page.extrasamples[:1] == (tifffile.EXTRASAMPLE.UNASSALPHA,)
    return values[..., : 4 if unapplied else 3]
