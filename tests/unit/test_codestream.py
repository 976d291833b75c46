"""Data of JPEG 2000 that are left over show damage, and nothing else does."""

import io
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from pydicom import uid

from conftest import decode
from retina.errors import PhotographUnreadableError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding.dicom.codestream import SMALL, TAIL, demand_all_used
from retina.imaging.photograph import Photograph
from support.dicom import dicom
from support.dicom_specimens import jpeg_2000

PART, DATA = b"\xff\x90", b"\xff\x93"


def lossy(rgb: Rgb) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(rgb, level=46, codecformat="j2k", reversible=False))


def pillow(rgb: Rgb, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "JPEG2000", no_jp2=True, **options)
    return stream.getvalue()


def demand(frame: bytes) -> None:
    demand_all_used(frame, imagecodecs.jpeg2k_decode(frame))


def test_zeros_that_are_read_as_empty_packets_show(small_rgb: Rgb) -> None:
    """All 18 packets are: the decoder returns a gray picture, and is silent."""
    for frame, photometric in ((lossy(small_rgb), "YBR_ICT"), (jpeg_2000(small_rgb, mct=True), "YBR_RCT")):
        syntax = uid.JPEG2000 if photometric == "YBR_ICT" else uid.JPEG2000Lossless
        decode(dicom(small_rgb, syntax, [frame], PhotometricInterpretation=photometric))
        start = frame.index(DATA) + len(DATA)
        changed = frame[:start] + bytes(64) + frame[start + 64 :]
        assert np.ptp(imagecodecs.jpeg2k_decode(changed)) == 0
        with pytest.raises(PhotographUnreadableError):
            decode(dicom(small_rgb, syntax, [changed], PhotometricInterpretation=photometric))


def test_data_that_are_left_over_show_whether_their_length_is_stated_or_not(small_rgb: Rgb) -> None:
    frame = lossy(small_rgb)
    start, end = frame.index(PART) + 6, frame.rindex(b"\xff\xd9")
    size = (end - start) // 2
    for length in (0, end - start + 6):
        demand(frame[:start] + length.to_bytes(4) + frame[start + 4 :])
    more = frame[start + 4 : end] + frame[end - size : end] + frame[end:]
    for length in (0, end - start + size + 6):
        with pytest.raises(ValueError, match="do not end"):
            demand(frame[:start] + length.to_bytes(4) + more)


def test_undamaged_frames_of_every_order_do_not_show_it(small_rgb: Rgb) -> None:
    gray = np.repeat(small_rgb[..., 1:2], 3, axis=2)
    layers: dict[str, Any] = {"irreversible": True, "mct": 1, "quality_mode": "rates", "quality_layers": [40, 20, 10]}
    for rgb in (small_rgb, gray):
        for order in ("LRCP", "RLCP", "RPCL", "PCRL", "CPRL"):
            demand(pillow(rgb, progression=order, **layers))
            demand(pillow(rgb, progression=order, precinct_size=(128, 128), codeblock_size=(32, 32), **layers))
    for rgb in (gray, np.zeros_like(gray), np.full_like(gray, 90)):
        demand(lossy(rgb))
        demand(pillow(rgb, tile_size=(128, 128)))


def test_empty_packets_at_the_end_are_not_left_over(photograph: Photograph) -> None:
    """Small precincts have thousands of them where nothing of the finest detail is stored."""
    rgb = np.ascontiguousarray(photograph.rgb[::2, ::2])
    layer: dict[str, Any] = {"irreversible": True, "mct": 1, "quality_mode": "rates", "quality_layers": [100]}
    frame = pillow(rgb, progression="RPCL", precinct_size=(32, 32), codeblock_size=(16, 16), **layer)
    data = frame[frame.index(DATA) : frame.rindex(b"\xff\xd9")]
    used = len(data.rstrip(b"\x80\0"))
    assert SMALL < used < len(data) * (1 - 1 / TAIL)
    demand(frame)
