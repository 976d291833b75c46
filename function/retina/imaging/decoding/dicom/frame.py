"""The stored samples of one frame of a DICOM file, decompressed but with nothing else done to them.

Takes an opened file with its bytes, and returns integers of the size that the header promises, uint8 or uint16.
"""

import io
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from retina.imaging.decoding.dicom.codestream import demand_all_used, transforms_colours
from retina.imaging.decoding.dicom.frames import END, compressed_frame, frame_samples, is_filled
from retina.imaging.decoding.dicom.header import CODEC_COLOURS, Dicom
from retina.imaging.decoding.dicom.values import Samples
from retina.imaging.decoding.exchanges import demand_no_exchanges
from retina.imaging.decoding.header import MAX_SCANS
from retina.imaging.decoding.jpeg import BLOCK, demand_continuous, jpeg_pixels
from retina.imaging.decoding.steps import is_stepped_in_rows
from retina.imaging.decoding.tears import demand_no_wrapped_surround, demand_no_wraps
from retina.imaging.decoding.wavelets import demand_no_noisy_blocks

Values = NDArray[np.uint8] | NDArray[np.uint16]

SCAN = b"\xff\xda"
"""The marker before the pixels in all JPEG formats."""

COLOUR_MARKS = (b"JFIF\0", b"Adobe\0d")
"""With one of these near its start, a JPEG says itself which colours it has."""

FILL = b"\xff"
"""With this, instead of zero, some encoders make the length of a frame even."""

MORE, TAIL = bytes.fromhex("55aa55aa33cc33cc"), 4
"""Bytes to put after compressed data, and how many of their last ones to change."""

CHANGES = 0xFF, 0x55
"""Which bits of them to invert: all, or every other one. The codes of a picture with hardly any differences are so
short that all ones are no code."""

BYTE, MIDDLE = 8, 0x80
"""The bits of a byte, and the one that, inverted, puts signed bytes in order."""

TORN = "pixels do not continue those above them"

LATER = 0x7FE1
"""The lowest group of the elements that may follow the pixels."""

RLE_HEADER = 64
"""Its length in bytes."""

HEAD = 1024
"""How many bytes of a JPEG are searched for them."""


def stored_frame(dicom: Dicom, data: bytes) -> tuple[Values, bool]:
    """The frame, [H,W,1] or [H,W,3], and whether the codec has turned it into RGB.

    Raises `ValueError` if samples are missing or the codec disagrees with the header, and whatever decoders raise.
    """
    if dicom.pixel_data.codec is not None:
        return _decompressed(dicom, compressed_frame(dicom, data), dicom.pixel_data.codec)
    values = _native(dicom, data)
    if not dicom.samples.planar:
        shown = _shown(values, dicom.samples)
        if is_stepped_in_rows(shown):
            raise ValueError(TORN)
        if dicom.samples.per_pixel == 3:
            demand_no_exchanges(shown)
    return values, False


def _decompressed(dicom: Dicom, frame: bytes, codec: str) -> tuple[Values, bool]:
    samples, shape = dicom.samples, (dicom.height, dicom.width, dicom.samples.per_pixel)
    if (filled := frame.rstrip(b"\0")).endswith(END + FILL):
        frame = filled.removesuffix(FILL)
    if codec != "RLE" and not frame.rstrip(b"\0").endswith(END):
        raise ValueError("the end of the compressed pixels is missing")
    values, rgb = CODECS[codec](frame, dicom)
    if values.ndim == 2:
        values = values[..., np.newaxis]
    if values.dtype == np.uint8 and samples.stored == BYTE:
        values = values.astype(f"u{samples.allocated // BYTE}")
    if values.shape != shape or values.dtype.kind not in "iu" or values.dtype.itemsize * BYTE != samples.allocated:
        raise ValueError("the codec and the header disagree")
    if codec != "RLE":
        _demand_stored_bits(values, samples)
    return values.view(f"u{values.dtype.itemsize}"), rgb


