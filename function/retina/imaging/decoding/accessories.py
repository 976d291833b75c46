"""Accessories of an image file: text, EXIF, colour profiles, previews. They may be broken or huge without harm to the
pixels, so decoders do not get to see them.
"""

import re

from PIL import ExifTags, Image

from retina.imaging.decoding.damage import DAMAGE

STANDALONE = {0x01, *range(0xD0, 0xD9)}
"""JPEG markers without a length."""

EOI, SOS, APP0, APP1, APP14, APP15, COM = 0xD9, 0xDA, 0xE0, 0xE1, 0xEE, 0xEF, 0xFE

PNG = b"\x89PNG\r\n\x1a\n"
"""How a PNG file begins."""

MAX_EXIF = 2**16
"""Limit on EXIF data in bytes: as much as a JPEG file can hold."""

_MARKER = re.compile(rb"\xff+[^\0\xff]", re.DOTALL)
_END_OF_SCAN = re.compile(rb"\xff+[^\0\xd0-\xd7\xff]", re.DOTALL)
"""The next marker that ends compressed data: neither a stuffed byte nor a restart marker."""


def without_accessories(data: bytes) -> bytes:
    """The file `data` with what decoding needs, and with its EXIF data if they can be read. Others than JPEG and PNG
    are left as they are: their decoders skip what they do not need.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return jpeg_essentials(data, exif=True)
    if data.startswith(PNG):
        return _png_essentials(data)
    return data


def jpeg_essentials(data: bytes, *, exif: bool = False) -> bytes:
    """The JPEG file `data` up to the first end marker, without comments and without application segments other than
    JFIF's and Adobe's, which say how colour is stored; with `exif`, also with EXIF data that can be read.
    """
    kept = [b"\xff\xd8"]
    position = 2
    while found := _MARKER.search(data, position):
        position, end, marker = found.start(), found.end(), data[found.end() - 1]
        if marker == EOI:
            return b"".join(kept) + b"\xff\xd9"
        if marker not in STANDALONE:
            length = int.from_bytes(data[end : end + 2])
            if length < 2:
                break
            end += length
        if marker == SOS:
            following = _END_OF_SCAN.search(data, end)
            end = following.start() if following else len(data)
        if _is_essential(marker, data[found.end() + 2 : found.end() + 8]) or (
            exif and marker == APP1 and _is_sound(data[found.end() + 2 : end])
        ):
            kept.append(b"\xff" + data[found.end() - 1 : end])
        position = end
    return b"".join([*kept, data[position:]])


def _is_essential(marker: int, name: bytes) -> bool:
    if marker == APP0:
        return name == b"JFIF\0\1"
    if marker == APP14:
        return name.startswith(b"Adobe")
    return marker not in STANDALONE and marker != COM and not APP0 <= marker <= APP15


def _png_essentials(data: bytes) -> bytes:
    """The PNG file `data` without its ancillary chunks (whose names begin with a small letter), except transparency and
    EXIF data that can be read.
    """
    kept, position, dropped = [PNG], len(PNG), False
    while position + 12 <= len(data):
        end = position + 12 + int.from_bytes(data[position : position + 4])
        name = data[position + 4 : position + 8]
        if end > len(data):
            break
        ancillary = bool(name[0] & 0x20)
        if ancillary and name != b"tRNS" and not (name == b"eXIf" and _is_sound(data[position + 8 : end - 4])):
            dropped = True
        else:
            kept.append(data[position:end])
        position = end
    return b"".join([*kept, data[position:]]) if dropped else data


def _is_sound(exif: bytes) -> bool:
    """Whether EXIF data can be read."""
    if len(exif) > MAX_EXIF or not exif.removeprefix(b"Exif\0\0").startswith((b"II*\0", b"MM\0*")):
        return False
    try:
        read = Image.Exif()
        read.load(exif)
        read.get(ExifTags.Base.Orientation)
    except DAMAGE:
        return False
    return True
