"""TIFF pages that tifffile alone reads: integers of up to 16 and of 32 bits, also signed, and floating-point numbers,
gray or RGB.

The file is decoded strip by strip or tile by tile, twice if the largest value has to be known first, so that its
numbers, of up to 8 bytes, are never in memory all at once.
"""

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import tifffile
from numpy.typing import NDArray
from tifffile import PHOTOMETRIC, SAMPLEFORMAT

from retina.errors import UnsupportedFormatError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding.checksums import demand_whole_tiff
from retina.imaging.decoding.continuity import continuous
from retina.imaging.decoding.depths import DEPTHS, STRIP, Strips, depth_of, depth_of_float
from retina.imaging.decoding.extra import Extra
from retina.imaging.decoding.facts import UNSTATED, Facts
from retina.imaging.decoding.tiff import is_plain

Numbers = NDArray[np.unsignedinteger | np.signedinteger | np.floating]

COPIES = 3
"""Copies of a strip or tile in memory while it is decoded: packed, decoded, and without its predictor."""

MEMORY = 512 * 2**20
"""Limit on these copies, in bytes."""

NEGATIVE = (
    "This TIFF file has a few negative values, and does not say which value is black. Save it with values from 0 on, "
    "or export the photograph as PNG."
)


@dataclass(frozen=True)
class TiffLevels:
    """An opened page `number` of a TIFF file, as stored; `segment_bytes`: of its largest strip or tile, decoded."""

    width: int
    height: int
    number: int
    segment_bytes: int
    facts: Facts = field(default=UNSTATED)

    @property
    def extra(self) -> Extra:
        """Memory for a strip or tile, and time to decode all of them twice."""
        pixels = self.width * self.height
        return Extra(math.ceil(COPIES * self.segment_bytes / pixels), 2e-7 * pixels)

    @property
    def most_pixels(self) -> float:
        """How many pixels such a file may have, if a strip or tile takes too much memory."""
        needed = COPIES * self.segment_bytes
        return math.inf if needed <= MEMORY else self.width * self.height * MEMORY / needed

    def close(self) -> None:
        """Do nothing: no file is open."""


def open_levels(page: tifffile.TiffPage) -> TiffLevels:
    """Open a page that `is_for_tifffile`, without decoding it."""
    rows, columns = (page.tilelength, page.tilewidth) if page.is_tiled else (page.rowsperstrip, page.imagewidth)
    each = page.dtype.itemsize if page.dtype else page.bitspersample
    largest = min(rows, page.imagelength) * min(columns, page.imagewidth) * page.samplesperpixel * each
    return TiffLevels(page.imagewidth, page.imagelength, page.index, largest)


def levels_of(data: bytes, levels: TiffLevels) -> tuple[int, Strips]:
    """Orientation (1 to 8) and strips of uint8[h,W,3] as stored.

    Raises `UnsupportedFormatError` if it cannot be known what is black, and what `DAMAGE` lists.
    """
    with tifffile.TiffFile(io.BytesIO(data)) as tiff:
        page = tiff.pages[levels.number]
        if not isinstance(page, tifffile.TiffPage):
            raise TypeError("the page has no directory of its own")
        demand_whole_tiff(page, data)
        tag = page.tags.get("Orientation")
        rgb = _scaled(page)
        strips = (rgb[top : top + STRIP] for top in range(0, len(rgb), STRIP))
        return int(tag.value) if tag else 1, continuous(strips) if is_plain(page) else strips


def _scaled(page: tifffile.TiffPage) -> Rgb:
    """uint8[H,W,3]; white is the largest value, whatever the page says."""
    black, white = _black_and_white(page)
    if page.photometric == PHOTOMETRIC.MINISWHITE:
        black, white = white, black
    channels = _channels(page)
    rgb: Rgb = np.zeros((page.imagelength, page.imagewidth, 3), np.uint8)
    missing = page.imagelength * page.imagewidth * channels
    for first, top, left, numbers in _segments(page, channels):
        height, width, count = numbers.shape
        scaled = (numbers.astype(np.float64) - black) * (255 / (white - black))
        into = rgb[top : top + height, left : left + width]
        into[..., first : first + count if channels > 1 else 3] = np.rint(np.clip(scaled, 0, 255))
        missing -= numbers.size
    if missing:
        raise ValueError("a part of the pixels is not in the file")
    return rgb


def _segments(page: tifffile.TiffPage, channels: int) -> Iterator[tuple[int, int, int, Numbers]]:
    """First channel, top, left and numbers[h,w,c] of each strip or tile, in parts of `STRIP` rows, since scaling copies
    them; extra samples are left out.
    """
    for pixels, (plane, _, top, left, _), _ in page.segments(maxworkers=1):
        if pixels is None:
            raise ValueError("a part of the pixels is not in the file")
        if plane < channels:
            numbers = pixels[0, : page.imagelength - top, : page.imagewidth - left, : channels - plane]
            for row in range(0, len(numbers), STRIP):
                part = numbers[row : row + STRIP]
                if part.dtype.kind == "f":
                    part = np.nan_to_num(part, nan=0.0, posinf=0.0, neginf=0.0)
                yield plane, top + row, left, part


def _black_and_white(page: tifffile.TiffPage) -> tuple[float, float]:
    """The numbers that mean black and white. Integers of less than 16 bits fill their range; others only as much of
    it as the smallest common depth that holds their maximum, like those of other formats.
    """
    bits, numbers = page.bitspersample, page.sampleformat
    if numbers == SAMPLEFORMAT.UINT and bits < 16:
        return 0, 2**bits - 1
    ranges = [(float(some.min()), float(some.max())) for *_, some in _segments(page, _channels(page))]
    low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
    if numbers == SAMPLEFORMAT.IEEEFP:
        return (0, depth_of_float(high)) if low >= 0 and high <= DEPTHS[-1] else (low, max(high, low + 1e-12))
    if low < 0:
        if low > -(2 ** (bits - 2)):
            raise UnsupportedFormatError(NEGATIVE)
        return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    if numbers == SAMPLEFORMAT.INT:
        return 0, min(_white(high), 2 ** (bits - 1) - 1)
    return 0, depth_of(high) if bits == 16 else _white(high)


def _white(high: float) -> float:
    """The smallest common depth that holds `high`, or the next power of two beyond them, less one."""
    return depth_of(high) if high <= DEPTHS[-1] else 2.0 ** math.ceil(math.log2(high + 1)) - 1


def _channels(page: tifffile.TiffPage) -> int:
    return 3 if page.photometric == PHOTOMETRIC.RGB else 1
