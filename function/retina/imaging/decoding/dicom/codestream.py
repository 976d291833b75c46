"""What is read of a JPEG 2000 codestream (ISO/IEC 15444-1, annex A) besides its pixels.

Its compressed data are packets, each with a head that says how long it is. Zeros are read as empty packets: where
damage puts some, the rest is never read, and the picture lacks its finest detail.
"""

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from retina.imaging.decoding.dicom.frames import END

CODESTREAM, CODING, TILE = b"\xff\x4f\xff\x51", b"\xff\x52", b"\xff\x90"
"""Markers: of the beginning, of how it is coded, and of the first tile."""

TRANSFORMATION, MAIN_HEADER = 8, 1 << 16
"""Where the transformation of colours is, after the marker of how it is coded; and where to stop searching for that."""

LENGTH = slice(6, 10)
"""Where the length of a part of a tile is, which counts from its marker on. Zero: it reaches to the end."""

EMPTY = b"\x80\0"
"""The bytes of an empty packet: encoders write one for each precinct without detail, often hundreds at the end."""

TAIL, SMALL = 4, 4096
"""The last 1 / `TAIL` of the data, without the empty packets at their end, must matter. Data of fewer than `SMALL`
bytes are not looked at.
"""


def transforms_colours(frame: bytes) -> bool:
    """Whether the main header states a transformation of colours."""
    head = frame[frame.index(CODESTREAM) :][:MAIN_HEADER]
    place = _find(head, CODING, TILE)
    return head[place : place + 2] == CODING and head[place + TRANSFORMATION] == 1


def demand_all_used(frame: bytes, values: NDArray[np.generic]) -> None:
    """Raise `ValueError` if the frame shows the same `values` without the last quarter of its data.

    The decoder does not say that data are left over, but refuses a frame that lacks some, before it decodes a block. So
    this takes time for damaged frames only. Frames of more than one tile, or a tile in parts, are not looked at.
    """
    stream = frame[frame.index(CODESTREAM) : frame.rindex(END)]
    start = _find(stream, TILE)
    if int.from_bytes(stream[start:][LENGTH]) not in (0, len(stream) - start):
        return
    data = len(stream.rstrip(EMPTY)) - start
    if data < SMALL:
        return
    left = data - data // TAIL
    length = left.to_bytes(LENGTH.stop - LENGTH.start)
    shorter = stream[: start + LENGTH.start] + length + stream[start + LENGTH.stop : start + left] + END
    try:
        others = imagecodecs.jpeg2k_decode(shorter, numthreads=1)
    except imagecodecs.Jpeg2kError:
        return
    if np.array_equal(values, others):
        raise ValueError("the compressed data do not end where the pixels do")


def _find(stream: bytes, *markers: bytes) -> int:
    """Where the first of the `markers` is in the main header, or where that ends."""
    place = 2
    while stream[place : place + 2] not in (*markers, b""):
        place += 2 + int.from_bytes(stream[place + 2 : place + 4])
    return place
