"""Open a DICOM file before any pixel is decoded, and reject what holds no photograph.

Takes the bytes of a file and returns a `Dicom`. Of the header only `WANTED` is read: the patient's name, ids and dates
are skipped, so that no answer, warning or error can contain them.
"""

import io
import math
from dataclasses import dataclass
from typing import Literal

from pydicom import uid
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag

from retina.errors import UnsupportedFormatError
from retina.imaging.decoding.dicom.mark import MARK, PREAMBLE
from retina.imaging.decoding.dicom.values import ASPECTS, Samples, facts_of, has_square_pixels, samples_of, whole
from retina.imaging.decoding.extra import Extra
from retina.imaging.decoding.facts import Facts

WANTED = (
    *("SOPClassUID", "SharedFunctionalGroupsSequence", "NumberOfFrames", "Rows", "Columns", "SamplesPerPixel"),
    *("PhotometricInterpretation", "PlanarConfiguration", "BitsAllocated", "BitsStored", "HighBit"),
    *("PixelRepresentation", "WindowCenter", "WindowWidth", "VOILUTFunction", "RescaleSlope", "RescaleIntercept"),
    *("ModalityLUTSequence", "VOILUTSequence", "PresentationLUTSequence", "PresentationLUTShape"),
    *("PixelPaddingValue", "PixelPaddingRangeLimit", "PerFrameFunctionalGroupsSequence", *ASPECTS),
    *("ImageLaterality", "Laterality", "ExtendedOffsetTable", "ExtendedOffsetTableLengths"),
    *(f"{name}PaletteColorLookupTable{part}" for name in ("Red", "Green", "Blue") for part in ("Descriptor", "Data")),
    *(f"Segmented{name}PaletteColorLookupTableData" for name in ("Red", "Green", "Blue")),
)
"""The attributes that are read, by keyword (PS3.6)."""
_TAGS: list[BaseTag | int] = [BaseTag(tag_for_keyword(name) or 0) for name in WANTED]

PIXEL_DATA, FLOATS, DOUBLES = BaseTag(0x7FE00010), BaseTag(0x7FE00008), BaseTag(0x7FE00009)

UNDEFINED = 0xFFFFFFFF
"""The length of an element that ends with a mark (PS3.5, section 7.1)."""

DELIMITER = bytes.fromhex("feffdde0 00000000")
"""The mark that ends compressed pixels (PS3.5, section A.4)."""

OTHER_CONTENT = {
    "1.2.840.10008.5.1.4.1.1.77.1.5.4": "an OCT volume",
    "1.2.840.10008.5.1.4.1.1.77.1.5.7": "an image computed from an OCT volume",
    "1.2.840.10008.5.1.4.1.1.77.1.5.8": "an analysis of an OCT volume",
    "1.2.840.10008.5.1.4.1.1.104.1": "a PDF document",
    "1.2.840.10008.1.3.10": "a list of other files",
}
"""SOP classes that are refused, and what such a file contains."""

NATIVE = (uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian)
COMPRESSED = {
    uid.RLELossless: "RLE",
    uid.JPEGBaseline8Bit: "JPEG",
    uid.JPEGExtended12Bit: "JPEG",
    uid.JPEGLossless: "lossless JPEG",
    uid.JPEGLosslessSV1: "lossless JPEG",
    uid.JPEGLSLossless: "JPEG-LS",
    uid.JPEGLSNearLossless: "JPEG-LS",
    uid.JPEG2000Lossless: "JPEG 2000",
    uid.JPEG2000: "JPEG 2000",
    uid.HTJ2KLossless: "JPEG 2000",
    uid.HTJ2KLosslessRPCL: "JPEG 2000",
    uid.HTJ2K: "JPEG 2000",
}
"""The codec of each compressed transfer syntax."""

LOSSY = (*(uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit, uid.JPEGLSNearLossless, uid.JPEG2000, uid.HTJ2K),)
"""Those that change values: the numbers of a palette's colours would be those of others."""

