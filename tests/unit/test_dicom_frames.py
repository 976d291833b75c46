"""Every frame of a DICOM file is decoded, whichever way the file says where it is, and no other in its place."""

import struct
from collections.abc import Sequence
from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import uid
from pydicom.encaps import encapsulate_extended

from retina.errors import PhotographError, PhotographUnreadableError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding.decoder import decoder
from retina.imaging.photograph import decode_photograph, open_photograph
from support.dicom import dicom, rle, several
from support.dicom_specimens import pairs, ybr

LIMITS: dict[str, Any] = {"max_pixels": 10**6, "min_side": 64}
YBR_422: dict[str, Any] = {"PhotometricInterpretation": "YBR_FULL_422"}


def decoded(data: bytes, frame: int) -> Rgb:
    return decode_photograph(open_photograph(data, **LIMITS, frame=frame), data).rgb


@pytest.fixture(scope="module")
def shown(small_rgb: Rgb) -> list[Rgb]:
    """Three frames of an odd number of bytes each."""
    return [small_rgb, np.ascontiguousarray(small_rgb[::-1]), np.ascontiguousarray(small_rgb[:, ::-1])]


def test_uncompressed(shown: list[Rgb]) -> None:
    assert shown[0].size % 2
    planes = [np.moveaxis(rgb, 2, 0) for rgb in shown]
    planar: dict[str, Any] = {
        "Rows": len(shown[0]),
        "Columns": len(shown[0]),
        "PlanarConfiguration": 1,
        "NumberOfFrames": 3,
    }
    deep = [rgb.astype(np.uint16) * 257 for rgb in shown]
    for name, data in {
        "little endian": several(shown),
        "implicit": several(shown, uid.ImplicitVRLittleEndian),
        "big endian": several(shown, uid.ExplicitVRBigEndian),
        "bytes in words": in_words(shown),
        "planar": dicom(np.concatenate(planes), **planar, SamplesPerPixel=3, PhotometricInterpretation="RGB"),
        "16 bits": several(deep),
        "16 bits, big endian": several(deep, uid.ExplicitVRBigEndian),
    }.items():
        for frame, rgb in enumerate(shown):
            assert np.array_equal(decoded(data, frame), rgb), (name, frame)


def test_halved_colours(shown: list[Rgb]) -> None:
    even = [np.ascontiguousarray(rgb[:, :352]) for rgb in shown]
    halved = []
    for rgb in even:
        full = ybr(rgb)
        halved.append(np.concatenate([full[..., 0].reshape(len(rgb), -1, 2), full[:, ::2, 1:]], axis=2))
    data = dicom(np.concatenate(halved), **pairs(even[0]), NumberOfFrames=3)
    for frame, rgb in enumerate(even):
        assert np.abs(decoded(data, frame).astype(int) - rgb).mean() < 2


