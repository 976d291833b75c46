"""Samples of a TIFF file besides its colours change no level, or are refused by name."""

import io
import itertools
from collections import Counter
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from conftest import decode
from retina.errors import UnsupportedFormatError
from retina.imaging.arrays import Rgb
from support.specimens import pages
from support.tiff_kinds import ORDERS, Kind, outcome

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
    if colour != "rgb" and len(extra) > 1:
        assert set(found) == {"refused"}
    elif not any(extra):
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


@pytest.mark.parametrize("colour", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("channels", [2, 3, 4, 5])
def test_gray_with_channels_of_no_stated_meaning_is_refused_by_name(levels: Rgb, colour: str, channels: int) -> None:
    """As of colours that a program has stored as gray. The first channel alone would pass for the photograph."""
    for dtype, order, planes in itertools.product((np.uint8, np.uint16, np.float32), ORDERS, ("contig", "separate")):
        declared = with_extra(levels[..., :1].astype(dtype), (0,) * (channels - 1), planes, colour, byteorder=order)
        extra_samples, unknown = (number.to_bytes(2, "little" if order == "<" else "big") for number in (338, 337))
        entry = declared.index(extra_samples, declared.index(b"\x01\x15" if order == ">" else b"\x15\x01"))
        undeclared = declared[:entry] + unknown + declared[entry + 2 :]
        for file in (declared, undeclared) if channels > 2 else (undeclared,):
            with pytest.raises(UnsupportedFormatError, match=f"gray with {channels} channels"):
                decode(file)


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


def test_opacity_of_a_rare_depth_is_refused_by_name(levels: Rgb) -> None:
    four = np.dstack([levels / np.float32(255), np.zeros(levels.shape[:2], np.float32)])
    with pytest.raises(UnsupportedFormatError, match="opacity"):
        decode(pages((four, {"extrasamples": ["unassalpha"]})))
    plain = decode(pages((four, {"extrasamples": ["unspecified"]}))).rgb
    assert np.abs(plain.astype(int) - levels).max() <= 1
