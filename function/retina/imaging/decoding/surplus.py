"""Check that BMP, PNM and GIF files have as many bytes as their pixels need, and PNM no values beyond their range.

They have no checksums, and decoders ignore what is left over; it shows that something was inserted before, or that the
decoder was out of step. Values beyond the range they cut off.
"""

import numpy as np
from PIL import Image

PADDING = 8
"""How many bytes may be left over in BMP files; programs fill them up."""

SHORT = 12
"""Length of OS/2's header of a BMP, which has other fields."""

PROFILED = 124
"""Length of the BMP header of files that may have a colour profile after their pixels."""

MOST_BITS = 12
MOST_CODES = 1 << MOST_BITS
"""Size of the table of a GIF's codes."""

LONGEST = 4 * 2**20
"""Limit on the codes that are counted, in bytes: about seven megapixels. It takes 0.2 s a megapixel."""


def demand_whole_bmp(image: Image.Image, data: bytes) -> None:
    """Raise `ValueError` if bytes are left over in the uncompressed BMP file `data`, opened as `image`, or if its
    pixels have more bits than two colours need: Pillow takes them for single bits.
    """
    if image.mode == "1" and data[14] != SHORT and data[28] > 1:
        raise ValueError("more bits than its two colours need, which Pillow does not read")
    name, _, offset, *rest = image.tile[0]  # type: ignore[attr-defined]
    if name != "raw" or int.from_bytes(data[14:18], "little") >= PROFILED:
        return
    stride = rest[0][1]
    if len(data) - (offset + stride * image.height) > PADDING:
        raise ValueError("the file is longer than its pixels")


def demand_whole_pnm(image: Image.Image, data: bytes) -> None:
    """Raise `ValueError` if bytes are left over in the binary PNM file `data`, opened as `image`, or if a value is
    larger than the largest one that its header names.

    White space may follow, and more images. In plain (text) files Pillow looks at the values itself.
    """
    kind, _, offset, arguments = image.tile[0]  # type: ignore[attr-defined]
    if data[1:2] not in b"456":
        return
    deep = (kind == "ppm" and arguments[-1] > 255) or image.mode.startswith("I")
    row = (image.width + 7) // 8 if data[1:2] == b"4" else image.width * len(image.getbands()) * (2 if deep else 1)
    following = data[offset + row * image.height :][: PADDING * 2].strip()
    if following and not following.startswith(b"P"):
        raise ValueError("the file is longer than its pixels")
    if kind == "ppm":  # any range but 255 and, of gray, 65535, which all bytes are in
        depth = np.dtype(">u2" if deep else np.uint8)
        values = np.frombuffer(data, depth, row * image.height // depth.itemsize, offset)
        if values.max() > arguments[-1]:
            raise ValueError("a value is larger than the largest one of the header")


def demand_whole_gif(image: Image.Image, data: bytes) -> None:
    """Raise `ValueError` unless the codes of the first frame in the GIF file `data`, opened as `image`, give as many
    pixels as it has, and end there.
    """
    _, (left, top, right, bottom), offset, (bits, *_) = image.tile[0]  # type: ignore[attr-defined]
    codes = bytearray()
    while size := data[offset]:
        codes += data[offset + 1 : offset + 1 + size]
        offset += 1 + size
    if len(codes) <= LONGEST and _pixels(codes, bits) != (right - left) * (bottom - top):
        raise ValueError("the frame has too many or too few pixels")


def _pixels(data: bytes | bytearray, bits: int) -> int:
    """How many pixels the LZW codes in `data`, of at first `bits` + 1 bits, give up to the end code.

    -1 if there is none, if more than a byte follows it, or if a code means nothing.
    """
    clear = 1 << bits
    end, lengths, width, total, previous = clear + 1, [1] * clear + [0, 0], bits + 1, 0, 0
    buffer, held = 0, 0
    for place, byte in enumerate(data):
        buffer, held = buffer | byte << held, held + 8
        while held >= width:
            code, buffer, held = buffer & ((1 << width) - 1), buffer >> width, held - width
            if code == clear:
                del lengths[end + 1 :]
                width, previous = bits + 1, 0
                continue
            if code == end or code > len(lengths) - (not previous):
                return total if code == end and len(data) - place <= 2 else -1
            if previous and len(lengths) < MOST_CODES:
                lengths.append(previous + 1)
                width += len(lengths) == 1 << width and width < MOST_BITS
            previous = lengths[code]
            total += previous
    return -1
