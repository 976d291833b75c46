"""Every kind of TIFF file that tifffile writes comes out with the levels that were written, or is refused by name."""

import io
import itertools
import re
import struct
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from conftest import decode
from retina.errors import PhotographError, PhotographUnreadableError, TooManyPixelsError, UnsupportedFormatError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding.damage import DAMAGE
from retina.imaging.decoding.header import open_photograph
from retina.imaging.decoding.pixels import stored_pixels
from support.specimens import pages, stored

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


@pytest.fixture(scope="module")
def levels(small_rgb: Rgb) -> Rgb:
    """A small photograph with black, white and what is between: no multiple of a tile."""
    rgb = np.ascontiguousarray(small_rgb[100:166, 120:191])
    rgb[:2], rgb[2:4] = 0, 255
    return rgb


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


@pytest.mark.slow
def test_every_kind_is_read_as_it_was_written_or_refused_by_name(levels: Rgb) -> None:
    found = Counter[str]()
    for kind in kinds():
        file = written(kind, levels)
        found[outcome(*file, kind) if file else "not written"] += 1
    assert found["read"] > 400, found
    assert found["refused"] > 300, found


@pytest.mark.parametrize(
    "numbers",
    [name for name in NUMBERS if name not in ("1 bit", "24 bits", "64 bits", "64 bits, signed", "complex")],
)
def test_these_depths_are_read(levels: Rgb, numbers: str) -> None:
    for colour, planes in (("rgb", "contig"), ("rgb", "separate"), ("minisblack", None)):
        for order, big in itertools.product(ORDERS, (False, True)):
            kind = Kind(numbers, colour, order, big, None, None, None, planes)
            file = written(kind, levels)
            assert file, kind
            assert outcome(*file, kind) == "read", kind


EXTRA = [(0,), (1,), (2,), (0, 0), (2, 0), (0, 0, 0), (0, 0, 0, 0, 0)]
"""Kinds of extra samples: 0 of no stated kind, 1 and 2 opacity that has been applied or not."""


def with_extra(values: NDArray[Any], extra: tuple[int, ...], planes: str, colour: str, **options: Any) -> bytes:
    """A TIFF file of values[H,W,C] and extra samples of the largest value."""
    most = 1 if values.dtype.kind == "f" else 256**values.itemsize - 1
    all_values = np.dstack([values, *[np.full(values.shape[:2], most, values.dtype)] * len(extra)])
    if planes == "separate":
        all_values = np.moveaxis(all_values, 2, 0)
    stream = io.BytesIO()
    tifffile.imwrite(stream, all_values, photometric=colour, planarconfig=planes, extrasamples=extra, **options)
    return stream.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("extra", EXTRA)
@pytest.mark.parametrize("colour", ["minisblack", "miniswhite", "rgb"])
def test_extra_samples_change_no_level_or_are_refused_by_name(levels: Rgb, colour: str, extra: tuple[int, ...]) -> None:
    found = Counter[str]()
    largest: dict[type[np.generic], int] = {np.uint8: 255, np.uint16: 65_535, np.float32: 1}
    for (dtype, most), order, big, compression, planes in itertools.product(
        largest.items(), ORDERS, (False, True), (None, "lzw"), ("contig", "separate")
    ):
        shown = levels if colour == "rgb" else levels[..., 1:2]
        values = np.rint(shown / 255 * most).astype(dtype) if most > 1 else (shown / 255).astype(dtype)
        if colour == "miniswhite":
            values = (most - values).astype(dtype)
        file = with_extra(values, extra, planes, colour, byteorder=order, bigtiff=big, compression=compression)
        kind = Kind(dtype.__name__, f"{colour} {extra}", order, big, compression, None, None, planes)
        found[outcome(file, np.repeat(shown, 3, axis=2) if colour != "rgb" else shown, kind)] += 1
    if not any(extra):
        assert set(found) == {"read"}


