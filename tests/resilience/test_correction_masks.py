"""Corrected masks are strangers' files: they are decoded in separate processes, and damage is noticed."""

import random
import struct
import zlib

import numpy as np
import pytest

from retina.errors import CorrectionError, CorrectionUnreadableError
from retina.imaging.arrays import Mask
from retina.imaging.decoding import masks
from retina.imaging.decoding.decoder import Decoder
from support.corrections import png
from support.decoders import Peak

MIB = 2**20
SHAPE = (120, 200)


@pytest.fixture(scope="module")
def drawn() -> Mask:
    return np.random.default_rng(1).random(SHAPE) > 0.7


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def file_of(*chunks: tuple[bytes, bytes], shape: tuple[int, int] = SHAPE) -> bytes:
    """A PNG of 8 bits whose chunks after the header are ours to choose."""
    header = struct.pack(">IIBBBBB", shape[1], shape[0], 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in [(b"IHDR", header), *chunks, (b"IEND", b"")])


def decode(decoder: Decoder, data: bytes) -> Mask:
    return masks.decode_mask(decoder, data, "corrected_mask", SHAPE)


def test_masks_of_one_and_of_eight_bits_are_read_whatever_their_gray(decoder: Decoder, drawn: Mask) -> None:
    for mode in ("L", "1"):
        np.testing.assert_array_equal(decode(decoder, png(drawn, mode)), drawn)
    dark = file_of((b"IDAT", zlib.compress(b"".join(b"\0" + row.tobytes() for row in drawn.astype(np.uint8)))))
    np.testing.assert_array_equal(decode(decoder, dark), drawn)


def test_no_damage_passes_for_another_mask(decoder: Decoder, drawn: Mask) -> None:
    """Cut anywhere, or with any byte changed, a file is refused, or is still the same mask."""
    data, chance = png(drawn, "1"), random.Random(7)
    damaged = [data[:length] for length in range(0, len(data), 97)]
    for _ in range(60):
        place = chance.randrange(len(data))
        damaged.append(data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :])
    refused = 0
    for each in damaged:
        try:
            np.testing.assert_array_equal(decode(decoder, each), drawn)
        except CorrectionError:
            refused += 1
    assert refused > len(damaged) * 0.8


def test_a_file_that_grows_when_it_is_unpacked_takes_little_memory(decoder: Decoder) -> None:
    """What is beyond the last row is not unpacked; a second header with another size is not believed."""
    growing = file_of((b"IDAT", zlib.compress(bytes(300 * MIB), 9)))
    assert len(growing) < MIB
    other_header = (b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    twice = file_of(other_header, (b"IDAT", zlib.compress(bytes(SHAPE[0] * (SHAPE[1] + 1)))))
    with Peak(decoder) as peak:
        assert not decode(decoder, growing).any()
        with pytest.raises(CorrectionUnreadableError):
            decode(decoder, twice)
    assert peak.bytes < 300 * MIB


def test_a_process_that_ends_is_a_damaged_mask_and_the_next_one_is_read(
    decoder: Decoder, drawn: Mask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(masks, "demand_mask", lambda data, name: SHAPE)
        with pytest.raises(CorrectionUnreadableError):
            decode(decoder, b"\x89PNG\r\n\x1a\n" + bytes(2000))
    np.testing.assert_array_equal(decode(decoder, png(drawn)), drawn)