def compressed(shown: Sequence[Rgb]) -> dict[str, tuple[bytes, Sequence[NDArray[np.uint8]]]]:
    """Files, and what their frames show."""
    jpegs = [imagecodecs.jpeg8_encode(rgb, level=95) for rgb in shown]
    lossy = [imagecodecs.jpeg8_decode(jpeg) for jpeg in jpegs]
    halves = [part for jpeg in jpegs for part in (jpeg[: len(jpeg) // 4 * 2], jpeg[len(jpeg) // 4 * 2 :])]
    in_ls = [imagecodecs.jpegls_encode(rgb) for rgb in shown]
    _, offsets, lengths = encapsulate_extended([bytes(frame) for frame in in_ls])
    table = {"ExtendedOffsetTable": offsets, "ExtendedOffsetTableLengths": lengths}
    baseline, runs = uid.JPEGBaseline8Bit, [rle(rgb) for rgb in shown]
    return {
        "JPEG": (several(shown, baseline, jpegs, **YBR_422), lossy),
        "JPEG without table": (several(shown, baseline, jpegs, offsets=False, **YBR_422), lossy),
        "JPEG in fragments": (several(shown, baseline, jpegs, fragments=3, **YBR_422), lossy),
        "JPEG in fragments, without table": (several(shown, baseline, halves, offsets=False, **YBR_422), lossy),
        "RLE": (several(shown, uid.RLELossless, runs), shown),
        "RLE without table": (several(shown, uid.RLELossless, runs, offsets=False), shown),
        "JPEG-LS": (several(shown, uid.JPEGLSLossless, in_ls), shown),
        "JPEG-LS, extended table": (several(shown, uid.JPEGLSLossless, in_ls, offsets=False, **table), shown),
    }


def test_compressed(shown: list[Rgb]) -> None:
    for name, (data, frames) in compressed(shown).items():
        for frame, rgb in enumerate(frames):
            assert np.array_equal(decoded(data, frame), rgb), (name, frame)
        with pytest.raises(PhotographUnreadableError):
            decoded(data, 3)


def test_a_number_of_frames_that_is_not_true_is_refused(shown: list[Rgb]) -> None:
    jpegs = [imagecodecs.jpeg8_encode(rgb, level=95) for rgb in shown]
    halves = [part for jpeg in jpegs for part in (jpeg[: len(jpeg) // 4 * 2], jpeg[len(jpeg) // 4 * 2 :])]
    baseline = uid.JPEGBaseline8Bit
    for stated in (2, 4, 900, 2**31 - 1):
        said: dict[str, Any] = {"NumberOfFrames": stated}
        for name, data in {
            "uncompressed": several(shown, **said),
            "with table": several(shown, baseline, jpegs, **said, **YBR_422),
            "without table": several(shown, baseline, jpegs, offsets=False, **said, **YBR_422),
            "in fragments": several(shown, baseline, halves, offsets=False, **said, **YBR_422),
            "RLE": several(shown, uid.RLELossless, [rle(rgb) for rgb in shown], offsets=False, **said),
        }.items():
            for frame in (1, stated - 1):
                with pytest.raises(PhotographUnreadableError, match=rf"says \({stated}\)"):
                    pytest.fail(f"{name}, {stated}: {open_photograph(data, **LIMITS, frame=frame)}")


@pytest.mark.parametrize("stated", [None, 0, 1, -3, ""])
def test_frames_that_the_header_does_not_state_are_not_left_out_silently(shown: list[Rgb], stated: object) -> None:
    said: dict[str, Any] = {} if stated is None else {"NumberOfFrames": stated}
    kinds: dict[str, list[bytes]] = {
        uid.JPEGBaseline8Bit: [bytes(imagecodecs.jpeg8_encode(rgb)) for rgb in shown],
        uid.JPEGLSLossless: [bytes(imagecodecs.jpegls_encode(rgb)) for rgb in shown],
        uid.RLELossless: [rle(rgb) for rgb in shown],
    }
    for syntax, frames in kinds.items():
        for offsets in (True, False):
            assert open_photograph(dicom(shown[0], syntax, frames[:1], offsets=offsets, **said), **LIMITS)
            several_frames = dicom(shown[0], syntax, frames, offsets=offsets, **said)
            with pytest.raises(PhotographUnreadableError, match=r"says \(1\)"):
                pytest.fail(f"{syntax}: {open_photograph(several_frames, **LIMITS)}")
        parts = dicom(shown[0], syntax, frames[:1], fragments=1 if syntax == uid.RLELossless else 3, **said)
        assert open_photograph(parts, **LIMITS), "one frame in several parts"
    with pytest.raises(PhotographUnreadableError):
        decoded(dicom(np.concatenate([*shown]), Rows=shown[0].shape[0], **said), 0)


def test_offsets_that_are_not_true_are_refused(shown: list[Rgb]) -> None:
    for name, size, kind in (
        ("JPEG", 12, "<3I"),
        ("JPEG in fragments", 12, "<3I"),
        ("JPEG-LS, extended table", 24, "<3Q"),
    ):
        whole = compressed(shown)[name][0]
        marks = b"\xfe\xff\x00\xe0", b"\xe0\x7f\x01\x00OV\0\0"
        mark = (marks[0] if size == 12 else marks[1]) + struct.pack("<I", size)
        table = whole.index(mark) + len(mark)
        first, second, third = struct.unpack(kind, whole[table : table + size])
        for offsets in (
            (first, third, second),
            (first, first, first),
            (first, second, second),
            (first, third, 2**32 - 1),
            (first, third, third + 8),
            (second, third, third + 8),
        ):
            wrong = whole[:table] + struct.pack(kind, *offsets) + whole[table + size :]
            for frame in (1, 2):
                with pytest.raises(PhotographError):
                    pytest.fail(f"{name}, {offsets}, {frame}: {decoded(wrong, frame).shape}")


def test_only_dicom_files_have_other_frames_than_the_first(sample: bytes) -> None:
    with pytest.raises(PhotographUnreadableError, match="only one frame"):
        open_photograph(sample, max_pixels=10**7, min_side=64, frame=1)


def test_the_decoding_process_finds_every_frame(shown: list[Rgb]) -> None:
    for data, frames in (compressed(shown)[name] for name in ("JPEG in fragments", "RLE without table")):
        for frame, rgb in enumerate(frames):
            with decoder().photograph(data, **LIMITS, frame=frame) as photograph:
                assert np.array_equal(photograph.rgb, rgb)
                assert photograph.facts.frames == 3
        with decoder().opened(data, **LIMITS) as opened:
            assert opened.frames == 3
        with pytest.raises(PhotographUnreadableError, match=r"says \(3\)"), decoder().opened(data, **LIMITS, frame=3):
            pass


def test_millions_of_fragments_are_refused(small_rgb: Rgb) -> None:
    jpeg = bytes(imagecodecs.jpeg8_encode(small_rgb))
    whole = several([small_rgb], uid.JPEGBaseline8Bit, [jpeg], offsets=False, NumberOfFrames=900, **YBR_422)
    end = whole.rindex(struct.pack("<HHI", 0xFFFE, 0xE0DD, 0))
    crowded = whole[:end] + struct.pack("<HHI", 0xFFFE, 0xE000, 0) * 3_000_000 + whole[end:]
    with pytest.raises(PhotographUnreadableError), decoder().opened(crowded, **LIMITS, frame=899):
        pass


def in_words(shown: Sequence[Rgb]) -> bytes:
    """Bytes in 16-bit words, big endian: each pair is swapped."""
    stored = np.concatenate([rgb.reshape(-1) for rgb in shown])
    stored = np.append(stored, np.zeros(stored.size % 2, np.uint8))
    data = several(shown, uid.ExplicitVRBigEndian)
    place = data.index(b"\x7f\xe0\x00\x10OB")
    swapped = stored.reshape(-1, 2)[:, ::-1].tobytes()
    return data[: place + 4] + b"OW" + data[place + 6 : place + 12] + swapped