@pytest.mark.slow
@pytest.mark.parametrize("colour", ["separated", "cielab", "ycbcr"])
def test_other_colours_with_extra_samples_are_read_alike_or_refused_by_name(levels: Rgb, colour: str) -> None:
    values = np.dstack([levels, levels[..., :1]]) if colour == "separated" else levels
    first = decode(with_extra(values, (), "contig", colour)).rgb
    found = Counter[str]()
    for extra, order, big, compression, planes in itertools.product(
        [(), *EXTRA], ORDERS, (False, True), (None, "lzw"), ("contig", "separate")
    ):
        file = with_extra(values, extra, planes, colour, byteorder=order, bigtiff=big, compression=compression)
        kind = Kind("8 bits", f"{colour} {extra}", order, big, compression, None, None, planes)
        found[outcome(file, first, kind)] += 1
    assert min(found["read"], found["refused"]) > 4


@pytest.mark.parametrize(
    ("colour", "extra", "dtype", "planes", "said"),
    [
        ("minisblack", (2,), np.uint16, "contig", "opacity beside such samples"),
        ("minisblack", (0,), np.uint16, "contig", ""),
        ("minisblack", (0,), np.uint8, "contig", ""),
        ("minisblack", (1,), np.uint8, "contig", ""),
        ("minisblack", (0,), np.uint8, "separate", ""),
        ("miniswhite", (2,), np.uint8, "contig", "opacity beside such samples"),
        ("rgb", (0, 0), np.uint16, "contig", ""),
        ("rgb", (0, 0, 0), np.uint16, "contig", ""),
        ("rgb", (0,) * 5, np.uint8, "contig", ""),
        ("rgb", (0,), np.uint8, "separate", ""),
    ],
)
def test_these_extra_samples(
    levels: Rgb, colour: str, extra: tuple[int, ...], dtype: type[np.generic], planes: str, said: str
) -> None:
    values = (levels if colour == "rgb" else levels[..., 1:2]).astype(dtype) * (257 if dtype == np.uint16 else 1)
    file = with_extra(values, extra, planes, colour)
    if said:
        with pytest.raises(UnsupportedFormatError, match=said):
            decode(file)
    else:
        rgb = decode(file).rgb
        assert np.array_equal(rgb, levels if colour == "rgb" else np.repeat(levels[..., 1:2], 3, axis=2))


def test_what_big_endian_bigtiff_has_that_is_not_read_is_named(levels: Rgb) -> None:
    options: dict[str, Any] = {"byteorder": ">", "bigtiff": True}
    ramp = np.repeat(np.arange(256, dtype=np.uint16)[np.newaxis] * 257, 3, axis=0)
    four = np.dstack([levels, levels[..., :1]])
    for file, said in (
        (with_extra(four, (), "contig", "separated", **options), "CMYK colours in big-endian BigTIFF"),
        (with_extra(levels, (2,), "contig", "rgb", **options), "opacity in big-endian BigTIFF"),
        (
            pages((levels[..., 1], {"photometric": "palette", "colormap": ramp}), **options),
            "palette colours in big-end",
        ),
        (
            pages((levels[..., 1], {"compression": "jpeg"}), **options),
            "compressed as JPEG in big-endian BigTIFF",
        ),
    ):
        with pytest.raises(UnsupportedFormatError, match=said):
            decode(file)


@pytest.mark.parametrize("compression", ["zstd", "lzma", "jpeg"])
def test_other_compressions_of_usual_depths_are_read(levels: Rgb, compression: str) -> None:
    for numbers in ("8 bits", "16 bits") if compression != "jpeg" else ("8 bits",):
        for colour, planes in (("rgb", "contig"), ("minisblack", None)):
            kind = Kind(numbers, colour, "<", False, compression, None, None, planes)
            file = written(kind, levels)
            assert file, kind
            assert outcome(*file, kind) == "read", kind


