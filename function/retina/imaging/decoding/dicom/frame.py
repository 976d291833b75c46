"""The stored samples of one frame of a DICOM file, decompressed but with nothing else done to them.

Takes an opened file with its bytes, and returns integers of the size that the header promises, uint8 or uint16.
"""

import io
from collections.abc import Callable

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.encaps import get_frame

from retina.imaging.decoding.dicom.header import Dicom
from retina.imaging.decoding.header import MAX_SCANS
from retina.imaging.decoding.jpeg import jpeg_pixels

Values = NDArray[np.uint8] | NDArray[np.uint16]

SCAN, END = b"\xff\xda", b"\xff\xd9"
"""Markers of all JPEG formats."""

COLOUR_MARKS = (b"JFIF\0", b"Adobe\0d")
"""With one of these near its start, a JPEG says itself which colours it has."""

HEAD = 1024
"""How many bytes of a JPEG are searched for them."""


def stored_frame(dicom: Dicom, data: bytes) -> tuple[Values, bool]:
    """The first frame, [H,W,1] or [H,W,3], and whether the codec has turned it into RGB.

    Raises `ValueError` if samples are missing or the codec disagrees with the header, and whatever decoders raise.
    """
    samples, pixel_data = dicom.samples, dicom.pixel_data
    shape = dicom.height, dicom.width, samples.per_pixel
    if pixel_data.codec is None:
        return _native(dicom, data), False
    stream = io.BytesIO(data)
    stream.seek(pixel_data.start)
    frame = get_frame(stream, 0, extended_offsets=pixel_data.offsets, number_of_frames=dicom.facts.frames)
    if pixel_data.codec != "RLE" and not frame.rstrip(b"\0").endswith(END):
        raise ValueError("the end of the compressed pixels is missing")
    values, rgb = CODECS[pixel_data.codec](frame, dicom)
    if values.ndim == 2:
        values = values[..., np.newaxis]
    if values.shape != shape or values.dtype.kind not in "iu" or values.dtype.itemsize * 8 != samples.allocated:
        raise ValueError("the codec and the header disagree")
    return values.view(f"u{values.dtype.itemsize}"), rgb


def _native(dicom: Dicom, data: bytes) -> Values:
    samples, pixel_data = dicom.samples, dicom.pixel_data
    height, width, per_pixel = dicom.height, dicom.width, samples.per_pixel
    halved = samples.photometric == "YBR_FULL_422"  # two pixels share their colour
    if halved and (samples.allocated != 8 or width % 2 or samples.planar):
        raise ValueError("the colours cannot be halved")
    count = height * width * (2 if halved else per_pixel)
    # A wrong height or width would show a sheared picture; a few bytes of padding are usual.
    surplus = (pixel_data.length or 0) - count * samples.allocated // 8 * dicom.facts.frames
    if not 0 <= surplus < min(height, width):
        raise ValueError("height, width and frames do not fit the number of samples")
    order = "<" if pixel_data.little_endian else ">"
    if order == ">" and samples.allocated == 8 and pixel_data.words:  # bytes in words: each pair is swapped
        words = np.frombuffer(data, ">u2", -(-count // 2), pixel_data.start)
        values: Values = words.astype("<u2").view(np.uint8)[:count]
    else:
        stored = np.frombuffer(data, f"{order}u{samples.allocated // 8}", count, pixel_data.start)
        values = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    if halved:
        pairs = values.reshape(height, width // 2, 4)
        shared = np.repeat(pairs[..., 2:], 2, axis=1)
        return np.concatenate([pairs[..., :2].reshape(height, width, 1), shared], axis=2)
    if samples.planar:
        return np.moveaxis(values.reshape(per_pixel, height, width), 0, 2)
    return values.reshape(height, width, per_pixel)


def _rle(frame: bytes, dicom: Dicom) -> tuple[Values, bool]:
    samples, size = dicom.samples, dicom.height * dicom.width
    values = np.zeros(size * samples.per_pixel * samples.allocated // 8, np.uint8)
    imagecodecs.dicomrle_decode(frame, f"u{samples.allocated // 8}", out=values)  # type: ignore[arg-type]
    planes = values.view(f"u{samples.allocated // 8}").reshape(samples.per_pixel, dicom.height, dicom.width)
    return np.moveaxis(planes, 0, 2), False


def _jpeg(frame: bytes, dicom: Dicom) -> tuple[Values, bool]:
    """A JPEG with 8 bits that says which colours it has is decoded like a JPEG file."""
    if frame.count(SCAN) > MAX_SCANS:
        raise ValueError("more scans than any encoder writes")
    samples = dicom.samples
    if samples.allocated == 8 and (samples.photometric != "RGB" or any(mark in frame[:HEAD] for mark in COLOUR_MARKS)):
        with Image.open(io.BytesIO(frame), formats=("JPEG",)) as image:
            return jpeg_pixels(image, frame), image.mode == "RGB"
    if samples.per_pixel == 1:
        return imagecodecs.jpeg8_decode(frame), False
    stored = "RGB" if samples.photometric == "RGB" else "YCBCR"
    return imagecodecs.jpeg8_decode(frame, colorspace=stored, outcolorspace="RGB"), True


def _lossless_jpeg(frame: bytes, dicom: Dicom) -> tuple[Values, bool]:
    """No colours are converted: a lossless JPEG stores what the header says."""
    if dicom.samples.per_pixel == 1:
        return imagecodecs.jpeg8_decode(frame), False
    return imagecodecs.jpeg8_decode(frame, colorspace="RGB", outcolorspace="RGB"), False


def _jpeg_ls(frame: bytes, dicom: Dicom) -> tuple[Values, bool]:
    return imagecodecs.jpegls_decode(frame), False


def _jpeg_2000(frame: bytes, dicom: Dicom) -> tuple[Values, bool]:
    """The codec undoes its own colour transformation, ICT or RCT. No thread can be started here."""
    values = imagecodecs.jpeg2k_decode(frame, numthreads=1)
    return values, dicom.samples.photometric in ("YBR_ICT", "YBR_RCT")


CODECS: dict[str, Callable[[bytes, Dicom], tuple[Values, bool]]] = {
    "RLE": _rle,
    "JPEG": _jpeg,
    "lossless JPEG": _lossless_jpeg,
    "JPEG-LS": _jpeg_ls,
    "JPEG 2000": _jpeg_2000,
}
