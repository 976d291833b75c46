"""Options of image files that few programs use are read as they are meant, or refused with how to convert."""

import io
import struct
import zlib
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image
from pydicom import uid

from conftest import decode
from retina.errors import PhotographError, PhotographUnreadableError, UnsupportedFormatError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding.jpeg_kinds import is_usual_jpeg
from support.dicom import dicom
from support.specimens import chunk, encode, oriented

GRAY, GRAY_AND_OPACITY, COLOUR, COLOUR_AND_OPACITY = 0, 4, 2, 6


def png(values: NDArray[Any], kind: int, bits: int = 16, more: bytes = b"") -> bytes:
    """A PNG file of values [H,W] or [H,W,C] with `bits` of 2, 4, 8 or 16."""
    rows = values.reshape(len(values), -1).astype(">u2")
    if bits < 16:
        each = np.unpackbits(rows.astype(np.uint8)[..., np.newaxis], axis=2)[..., 8 - bits :]
        lines = [np.packbits(line).tobytes() for line in each.reshape(len(values), -1)]
    else:
        lines = [line.tobytes() for line in rows]
    header = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], bits, kind, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + line for line in lines))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def rgb(small_rgb: Rgb) -> Rgb:
    """With all levels, so that the depth of deeper copies is certain."""
    stretched = np.array(small_rgb)
    stretched[0, 0] = 255
    return stretched


@pytest.mark.parametrize("bits", [12, 16])
def test_deep_png_keeps_its_brightness_with_and_without_opacity(rgb: Rgb, bits: int) -> None:
    deep = rgb.astype(np.uint16) * 257 >> 16 - bits
    for opaque in (np.full(rgb.shape[:2], 65535), np.full(rgb.shape[:2], 0)):
        coloured = np.dstack([deep, opaque])
        gray = np.dstack([deep[..., 1], opaque])
        assert np.array_equal(decode(png(coloured, COLOUR_AND_OPACITY)).rgb, rgb), "no opacity anywhere is none"
        assert np.array_equal(decode(png(gray, GRAY_AND_OPACITY)).rgb[..., 0], rgb[..., 1])
    assert np.array_equal(decode(png(deep, COLOUR)).rgb, rgb)
    turned = chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\3\0\0\0\0\0\0")
    assert np.array_equal(decode(png(deep, COLOUR, more=turned)).rgb, rgb[::-1, ::-1])


@pytest.mark.parametrize("bits", [2, 4, 8, 16])
def test_one_transparent_gray_of_a_png_is_black(rgb: Rgb, bits: int) -> None:
    values = rgb[..., 1].astype(np.uint16) * 257 >> 16 - bits
    most = (1 << bits) - 1
    seen = int(values[180, 180])
    shown = decode(png(values, GRAY, bits, chunk(b"tRNS", struct.pack(">H", seen)))).rgb[..., 0]
    expected = np.where(values == seen, 0, np.rint(values.astype(float) * 255 / most))
    assert np.abs(shown - expected).max() <= 1


def test_opacity_of_16_bit_tiff_is_applied_once(rgb: Rgb) -> None:
    opacity = np.full(rgb.shape[:2], 65535, np.uint16)
    opacity[:100], opacity[100:200] = 0, 32768
    for kind, stored in (
        ("unassalpha", rgb.astype(np.uint16) * 257),
        ("assocalpha", (rgb * 257.0 * opacity[..., np.newaxis] / 65535).astype(np.uint16)),
    ):
        stream = io.BytesIO()
        tifffile.imwrite(stream, np.dstack([stored, opacity]), photometric="rgb", extrasamples=[kind])
        shown = decode(stream.getvalue()).rgb.astype(int)
        assert np.abs(shown - rgb * (opacity[..., np.newaxis] / 65535)).max() <= 1
    stream = io.BytesIO()
    empty = np.dstack([rgb.astype(np.uint16) * 257, opacity * 0])
    tifffile.imwrite(stream, empty, photometric="rgb", extrasamples=["unassalpha"])
    assert np.array_equal(decode(stream.getvalue()).rgb, rgb)


@pytest.mark.parametrize("scale", [1, 256])
def test_palettes_of_tiff_files_may_have_8_bits(rgb: Rgb, scale: int) -> None:
    levels = np.arange(256)
    colours = np.stack([levels, 255 - levels, levels // 2])
    stream = io.BytesIO()
    palette = (colours * scale).astype(np.uint16)
    tifffile.imwrite(stream, np.ascontiguousarray(rgb[..., 1]), photometric="palette", colormap=palette)
    assert np.array_equal(decode(stream.getvalue()).rgb, np.moveaxis(colours[:, rgb[..., 1]], 0, 2))


def test_small_lossless_webp_is_whole_whatever_its_length(rgb: Rgb) -> None:
    noise = np.random.default_rng(0)
    for _ in range(80):
        top, left = noise.integers(0, 200, 2)
        height, width = noise.integers(64, 140, 2)
        part = np.ascontiguousarray(rgb[top : top + height, left : left + width])
        assert np.array_equal(decode(encode(Image.fromarray(part), "WEBP", lossless=True)).rgb, part)


def lossless_and_deep(rgb: Rgb) -> list[bytes]:
    deep = rgb.astype(np.uint16) << 4
    return [
        bytes(imagecodecs.jpeg8_encode(rgb, lossless=True, outcolorspace="RGB")),
        bytes(imagecodecs.jpeg8_encode(rgb[..., 1].copy(), lossless=True)),
        bytes(imagecodecs.jpeg8_encode(deep, bitspersample=12)),
        bytes(imagecodecs.jpegls_encode(rgb)),
    ]


def test_lossless_and_12_bit_jpeg_files_are_refused_by_name(rgb: Rgb) -> None:
    for data in lossless_and_deep(rgb):
        with pytest.raises(UnsupportedFormatError, match=r"lossless, hierarchical or 12-bit JPEG file.*save it as PNG"):
            decode(data)
    assert is_usual_jpeg(oriented(rgb, 6))


def test_they_are_not_decoded_where_a_dicom_file_says_baseline(rgb: Rgb) -> None:
    for data in lossless_and_deep(rgb):
        with pytest.raises(PhotographError):
            decode(dicom(rgb, uid.JPEGBaseline8Bit, [data], PhotometricInterpretation="YBR_FULL_422"))


def test_a_thumbnail_of_another_kind_does_not_condemn_a_jpeg(rgb: Rgb) -> None:
    whole = encode(Image.fromarray(rgb), "JPEG", quality=95)
    thumbnail = b"Exif\0\0" + lossless_and_deep(rgb[:64, :64])[0][:60_000]
    data = whole[:2] + b"\xff\xe2" + struct.pack(">H", len(thumbnail) + 2) + thumbnail + whole[2:]
    assert np.array_equal(decode(data).rgb, decode(whole).rgb)


def test_cmyk_that_does_not_say_whether_it_is_inverted_is_refused(rgb: Rgb) -> None:
    whole = encode(Image.fromarray(rgb).convert("CMYK"), "JPEG", quality=95)
    assert np.abs(decode(whole).rgb.astype(int) - rgb).mean() < 4
    place = whole.index(b"\xff\xee")
    length = 2 + int.from_bytes(whole[place + 2 : place + 4])
    with pytest.raises(PhotographUnreadableError):
        decode(whole[:place] + whole[place + length :])
