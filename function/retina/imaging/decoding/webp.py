"""Check that WebP files are whole. They have no checksums, and libwebp does not look at what it has not used.

The compressed data of an undamaged file end where the pixels do. After damage the decoder is out of step, and either
runs out of data, which it reports, or has some left. So a copy that lacks the last bytes is decoded: if that works,
they were not used, and the file is damaged.
"""

import io
from collections.abc import Iterator

from PIL import Image

from retina.imaging.decoding.damage import DAMAGE

EXTENDED, OPACITY, LOSSY, LOSSLESS, FRAME = b"VP8X", b"ALPH", b"VP8 ", b"VP8L", b"ANMF"
FRAME_HEADER, LOSSY_HEADER = 16, 10
"""Their lengths in bytes (RFC 9649, section 2.7.1.1; RFC 6386, section 9.1)."""

TAIL, MODES_TAIL, LOSSLESS_TAIL = 6, 4, 3
"""How many bytes the copy lacks, of pixels, of their modes, and of lossless data. Encoders fill up the last bytes: one
that lacks 4, 2 and 1 could not be decoded at any quality."""


def demand_whole_webp(data: bytes) -> None:
    """Raise `ValueError` if compressed data of the WebP file `data`, or of its first frame, are left over."""
    chunks = dict(reversed([*_chunks(data, 12, len(data))]))
    if FRAME in chunks:
        frame = chunks[FRAME]
        chunks = dict(reversed([*_chunks(frame, FRAME_HEADER, len(frame))]))
    lossless = LOSSLESS in chunks
    shorter = [_file({LOSSLESS: _shortened(chunks[LOSSLESS])})] if lossless else _shorter_lossy(chunks[LOSSY])
    if OPACITY in chunks and EXTENDED in chunks:
        less = _shortened(chunks[OPACITY])
        shorter += [_file({EXTENDED: chunks[EXTENDED], OPACITY: less, LOSSY: chunks[LOSSY]})]
    if any(map(_is_decodable, shorter)):
        raise ValueError("some of the compressed data were not used")


def _chunks(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    """Names and contents of the chunks in `data` from `start` to `end`."""
    while start + 8 <= end:
        length = int.from_bytes(data[start + 4 : start + 8], "little")
        yield data[start : start + 4], data[start + 8 : start + 8 + length]
        start += 8 + length + length % 2


def _shortened(content: bytes) -> bytes:
    """Without the end, and of an even length: an odd one is filled with a zero, which would be decoded."""
    return content[: (len(content) - LOSSLESS_TAIL) // 2 * 2]


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
