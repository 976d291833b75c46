"""TIFF files of every kind that tifffile writes, and what becomes of them."""

import io
import itertools
import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from retina.errors import PhotographError, UnsupportedFormatError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding.damage import DAMAGE
from retina.imaging.decoding.header import open_photograph
from retina.imaging.decoding.pixels import stored_pixels

BY_NAME = re.compile(r"This TIFF file is of a kind that cannot be read: .+\. Open it in .* as JPEG or PNG\.")

NUMBERS: dict[str, tuple[type[np.generic], float, float, int | None]] = {
    "1 bit": (np.bool_, 0, 1, 1),
    "2 bits": (np.uint8, 0, 2**2 - 1, 2),
    "4 bits": (np.uint8, 0, 2**4 - 1, 4),
    "6 bits": (np.uint8, 0, 2**6 - 1, 6),
    "8 bits": (np.uint8, 0, 255, None),
    "10 bits": (np.uint16, 0, 2**10 - 1, 10),
    "10 in 16 bits": (np.uint16, 0, 2**10 - 1, None),
    "12 bits": (np.uint16, 0, 2**12 - 1, 12),
    "14 bits": (np.uint16, 0, 2**14 - 1, 14),
    "16 bits": (np.uint16, 0, 2**16 - 1, None),
    "24 bits": (np.uint32, 0, 2**24 - 1, 24),
    "16 in 32 bits": (np.uint32, 0, 2**16 - 1, None),
    "32 bits": (np.uint32, 0, 2**32 - 1, None),
    "64 bits": (np.uint64, 0, 2**53, None),
    "8 bits, signed": (np.int8, 0, 2**7 - 1, None),
    "8 bits, negative": (np.int8, -(2**7), 2**7 - 1, None),
    "12 in 16 bits, signed": (np.int16, 0, 2**12 - 1, None),
    "16 bits, signed": (np.int16, 0, 2**15 - 1, None),
    "16 bits, negative": (np.int16, -(2**15), 2**15 - 1, None),
    "32 bits, signed": (np.int32, 0, 2**31 - 1, None),
    "32 bits, negative": (np.int32, -(2**31), 2**31 - 1, None),
    "64 bits, signed": (np.int64, 0, 2**53, None),
    "half": (np.float16, 0, 1, None),
    "single": (np.float32, 0, 1, None),
    "single, bytes": (np.float32, 0, 255, None),
    "single, deep": (np.float32, 0, 65_535, None),
    "double": (np.float64, 0, 1, None),
    "complex": (np.complex64, 0, 1, None),
}
"""Type, black, white, and bits where they are packed."""

EXACT = (None, "zlib", "lzw", "packbits", "zstd", "lzma", "png", "lerc", "jpeg2000", "jpegxl", "webp", "jpeg")
PREDICTED = ("zlib", "lzw")
ORDERS: tuple[Literal["<", ">"], ...] = ("<", ">")


class Kind(NamedTuple):
    """How a file is written."""

    numbers: str
    colour: str
    order: Literal["<", ">"]
    big: bool
    compression: str | None
    predictor: int | None
    tile: tuple[int, int] | None
    planes: str | None


def kinds() -> Iterator[Kind]:
    """All numbers with all colours and compressions, in turn with each byte order, BigTIFF and tiles."""
    forms = [(None, None), *((compression, 1) for compression in EXACT[1:])]
    forms += [(compression, predictor) for compression in PREDICTED for predictor in (2, 3)]
    colours = [("rgb", "contig"), ("rgb", "separate"), ("minisblack", None), ("miniswhite", None)]
    frames = [*itertools.product(ORDERS, (False, True), (None, (16, 32)))]
    for (n, numbers), (c, (colour, planes)), (f, (compression, predictor)) in itertools.product(
        enumerate(NUMBERS), enumerate(colours), enumerate(forms)
    ):
        order, big, tile = frames[(n + c + 3 * f) % len(frames)]
        yield Kind(numbers, colour, order, big, compression, predictor, tile, planes)


def written(kind: Kind, levels: Rgb) -> tuple[bytes, Rgb] | None:
    """The file, and the levels that are in it; None if tifffile does not write such a file."""
    dtype, black, white, bits = NUMBERS[kind.numbers]
    shown = levels if kind.colour == "rgb" else levels[..., 1]
    values: NDArray[Any] = black + shown / 255 * (white - black)
    if not issubclass(dtype, np.inexact):
        values = np.rint(values)
    inside = np.rint((values - black) / (white - black) * 255).astype(np.uint8)
    if kind.colour == "miniswhite":
        values = black + white - values
    values = values.astype(dtype)
    if bits and bits > 8 and kind.order == ">":
        values = values.byteswap()  # tifffile packs the bytes as they are in memory, and reads them right
    if kind.planes == "separate":
        values = np.moveaxis(values, 2, 0)
    stream = io.BytesIO()
    try:
        tifffile.imwrite(
            stream,
            values,
            photometric=kind.colour,
            byteorder=kind.order,
            bigtiff=kind.big,
            compression=kind.compression,
            predictor=None if kind.predictor == 1 else kind.predictor,
            tile=kind.tile,
            planarconfig=kind.planes,
            bitspersample=bits,
        )
    except (ValueError, NotImplementedError, RuntimeError, KeyError, TypeError):
        return None
    return stream.getvalue(), inside if inside.ndim == 3 else np.repeat(inside[..., None], 3, axis=2)


def outcome(data: bytes, expected: Rgb, kind: Kind) -> str:
    """What became of a file, which must not be a wrong picture."""
    try:
        image = open_photograph(data, max_pixels=64_000_000, min_side=64)
        photograph = stored_pixels(image, data)
        rgb = np.concatenate([strip.copy() for strip in photograph.strips])
    except (PhotographError, *DAMAGE) as error:
        if isinstance(error, UnsupportedFormatError) and BY_NAME.fullmatch(str(error)):
            return "refused"
        pytest.fail(f"{kind}: {error}")
    difference = np.abs(rgb.astype(int) - expected)
    assert difference.max() <= 1 or (kind.compression == "jpeg" and difference.mean() < 4), kind
    return "read"
