"""Check that the compressed data of PNG and TIFF files are whole.

The decoders stop once all pixels are filled, and do not look at the checksums that follow. JPEG data in a TIFF file
have none; they are decoded strictly, as those of JPEG files are. LZW and PackBits must give as many pixels as needed.
"""

import zlib
from collections.abc import Callable

import imagecodecs
import simplejpeg  # type: ignore[import-untyped]
import tifffile

from retina.imaging.decoding.accessories import PNG

PIECE = 2**16
"""Number of bytes decompressed at a time."""

SIZED: dict[int, Callable[[bytes], bytes | bytearray]] = {
    tifffile.COMPRESSION.LZW: imagecodecs.lzw_decode,
    tifffile.COMPRESSION.PACKBITS: imagecodecs.packbits_decode,
}
"""Decoders whose output shows by its length whether the input was damaged."""

POINTERS = ("SubIFDs", "ExifTag", "GPSTag", "InteroperabilityTag", "MakerNote")
"""Tags that refer to more data than their own."""

TRAILING = 8
"""How many bytes may follow all that a TIFF file refers to."""

ZLIB = (tifffile.COMPRESSION.ADOBE_DEFLATE, tifffile.COMPRESSION.DEFLATE)


def demand_whole_png(data: bytes) -> None:
    """Raise `ValueError` unless the pixels of the PNG file `data` agree with their checksums.

    There are two: one for each chunk, and one for all pixels. The first is enough, and so is the second.
    """
    view, position, parts, sound = memoryview(data), len(PNG), [], True
    while position + 12 <= len(data):
        length = int.from_bytes(view[position : position + 4])
        if bytes(view[position + 4 : position + 8]) == b"IDAT":
            body = view[position + 4 : position + 8 + length]
            sound &= zlib.crc32(body) == int.from_bytes(view[position + 8 + length : position + 12 + length])
            parts.append(body[4:])
        position += 12 + length
    if not (sound and position == len(data)) and not _is_whole(parts):
        raise ValueError("the pixels do not agree with their checksum")


def demand_whole_tiff(page: tifffile.TiffPage, data: bytes) -> None:
    """Raise `ValueError` unless every strip or tile is whole, as far as that can be seen."""
    if page.compression == tifffile.COMPRESSION.NONE:
        _demand_no_surplus(page, len(data))
    sizes, decode = _sizes(page), SIZED.get(page.compression)
    view, tables = memoryview(data), bytes(page.jpegtables or b"")[:-2]
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=False):
        strip = view[offset : offset + count]
        if page.compression in ZLIB and not _is_whole([strip]):
            raise ValueError("a strip does not agree with its checksum")
        if decode and sizes and len(decode(bytes(strip))) not in sizes:
            raise ValueError("a strip has too many or too few pixels")
        if page.compression == tifffile.COMPRESSION.JPEG:
            kind = "CMYK" if page.photometric == tifffile.PHOTOMETRIC.SEPARATED else "RGB"
            simplejpeg.decode_jpeg(tables + bytes(strip[2:]) if tables else bytes(strip), kind, strict=True)


def _sizes(page: tifffile.TiffPage) -> set[int]:
    """The possible sizes of a decoded strip or tile in bytes: those of full ones, and of the last strip. Empty if
    unknown.
    """
    if page.photometric == tifffile.PHOTOMETRIC.YCBCR or not isinstance(page.bitspersample, int):
        return set()
    samples = 1 if page.planarconfig == tifffile.PLANARCONFIG.SEPARATE else page.samplesperpixel
    width = page.tilewidth if page.is_tiled else page.imagewidth
    row = -(-width * samples * page.bitspersample // 8)
    if page.is_tiled:
        return {row * page.tilelength}
    rows = min(page.rowsperstrip, page.imagelength)
    return {row * rows, row * (page.imagelength % rows or rows)}


def _demand_no_surplus(page: tifffile.TiffPage, size: int) -> None:
    """Raise `ValueError` if the file goes on after all that it refers to: something was inserted before.

    A file in which other directories may refer to more is left alone.
    """
    pages = [other for other in page.parent.pages if isinstance(other, tifffile.TiffPage)]
    if any(name in other.tags for other in pages for name in POINTERS):
        return
    ends = [
        offset + count
        for other in pages
        for offset, count in zip(other.dataoffsets, other.databytecounts, strict=False)
    ]
    ends += [tag.valueoffset + tag.valuebytecount for other in pages for tag in other.tags]
    ends += [other.offset + 6 + 12 * len(other.tags) for other in pages]
    if size - max(ends) > TRAILING:
        raise ValueError("the file is longer than what it refers to")


def _is_whole(parts: list[memoryview]) -> bool:
    """Whether the parts are one zlib stream with its end and the right checksum. No more than PIECE bytes are kept."""
    stream = zlib.decompressobj()
    try:
        for part in parts:
            rest: bytes | memoryview = part
            while rest and not stream.eof:
                stream.decompress(rest, PIECE)
                rest = stream.unconsumed_tail
        while not stream.eof and stream.decompress(b"", PIECE):
            pass
    except zlib.error:
        return False
    return stream.eof
