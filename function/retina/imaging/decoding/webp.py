"""Check that WebP files are whole. They have no checksums, and libwebp does not look at what it has not used.

The compressed data of an undamaged file end where the pixels do. After damage the decoder is out of step, and either
runs out of data, which it reports, or has some left. So a copy that lacks the last bytes is decoded: if that works,
they were not used, and the file is damaged.
"""

import io
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from retina.imaging.decoding.damage import DAMAGE
from retina.imaging.decoding.depths import STRIP

EXTENDED, OPACITY, LOSSY, LOSSLESS, FRAME = b"VP8X", b"ALPH", b"VP8 ", b"VP8L", b"ANMF"
FRAME_HEADER, LOSSY_HEADER = 16, 10
"""Their lengths in bytes (RFC 9649, section 2.7.1.1; RFC 6386, section 9.1)."""

TAIL, MODES_TAIL, LOSSLESS_TAIL = 6, 4, 3
"""How many bytes the copy lacks, of pixels, of their modes, and of lossless data. Encoders fill up the last bytes: one
that lacks 4, 2 and 1 could not be decoded at any quality."""

WRAPPED, ALIKE = 128, 32
"""Where one channel has wrapped around, it differs from the next pixel's by more than WRAPPED, the others by less than
ALIKE."""


def demand_whole_webp(data: bytes) -> None:
    """Raise `ValueError` if compressed data of the WebP file `data`, or of its first frame, are left over."""
    chunks = dict(reversed([*_chunks(data, 12, len(data))]))
    if FRAME in chunks:
        frame = chunks[FRAME]
        chunks = dict(reversed([*_chunks(frame, FRAME_HEADER, len(frame))]))
    if LOSSLESS in chunks:
        shorter = [_file({LOSSLESS: chunks[LOSSLESS][:-LOSSLESS_TAIL]})]
    else:
        shorter = _shorter_lossy(chunks[LOSSY])
    if OPACITY in chunks and EXTENDED in chunks:
        less = chunks[OPACITY][:-LOSSLESS_TAIL]
        shorter += [_file({EXTENDED: chunks[EXTENDED], OPACITY: less, LOSSY: chunks[LOSSY]})]
    if any(map(_is_decodable, shorter)):
        raise ValueError("some of the compressed data were not used")


def demand_no_wraps(image: Image.Image) -> None:
    """Raise `ValueError` if a channel of the decoded WebP `image` has wrapped around, from 255 to 0 or back.

    Lossless data are differences to the pixels before: if one is damaged, what follows is off by as much, until it
    wraps around in a tangle of edges. The outline of a drawn surround is shorter than that of the whole photograph.
    """
    wraps = 0
    for top in range(0, image.height, STRIP):
        strip = image.crop((0, top, image.width, min(top + STRIP + 1, image.height))).convert("RGB")
        values = np.asarray(strip).astype(np.int16)
        wraps += sum(_wraps(np.abs(np.diff(values, axis=axis))) for axis in (0, 1))
    if wraps > 2 * (image.width + image.height):
        raise ValueError("a channel has wrapped around")


def _wraps(differences: NDArray[np.int16]) -> int:
    ordered = np.sort(differences, axis=2)
    return int(np.count_nonzero((ordered[..., 2] > WRAPPED) & (ordered[..., 1] < ALIKE)))


def _chunks(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    """Names and contents of the chunks in `data` from `start` to `end`."""
    while start + 8 <= end:
        length = int.from_bytes(data[start + 4 : start + 8], "little")
        yield data[start : start + 4], data[start + 8 : start + 8 + length]
        start += 8 + length + length % 2


def _shorter_lossy(frame: bytes) -> list[bytes]:
    """Copies of a lossy frame (RFC 6386) without the end of its first part, the modes, and of its last, the pixels."""
    tag = int.from_bytes(frame[:3], "little")
    length = tag >> 5
    tag -= MODES_TAIL << 5
    end = LOSSY_HEADER + length
    modes = frame[3 : end - MODES_TAIL] + frame[end:]
    return [_file({LOSSY: tag.to_bytes(3, "little") + modes}), _file({LOSSY: frame[:-TAIL]})]


def _file(chunks: dict[bytes, bytes]) -> bytes:
    """A WebP file of these chunks."""
    body = b"".join(
        name + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)
        for name, content in chunks.items()
    )
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


def _is_decodable(data: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(data), formats=("WEBP",)) as image:
            image.load()
    except DAMAGE:
        return False
    return True