PHOTOMETRIC = {
    1: ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"),
    3: ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"),
}
"""The photometric interpretations that are read, by samples per pixel."""

CODEC_COLOURS = ("YBR_ICT", "YBR_RCT")
"""Those of `PHOTOMETRIC` that only a codec can make and undo."""

SHAPES = ("", "IDENTITY", "INVERSE")
"""The values of Presentation LUT Shape. INVERSE is what MONOCHROME1 says, too: together they invert once."""

LEAST_BITS = 8

SAMPLE_BYTES, BYTE_SECONDS, MEGAPIXEL_SECONDS = 4, 0.6e-6, 1.5
"""Of JPEG 2000: bytes of memory per sample, and limits of processor time per compressed byte and per megapixel, three
times what a lossless 16-bit colour photograph took when measured."""

JPEG_2000_PIXELS = 32_000_000
"""Larger ones in JPEG 2000 are refused, since each of their pixels takes twice the memory."""

EXPORT = "Export the photograph as PNG or JPEG."
SQUARE_EXPORT = "Export the photograph as PNG or JPEG with square pixels."


@dataclass(frozen=True)
class PixelData:
    """Where the pixels are: their first byte `start`, and `length` in bytes, None if compressed; `remaining` bytes are
    left in the file.

    `words`: uncompressed pixels are stored as 16-bit words. `offsets`: the extended offset table, if there is one.
    """

    syntax: uid.UID
    little_endian: bool
    words: bool
    start: int
    length: int | None
    remaining: int
    offsets: tuple[bytes, bytes] | None

    @property
    def codec(self) -> str | None:
        """The name of the codec in `COMPRESSED`; None for uncompressed pixels."""
        return COMPRESSED.get(self.syntax)


@dataclass(frozen=True)
class Dicom:
    """An opened file. `header` has the `WANTED` attributes; those of size, samples and facts have been checked.

    `frame`, from 0, is the one to decode.
    """

    width: int
    height: int
    samples: Samples
    pixel_data: PixelData
    facts: Facts
    header: Dataset
    frame: int = 0

    @property
    def is_inverted(self) -> bool:
        """Whether low values of a monochrome file are bright."""
        return self.samples.photometric == "MONOCHROME1" or _shape(self.header) == "INVERSE"

    @property
    def extra(self) -> Extra:
        """What JPEG 2000 takes: four bytes for every sample, and time for every compressed byte."""
        if self.pixel_data.codec != "JPEG 2000":
            return Extra()
        megapixels = self.width * self.height / 1e6
        seconds = min(BYTE_SECONDS * self.pixel_data.remaining, MEGAPIXEL_SECONDS * megapixels)
        return Extra(SAMPLE_BYTES * self.samples.per_pixel, seconds)

    @property
    def most_pixels(self) -> float:
        """How many pixels such a file may have, if fewer than others."""
        return JPEG_2000_PIXELS if self.pixel_data.codec == "JPEG 2000" else math.inf

    def close(self) -> None:
        """Do nothing: no file is open. Pillow's images have to be closed."""


