"""A pixel whose colour is not in the palette is damage, not black."""

import struct
import zlib

import numpy as np
import pytest
from numpy.typing import NDArray

from conftest import decode
from retina.errors import PhotographUnreadableError
from retina.imaging.arrays import Rgb
from support.specimens import chunk, pages

COLOURS = 12


def packed(row: NDArray[np.uint8], bits: int) -> bytes:
    """The row with `bits` a pixel."""
    return np.packbits(np.unpackbits(row[:, np.newaxis], axis=1)[:, 8 - bits :]).tobytes()


def png(indices: NDArray[np.uint8], palette: bytes, bits: int) -> bytes:
    height, width = indices.shape
    rows = b"".join(b"\0" + packed(row, bits) for row in indices)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 3, 0, 0, 0)) + chunk(b"PLTE", palette)
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def bitmap(indices: NDArray[np.uint8], palette: bytes, bits: int) -> bytes:
    height, width = indices.shape
    rows = b"".join((line := packed(row, bits)) + bytes(-len(line) % 4) for row in indices[::-1])
    table = b"".join(palette[n : n + 3][::-1] + b"\0" for n in range(0, len(palette), 3))
    count = len(palette) // 3
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 0, len(rows), 2835, 2835, count, 0)
    start = 14 + len(header) + len(table)
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + header + table + rows


def gif(indices: NDArray[np.uint8], palette: bytes, *, own: bool) -> bytes:
    """With the palette of all frames, or with the frame's `own`. The codes stay those of single pixels."""
    height, width = indices.shape
    size = (len(palette) // 3).bit_length() - 2
    codes = np.insert(indices.ravel(), np.arange(0, indices.size, 14), 16)  # 16 is the code to start anew, 17 the end
    bits = np.unpackbits(np.append(codes, 17)[:, np.newaxis].astype(np.uint8), axis=1, bitorder="little")[:, :5]
    data = np.packbits(bits, bitorder="little").tobytes()
    blocks = b"".join(bytes([len(data[n : n + 255])]) + data[n : n + 255] for n in range(0, len(data), 255))
    screen = struct.pack("<HHBBB", width, height, 0 if own else 0x80 | size, 0, 0) + (b"" if own else palette)
    frame = struct.pack("<BHHHHB", 0x2C, 0, 0, width, height, 0x80 | size if own else 0) + (palette if own else b"")
    return b"GIF89a" + screen + b"!\xf9\4\0\0\0\0\0" + frame + b"\4" + blocks + b"\0;"


@pytest.fixture
def indices(small_rgb: Rgb) -> NDArray[np.uint8]:
    found = small_rgb[..., 1] // 16
    found[0] = np.arange(found.shape[1]) % 16
    return found


@pytest.mark.parametrize(("bits", "gray"), [(4, False), (8, False), (8, True)])
@pytest.mark.parametrize("form", [png, bitmap])
def test_png_and_bmp(indices: NDArray[np.uint8], form: object, bits: int, gray: bool) -> None:
    palette = bytes(np.repeat(np.arange(16, dtype=np.uint8), 3) * (1 if gray else 16))
    assert callable(form)
    rgb = decode(form(indices, palette, bits)).rgb
    assert np.array_equal(rgb[..., 0], indices * (1 if gray else 16))
    for count in (15, 12, 1):
        with pytest.raises(PhotographUnreadableError):
            decode(form(indices, palette[: 3 * count], bits))
    few = np.minimum(indices, COLOURS - 1)
    assert np.array_equal(decode(form(few, palette[: 3 * COLOURS], bits)).rgb[..., 0], few * (1 if gray else 16))


def test_pixels_of_two_colours_with_more_bits_are_not_misread(indices: NDArray[np.uint8]) -> None:
    two = np.minimum(indices, 1)
    assert np.array_equal(decode(bitmap(two, b"\0\0\0\xff\xff\xff", 1)).rgb[..., 0], two * 255)
    with pytest.raises(PhotographUnreadableError):
        decode(bitmap(two, b"\0\0\0\xff\xff\xff", 4))


def os2(indices: NDArray[np.uint8], palette: bytes, bits: int) -> bytes:
    """A BMP of OS/2, whose header does not state the number of colours."""
    height, width = indices.shape
    rows = b"".join((line := packed(row, bits)) + bytes(-len(line) % 4) for row in indices[::-1])
    table = b"".join(palette[n : n + 3][::-1] for n in range(0, len(palette), 3))
    start = 26 + len(table)
    return (
        b"BM"
        + struct.pack("<IHHI", start + len(rows), 0, 0, start)
        + struct.pack("<IHHHH", 12, width, height, 1, bits)
        + table
        + rows
    )


@pytest.mark.parametrize("bits", [4, 8])
def test_the_bmp_of_os2(indices: NDArray[np.uint8], bits: int) -> None:
    palette = bytes(np.repeat(np.arange(16, dtype=np.uint8), 3) * 16)
    padded = palette + bytes(3 * (2**bits - 16))
    assert np.array_equal(decode(os2(indices, padded, bits)).rgb[..., 0], indices * 16)
    for count in (15, 12):
        with pytest.raises(PhotographUnreadableError):
            decode(os2(indices, palette[: 3 * count], bits))


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("gray", [False, True])
def test_gif(indices: NDArray[np.uint8], own: bool, gray: bool) -> None:
    palette = bytes(np.repeat(np.arange(16, dtype=np.uint8), 3) * (1 if gray else 16))
    assert np.array_equal(decode(gif(indices, palette, own=own)).rgb[..., 0], indices * (1 if gray else 16))
    with pytest.raises(PhotographUnreadableError):
        decode(gif(indices, palette[: 3 * 8], own=own))


def test_a_short_palette_of_a_tiff(indices: NDArray[np.uint8]) -> None:
    colours = np.repeat(np.arange(256, dtype=np.uint16)[np.newaxis] * 257, 3, axis=0)
    whole = pages((indices * 16, {"photometric": "palette", "colormap": colours}))
    assert np.array_equal(decode(whole).rgb[..., 0], indices * 16)
    entry = struct.pack("<HHI", 320, 3, 3 * 256)
    assert entry in whole
    with pytest.raises(PhotographUnreadableError):
        decode(whole.replace(entry, struct.pack("<HHI", 320, 3, 3 * 100)))
