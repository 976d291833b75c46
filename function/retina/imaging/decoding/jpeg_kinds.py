"""Which kind of JPEG a file is. Lossless, hierarchical and 12-bit JPEG look like any other until they are decoded, and
decoders of the usual kinds do not notice in time: one writes beyond its memory.
"""

import re

USUAL = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)
"""The markers of frames (ITU-T T.81, table B.1) that are read: baseline, extended and progressive, with Huffman or
arithmetic codes, all by cosine transform."""

FRAMES = (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0), 0xF7)
"""The markers of all frames; the last one is that of JPEG-LS."""

SCAN, END, BITS = 0xDA, 0xD9, 8

STANDALONE = (0x01, *range(0xD0, 0xD9))
"""Markers without a length."""

UNUSUAL = (
    "This is a lossless, hierarchical or 12-bit JPEG file; such files cannot be read. Open it in the program it comes "
    "from and save it as PNG, or as JPEG with 8 bits."
)

_MARKER = re.compile(rb"\xff+([^\0\xff])", re.DOTALL)


def is_usual_jpeg(data: bytes) -> bool:
    """Whether all frames of the JPEG file `data`, up to its end marker, are of a kind that is read, with 8 bits."""
    position = 2
    while found := _MARKER.search(data, position):
        marker, position = found[1][0], found.end()
        if marker == END:
            break
        if marker in FRAMES and (marker not in USUAL or data[position + 2 : position + 3] != bytes([BITS])):
            return False
        if marker not in STANDALONE:
            position += int.from_bytes(data[position : position + 2])
    return True
