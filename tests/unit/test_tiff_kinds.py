"""Every kind of TIFF file that tifffile writes comes out with the levels that were written, or is refused by name."""

import itertools
import struct
from collections import Counter

import numpy as np
import pytest

from conftest import decode
from retina.errors import PhotographUnreadableError, TooManyPixelsError, UnsupportedFormatError
from retina.imaging.arrays import Rgb
from support.specimens import pages, stored
from support.tiff_kinds import NUMBERS, ORDERS, Kind, kinds, outcome, written


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


@pytest.mark.parametrize(
    ("numbers", "colour", "compression"),
    [
        *itertools.product(("8 bits",), ("rgb", "minisblack"), ("zstd", "lzma", "jpeg")),
        *itertools.product(("16 bits",), ("minisblack",), ("zstd", "lzma")),
    ],
)
def test_other_compressions_of_usual_depths_are_read(levels: Rgb, numbers: str, colour: str, compression: str) -> None:
    kind = Kind(numbers, colour, "<", False, compression, None, None, "contig" if colour == "rgb" else None)
    file = written(kind, levels)
    assert file
    assert outcome(*file, kind) == "read"


@pytest.mark.parametrize("compression", ["zstd", "lzma"])
def test_those_of_deep_colour_are_refused_by_name(levels: Rgb, compression: str) -> None:
    """Also here, where the library that decompresses them is installed for tests alone."""
    file = written(Kind("16 bits", "rgb", "<", False, compression, None, None, "contig"), levels)
    assert file
    with pytest.raises(UnsupportedFormatError, match=f"16-bit integers compressed as {compression.upper()}"):
        decode(file[0])


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


def test_a_page_whose_numbers_take_too_much_memory_is_refused_as_too_large(
    levels: Rgb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A strip or tile is decoded at once, so its size counts, and not the photograph's."""
    monkeypatch.setattr("retina.imaging.decoding.tiff_levels.MEMORY", 100_000)
    values = levels.astype(np.float64) / 255
    with pytest.raises(TooManyPixelsError):
        decode(pages((values, {})))
    assert np.array_equal(decode(pages((values, {"rowsperstrip": 8}))).rgb, levels)