def _demand_stored_bits(values: NDArray[Any], samples: Samples) -> None:
    """Raise `ValueError` unless the values of a codec are in the bits where the header says that they are.

    Codecs know no high bit, and some encoders give them all bits of a sample.
    """
    size = values.dtype.itemsize
    numbers = values.view(f"i{size}") if samples.signed and samples.stored > BYTE else values
    least = -(1 << (samples.stored - 1)) if samples.signed else 0
    fit = least <= int(numbers.min()) and int(numbers.max()) < 1 << samples.stored
    if fit == bool(samples.shift):
        raise ValueError("the codec and the header disagree about bits")


def _native(dicom: Dicom, data: bytes) -> Values:
    samples, pixel_data = dicom.samples, dicom.pixel_data
    height, width, per_pixel = dicom.height, dicom.width, samples.per_pixel
    halved = samples.photometric == "YBR_FULL_422"  # two pixels share their colour
    if halved and (samples.allocated != 8 or width % 2 or samples.planar):
        raise ValueError("the colours cannot be halved")
    if not is_filled(dicom):
        raise ValueError("height, width and frames do not fit the number of samples")
    following = data[pixel_data.start + (pixel_data.length or 0) :].rstrip(b"\0")[:8]  # archives pad with zeros
    if len(following) == 8 and int.from_bytes(following[:2], "little" if pixel_data.little_endian else "big") < LATER:
        raise ValueError("no element follows the pixels, but other bytes do")
    order = "<" if pixel_data.little_endian else ">"
    count = frame_samples(dicom)
    start = pixel_data.start + dicom.frame * count * samples.allocated // 8
    if order == ">" and samples.allocated == 8 and pixel_data.words:  # bytes in words: each pair is swapped
        odd = dicom.frame * count % 2  # the frame begins in the middle of a word
        words = np.frombuffer(data, ">u2", -(-(odd + count) // 2), start - odd)
        values: Values = words.astype("<u2").view(np.uint8)[odd : odd + count]
    else:
        stored = np.frombuffer(data, f"{order}u{samples.allocated // 8}", count, start)
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
    _demand_whole_segments(frame, size)
    imagecodecs.dicomrle_decode(frame, f"u{samples.allocated // 8}", out=values)  # type: ignore[arg-type]
    planes = values.view(f"u{samples.allocated // 8}").reshape(samples.per_pixel, dicom.height, dicom.width)
    return np.moveaxis(planes, 0, 2), False


def _demand_whole_segments(frame: bytes, size: int) -> None:
    """Raise `ValueError` unless every segment (PS3.5, section G.5) has `size` bytes when decoded."""
    count, *starts = np.frombuffer(frame, "<u4", RLE_HEADER // 4).tolist()
    starts = starts[:count]
    for start, end in zip(starts, [*starts[1:], len(frame)], strict=True):
        lengths = (len(imagecodecs.packbits_decode(frame[start : end - padding])) for padding in (0, 1))
        if size not in lengths:
            raise ValueError("a segment has too many or too few pixels")


def _jpeg(frame: bytes, dicom: Dicom) -> tuple[Values, bool]:
    """A JPEG with 8 bits that says which colours it has is decoded like a JPEG file."""
    if frame.count(SCAN) > MAX_SCANS:
        raise ValueError("more scans than any encoder writes")
    samples = dicom.samples
    if samples.allocated == 8 and (samples.photometric != "RGB" or any(mark in frame[:HEAD] for mark in COLOUR_MARKS)):
        with Image.open(io.BytesIO(frame), formats=("JPEG",)) as image:
            return jpeg_pixels(image, frame), image.mode == "RGB"
    _demand_all_used(frame)
    stored = "RGB" if samples.photometric == "RGB" else "YCBCR"
    one = samples.per_pixel == 1
    values = _converted(frame, None if one else stored)
    shown = _shown(values, samples)
    for size in (BLOCK, 2 * BLOCK):
        demand_continuous(shown, size, size)
    return values, not one


def _lossless_jpeg(frame: bytes, dicom: Dicom) -> tuple[Values, bool]:
    """No colours are converted: a lossless JPEG stores what the header says."""
    _demand_all_used(frame)
    values = _converted(frame, None if dicom.samples.per_pixel == 1 else "RGB")
    shown = _shown(values, dicom.samples)
    if is_stepped_in_rows(shown):
        raise ValueError(TORN)
    if values.ndim == 3:
        demand_no_wraps(Image.fromarray(shown))
        demand_no_exchanges(shown)
        demand_no_wrapped_surround(shown)
    return values, False


def _demand_all_used(frame: bytes) -> None:
    """Raise `ValueError` unless the JPEG's compressed data end where its pixels do.

    The decoder keeps it to itself whether they did. So they are decoded with something after them, which must not
    matter, and with their end changed, which must.
    """
    body = frame.rstrip(b"\0").removesuffix(END)
    plain = imagecodecs.jpeg8_decode(frame)
    if not np.array_equal(plain, imagecodecs.jpeg8_decode(body + MORE + END)):
        raise ValueError("the compressed data do not end where the pixels do")
    split = len(body) - TAIL
    split += body[split - 1 : split] == FILL  # the byte after 0xFF says that this is no marker
    others = (body[:split] + bytes((byte ^ change) & 0x7F for byte in body[split:]) + END for change in CHANGES)
    if all(np.array_equal(plain, imagecodecs.jpeg8_decode(other)) for other in others) and not _is_blank(body, plain):
        raise ValueError("the compressed data do not end where the pixels do")


def _is_blank(body: bytes, plain: Values) -> bool:
    """Whether all pixels have the value in the middle, each in one bit: then no change of a bit is another code."""
    scan = body.rindex(SCAN) + len(SCAN)
    scan += int.from_bytes(body[scan : scan + 2])
    return bool((plain == plain.flat[0]).all()) and len(body) - scan == -(-plain.size // 8)


def _converted(frame: bytes, stored: str | None) -> Values:
    """Decode a JPEG of gray, or of colours `stored` like this, which become RGB."""
    if stored is None:
        return imagecodecs.jpeg8_decode(frame)
    return imagecodecs.jpeg8_decode(frame, colorspace=stored, outcolorspace="RGB")


def _shown(values: NDArray[Any], samples: Samples) -> NDArray[np.uint8]:
    """The upper 8 of the bits that are stored, from the lowest to the highest value: uint8[H,W,C]."""
    upper = (values >> samples.shift + max(samples.stored - BYTE, 0)).astype(np.uint8)
    return (upper ^ (MIDDLE * samples.signed)).astype(np.uint8).reshape(*values.shape[:2], -1)


def _jpeg_ls(frame: bytes, dicom: Dicom) -> tuple[Values, bool]:
    return imagecodecs.jpegls_decode(frame), False


def _jpeg_2000(frame: bytes, dicom: Dicom) -> tuple[Values, bool]:
    """The codec undoes its own colour transformation, ICT or RCT. No thread can be started here."""
    samples = dicom.samples
    of_codec = samples.photometric in CODEC_COLOURS
    if samples.photometric.startswith("YBR") and of_codec != transforms_colours(frame):
        raise ValueError("the codec and the header disagree about colours")
    values = imagecodecs.jpeg2k_decode(frame, numthreads=1)
    if (values.dtype.kind == "i") != samples.signed:
        raise ValueError("the codec and the header disagree about signs")
    demand_all_used(frame, values)
    demand_no_noisy_blocks(_shown(values, samples))
    return values, of_codec


CODECS: dict[str, Callable[[bytes, Dicom], tuple[Values, bool]]] = {
    "RLE": _rle,
    "JPEG": _jpeg,
    "lossless JPEG": _lossless_jpeg,
    "JPEG-LS": _jpeg_ls,
    "JPEG 2000": _jpeg_2000,
}