def test_gray_of_one_bit_is_read(levels: Rgb) -> None:
    for colour, order, big in itertools.product(("minisblack", "miniswhite"), ORDERS, (False, True)):
        kind = Kind("1 bit", colour, order, big, None, None, None, None)
        file = written(kind, levels)
        assert file, kind
        assert outcome(*file, kind) == "read", kind


@pytest.mark.parametrize("predictor", [2, 3])
def test_both_predictors_are_read(levels: Rgb, predictor: int) -> None:
    for numbers in ("8 bits", "16 bits", "32 bits", "16 bits, negative") if predictor == 2 else ("half", "single"):
        for colour, planes in (("rgb", "contig"), ("rgb", "separate"), ("minisblack", None)):
            kind = Kind(numbers, colour, ">", True, "lzw", predictor, (16, 32), planes)
            file = written(kind, levels)
            assert file, kind
            assert outcome(*file, kind) == "read", kind


@pytest.mark.parametrize("orientation", range(1, 9))
def test_rare_depths_are_turned_upright(levels: Rgb, orientation: int) -> None:
    values = stored(levels, orientation).astype(np.float32) / 255
    tags = [(274, "H", 1, orientation, True)]
    assert np.array_equal(decode(pages((values, {"extratags": tags}))).rgb, levels)


def test_old_style_jpeg_is_refused_by_name(levels: Rgb) -> None:
    file = pages((levels, {"compression": "jpeg"}))
    old = file.replace(struct.pack("<HHIH", 259, 3, 1, 7), struct.pack("<HHIH", 259, 3, 1, 6))
    assert old != file
    with pytest.raises(UnsupportedFormatError, match="old-style JPEG"):
        decode(old)


def test_a_few_negative_values_do_not_say_what_is_black(levels: Rgb) -> None:
    for dtype in (np.int8, np.int16, np.int32):
        with pytest.raises(UnsupportedFormatError, match="negative values"):
            decode(pages(((levels[..., 1].astype(np.int16) // 4 - 3).astype(dtype), {})))


def test_floating_point_values_may_be_a_little_above_one(levels: Rgb) -> None:
    values = levels[..., 1] / np.float32(255)
    values[0, 0] = 1.1
    values[0, 1] = np.nan
    for dtype in (np.float16, np.float32, np.float64):
        rgb = decode(pages((values.astype(dtype), {}))).rgb
        assert np.abs(rgb[2:, :, 1].astype(int) - levels[2:, :, 1]).max() <= 1


def test_rare_depths_that_are_damaged_are_refused(levels: Rgb) -> None:
    packed = pages((levels.astype(np.uint16) * 16, {"bitspersample": 12}))
    deflated = bytearray(pages((levels / 255, {"compression": "zlib"})))
    deflated[len(deflated) // 2] ^= 255
    for damaged in (packed[:-300], bytes(deflated), packed + bytes(600)):
        with pytest.raises(PhotographUnreadableError):
            decode(damaged)


def test_opacity_of_a_rare_depth_is_refused_by_name(levels: Rgb) -> None:
    four = np.dstack([levels / np.float32(255), np.zeros(levels.shape[:2], np.float32)])
    with pytest.raises(UnsupportedFormatError, match="opacity"):
        decode(pages((four, {"extrasamples": ["unassalpha"]})))
    plain = decode(pages((four, {"extrasamples": ["unspecified"]}))).rgb
    assert np.abs(plain.astype(int) - levels).max() <= 1


def test_a_page_whose_numbers_take_too_much_memory_is_refused_as_too_large(
    levels: Rgb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A strip or tile is decoded at once, so its size counts, and not the photograph's."""
    monkeypatch.setattr("retina.imaging.decoding.tiff_levels.MEMORY", 100_000)
    values = levels.astype(np.float64) / 255
    with pytest.raises(TooManyPixelsError):
        decode(pages((values, {})))
    assert np.array_equal(decode(pages((values, {"rowsperstrip": 8}))).rgb, levels)
