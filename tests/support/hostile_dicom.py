"""DICOM files made to cost the decoder a lot of memory or time."""

import struct
from typing import Any

import imagecodecs
import numpy as np
from PIL import Image
from pydicom import uid
from pydicom.dataset import Dataset

from retina.imaging.arrays import Rgb
from support.dicom import dicom
from support.specimens import encode


def hostile(rgb: Rgb) -> dict[str, bytes]:
    """Small files made to cost the decoder a lot of memory or time."""
    huge: dict[str, Any] = {"Rows": 8000, "Columns": 8000}
    whole = dicom(rgb)
    bomb = imagecodecs.jpeg8_encode(np.zeros((20_000, 20_000), np.uint8))
    many = b"".join(struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, 0) for _ in range(2_000_000))
    long = struct.pack("<HH2sHI", 0x0009, 0x0010, b"OB", 0, 0xFFFFFFF0)
    return {
        "giant dimensions": dicom(rgb, **huge),
        "beyond every limit": dicom(rgb, Rows=65535, Columns=65535),
        "giant dimensions, compressed": dicom(rgb, uid.JPEGLSLossless, [imagecodecs.jpegls_encode(rgb)], **huge),
        "a JPEG much larger than it says": dicom(rgb[..., 0], uid.JPEGBaseline8Bit, [bomb]),
        "JPEG of 5,000 scans": dicom(rgb, uid.JPEGBaseline8Bit, [scans(rgb)], PhotometricInterpretation="YBR_FULL_422"),
        "sequences in sequences": nested(whole, 200_000),
        "millions of elements": inserted(whole, many),
        "an element longer than the file": inserted(whole, long),
        "a table of millions of numbers": dicom(
            rgb[..., 0], uid.ImplicitVRLittleEndian, VOILUTSequence=[_long_table(10_000_000)]
        ),
        "millions of tables": inserted(dicom(rgb[..., 0]), _tables(3_000_000)),
        "frames without end": dicom(
            rgb, uid.RLELossless, [bytes(2)] * 100_000, offsets=False, NumberOfFrames=2**31 - 1
        ),
    }


def _long_table(length: int) -> Dataset:
    table = Dataset()
    table.add_new("LUTDescriptor", "OW", bytes(2 * length))
    table.add_new("LUTData", "OW", bytes(2 * length))
    return table


def _tables(count: int) -> bytes:
    """A VOI LUT Sequence of empty items."""
    items = struct.pack("<HHI", 0xFFFE, 0xE000, 0) * count
    return struct.pack("<HH2sHI", 0x0028, 0x3010, b"SQ", 0, len(items)) + items


def inserted(whole: bytes, elements: bytes) -> bytes:
    """The file with more elements before its rows."""
    place = whole.index(struct.pack("<HH", 0x0028, 0x0002))
    return whole[:place] + elements + whole[place:]


def nested(whole: bytes, depth: int) -> bytes:
    """The file with `depth` sequences, one within the other, before its rows."""
    undefined = 0xFFFFFFFF
    begin = struct.pack("<HH2sHIHHI", 0x0008, 0x1140, b"SQ", 0, undefined, 0xFFFE, 0xE000, undefined)
    end = struct.pack("<HHIHHI", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    return inserted(whole, begin * depth + end * depth)


def scans(rgb: Rgb) -> bytes:
    """A progressive JPEG with one of its scans 5,000 times."""
    jpeg = encode(Image.fromarray(rgb), "JPEG", progressive=True)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:-2] + 5000 * jpeg[last : last + 14] + jpeg[-2:]
