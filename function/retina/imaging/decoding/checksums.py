"""Check that the compressed data of PNG and TIFF files are whole.

The decoders stop once all pixels are filled, and do not look at the checksums that follow. JPEG data in a TIFF file
have none; they are decoded strictly, as those of JPEG files are.
"""

import zlib

import simplejpeg  # type: ignore[import-untyped]
import tifffile

from retina.imaging.decoding.accessories import PNG

PIECE = 2**16
"""Number of bytes decompressed at a time."""

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
    """Raise `ValueError` unless every strip or tile that is compressed with zlib or as JPEG is whole."""
    view, tables = memoryview(data), bytes(page.jpegtables or b"")[:-2]
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=False):
        strip = view[offset : offset + count]
        if page.compression in ZLIB and not _is_whole([strip]):
            raise ValueError("a strip does not agree with its checksum")
        if page.compression == tifffile.COMPRESSION.JPEG:
            kind = "CMYK" if page.photometric == tifffile.PHOTOMETRIC.SEPARATED else "RGB"
            simplejpeg.decode_jpeg(tables + bytes(strip[2:]) if tables else bytes(strip), kind, strict=True)


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