def open_dicom(data: bytes, frame: int = 0) -> Dicom:
    """Open the file `data`, which is marked as DICOM, for its frame number `frame`, from 0, without decoding it.

    Raises `UnsupportedFormatError` if it holds no photograph or stores it in an unknown way; whatever pydicom raises,
    which `DAMAGE` lists, if it is damaged.
    """
    stream = io.BytesIO(data)
    stream.seek(PREAMBLE + len(MARK))
    meta = read_dataset(stream, False, True, stop_when=lambda tag, *_: tag >> 16 != 2)
    syntax = uid.UID(str(meta.TransferSyntaxUID))
    if syntax not in NATIVE and syntax not in COMPRESSED:
        raise UnsupportedFormatError(f"This DICOM file is compressed in a way that cannot be read. {EXPORT}")
    implicit, little_endian = syntax == uid.ImplicitVRLittleEndian, syntax != uid.ExplicitVRBigEndian
    header = read_dataset(
        stream,
        implicit,
        little_endian,
        stop_when=lambda tag, *_: tag in (PIXEL_DATA, FLOATS, DOUBLES),
        specific_tags=_TAGS,
    )
    _refuse_other_content(header)
    pixel_data = _pixel_data(data, stream.tell(), syntax, header, little_endian=little_endian)
    samples = samples_of(header)
    known = samples.photometric in PHOTOMETRIC.get(samples.per_pixel, ()) and samples.allocated in (8, 16)
    if not known or _is_contradictory(samples, pixel_data, header):
        raise UnsupportedFormatError(f"The pixels of this DICOM file are stored in a way that cannot be read. {EXPORT}")
    if samples.stored < LEAST_BITS:
        raise UnsupportedFormatError(f"This DICOM file has fewer than {LEAST_BITS} bits per pixel. {EXPORT}")
    if not has_square_pixels(header, frame):
        raise UnsupportedFormatError(f"The pixels of this DICOM file are not square. {SQUARE_EXPORT}")
    size = whole(header, "Columns"), whole(header, "Rows")
    return Dicom(*size, samples, pixel_data, facts_of(header, frame), header, frame)


def _is_contradictory(samples: Samples, pixel_data: PixelData, header: Dataset) -> bool:
    """Whether the file says two things about its colours, or whether black is low or high: viewers then disagree."""
    if samples.signed and (samples.per_pixel > 1 or pixel_data.codec == "JPEG"):
        return True
    if samples.photometric in CODEC_COLOURS:
        return pixel_data.codec not in ("JPEG", "JPEG 2000")
    if samples.photometric == "PALETTE COLOR":
        return pixel_data.syntax in LOSSY
    if not samples.photometric.startswith("MONOCHROME"):
        return False
    shape, tables = _shape(header), len(header.get("PresentationLUTSequence") or ())
    low_is_bright = samples.photometric == "MONOCHROME1"
    if tables:
        return tables > 1 or bool(shape) or low_is_bright
    return shape not in SHAPES or (low_is_bright and shape == "IDENTITY")


def _shape(header: Dataset) -> str:
    return str(header.get("PresentationLUTShape") or "").strip()


def _refuse_other_content(header: Dataset) -> None:
    content = OTHER_CONTENT.get(str(header.get("SOPClassUID", "")))
    if content or "Rows" not in header:
        raise UnsupportedFormatError(contains(content or "no image"))


def contains(content: str) -> str:
    """What to say about a file that has something else than a photograph."""
    return f"This DICOM file contains {content}. Send one with a fundus photograph."


def _pixel_data(data: bytes, place: int, syntax: uid.UID, header: Dataset, *, little_endian: bool) -> PixelData:
    """Read the head of the element at `place`, which is a few bytes long (PS3.5, section 7.1)."""
    order: Literal["little", "big"] = "little" if little_endian else "big"
    group, element = (int.from_bytes(data[at : at + 2], order) for at in (place, place + 2))
    if (tag := group << 16 | element) != PIXEL_DATA:
        raise UnsupportedFormatError(contains("floating-point numbers" if tag in (FLOATS, DOUBLES) else "no image"))
    kind = data[place + 4 : place + 6]
    explicit = kind in (b"OB", b"OW", b"UN")
    start = place + (12 if explicit else 8)
    length = int.from_bytes(data[start - 4 : start], order)
    compressed = syntax in COMPRESSED
    if (length == UNDEFINED) != compressed:
        raise ValueError("the pixels are not stored as the transfer syntax says")
    if data.rfind(DELIMITER) < start if compressed else length > len(data) - start:
        raise ValueError("the end of the pixels is missing")
    table = header.get("ExtendedOffsetTable"), header.get("ExtendedOffsetTableLengths")
    offsets = table if all(table) else None
    native = None if compressed else length
    return PixelData(syntax, little_endian, kind != b"OB", start, native, len(data) - start, offsets)
