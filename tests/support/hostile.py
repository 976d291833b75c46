"""Small files made to cost the decoder a lot of memory or time, or to show other people's bytes."""

import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
import tifffile
from PIL import Image

from retina.imaging.arrays import Rgb
from support.specimens import chunk, encode

SHORT, LONG = 3, 4


def hostile(rgb: Rgb) -> dict[str, bytes]:
    """By what they do; each is to be refused as `photograph_unreadable`."""
    jpeg = encode(Image.fromarray(rgb), "JPEG", progressive=True)
    scan = jpeg[jpeg.rindex(b"\xff\xda") : jpeg.rindex(b"\xff\xda") + 14]
    rows = zlib.compress(bytes(64))
    return {
        "planar 16-bit tiff whose pixels are not all there": planar(rgb, 3),
        "tiff that tells two sizes, of 16-bit colour": two_sizes(16, 200, 30_000),
        "tiff that tells two sizes, the larger first": two_sizes(16, 30_000, 200),
        "tiff that tells two sizes, of 8-bit colour": two_sizes(8, 200, 30_000),
        "tiff of one strip that holds gigabytes": tiff(64, 64, 16, [bomb(2**30)], rows=64),
        "float tiff of 64 megapixels that holds nothing": tiff(8000, 8000, 32, [rows], rows=8000, samples=1, kind=3),
        "progressive jpeg of 5,000 scans": jpeg[:-2] + 5000 * scan + jpeg[-2:],
        "pnm of comments": b"P6\n" + b"#\n" * 10**6 + b"100 100\n255\n" + bytes(30_000),
        "plain pnm of comments": b"P3\n100 100\n255\n" + b"1 #\n" * 500_000,
        "png whose pixels are not all there": _png(8000, 8000, 16, bomb(2**20)),
    }


def planar(rgb: Rgb, of_three: int) -> bytes:
    """A 16-bit TIFF stored plane by plane, the last third of whose compressed bytes is missing."""
    stream = io.BytesIO()
    values = np.moveaxis(rgb.astype(np.uint16) * 257, 2, 0)
    tifffile.imwrite(stream, values, photometric="rgb", planarconfig="separate", compression="zlib")
    data = bytearray(stream.getvalue())
    with tifffile.TiffFile(io.BytesIO(bytes(data))) as file:
        counts = file.pages.first.tags["StripByteCounts"]
        for place in range(counts.count // of_three, counts.count):
            size = 2 if counts.dtype == SHORT else 4
            data[counts.valueoffset + size * place : counts.valueoffset + size * (place + 1)] = bytes(size)
    return bytes(data)


def two_sizes(bits: int, first: int, second: int) -> bytes:
    """A TIFF whose directory says width and height twice."""
    strip = zlib.compress(bytes(200 * 200 * 3 * bits // 8))
    return tiff(first, first, bits, [strip], rows=30_000, more=[(256, LONG, [second]), (257, LONG, [second])])


def tiff(
    width: int,
    height: int,
    bits: int,
    strips: Sequence[bytes],
    *,
    rows: int,
    samples: int = 3,
    kind: int = 1,
    more: Sequence[tuple[int, int, list[int]]] = (),
) -> bytes:
    """A deflated TIFF of one page, as little as its directory needs; `more` entries are added as they are."""
    entries: list[tuple[int, int, list[int]]] = [
        (256, LONG, [width]),
        (257, LONG, [height]),
        *more,
        (258, SHORT, [bits] * samples),
        (259, SHORT, [8]),
        (262, SHORT, [2 if samples == 3 else 1]),
        (273, LONG, [0] * len(strips)),
        (277, SHORT, [samples]),
        (278, LONG, [rows]),
        (279, LONG, [len(strip) for strip in strips]),
        (339, SHORT, [kind] * samples),
    ]
    begin = 8 + 2 + 12 * len(entries) + 4
    room = sum(len(_packed(kind, values)) for _, kind, values in entries if len(_packed(kind, values)) > 4)
    place = begin + room
    for tag, _, values in entries:
        if tag == 273:
            for number, strip in enumerate(strips):
                values[number] = place
                place += len(strip)
    directory, beyond = b"", b""
    for tag, kind, values in entries:
        packed = _packed(kind, values)
        directory += struct.pack("<HHI", tag, kind, len(values))
        if len(packed) > 4:
            directory += struct.pack("<I", begin + len(beyond))
            beyond += packed
        else:
            directory += packed.ljust(4, b"\0")
    header = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(entries))
    return header + directory + bytes(4) + beyond + b"".join(strips)


def bomb(size: int) -> bytes:
    """Deflated zeros."""
    packer = zlib.compressobj(9)
    block = bytes(2**20)
    return b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()


def _packed(kind: int, values: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(values)}{'H' if kind == SHORT else 'I'}", *values)


def _png(width: int, height: int, bits: int, data: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
