"""Read the header of an image file before any pixel is decoded, and reject files that break a limit.

`open_photograph` takes the bytes of a file and returns the opened Pillow image, `TiffLevels` or `Dicom`.
"""

import io
import re
from typing import TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

from retina.errors import (
    PhotographTooSmallError,
    PhotographUnreadableError,
    TooManyPixelsError,
    UnsupportedFormatError,
)
from retina.imaging.decoding.accessories import without_accessories
from retina.imaging.decoding.damage import DAMAGE, DAMAGED
from retina.imaging.decoding.dicom.mark import is_dicom
from retina.imaging.decoding.foreign import CONVERT, name_of_foreign
from retina.imaging.decoding.jpeg_kinds import UNUSUAL, is_usual_jpeg
from retina.imaging.decoding.tiff_kinds import MAGIC, is_for_tifffile
from retina.imaging.decoding.tiff_levels import TiffLevels, open_levels
from retina.imaging.decoding.tiff_pages import photograph_page

if TYPE_CHECKING:
    from retina.imaging.decoding.dicom.header import Dicom

    OpenedFile = Image.Image | TiffLevels | Dicom

FORMATS = {"JPEG": "JPEG", "PNG": "PNG", "TIFF": "TIFF", "WEBP": "WebP", "BMP": "BMP", "PPM": "PNM", "GIF": "GIF"}
"""Pillow's name of each format, and the name people know it by. PPM stands for all PNM formats; JPEG includes the
multi-picture files that some cameras write."""
NAMES = (*FORMATS.values(), "DICOM")
"""Every format that is read, by the name people know it by."""
*_first, _last = NAMES
ANY_FORMAT = f"{', '.join(_first)} or {_last}"
"""The names in a sentence."""

MEMORY_BLOCK = 64 * 2**20
"""Size of Pillow's memory blocks in bytes. Blocks this large are returned to the system as soon as they are freed."""

XMP = ("xmp", "XML:com.adobe.xmp")
"""Where Pillow also looks for an orientation. Viewers do not."""

MAX_SCANS = 100
"""Limit on the scans of a progressive JPEG. Encoders write about ten; each costs a pass over the whole photograph,
however few bytes it has (libjpeg-turbo, "Two issues with the JPEG standard", 2018)."""

MAX_PNM_HEADER = 4096
"""The header of a PNM file, including comments, must end within this many bytes."""

MAX_PNM_COMMENTS = 100
"""Limit on the comments of a PNM file. For each of them Pillow reads the pixels of a plain (text) file again."""

JPEG = b"\xff\xd8\xff"
"""How a JPEG file begins."""

ONE_FRAME = "The file has only one frame."

PNM_HEADER = re.compile(rb"P[1-6](?:(?:\s|#[^\r\n]*[\r\n])+\d+){2,3}\s")
"""How a PNM file begins: kind, width, height and, except of bitmaps, the largest value."""


def open_photograph(data: bytes, *, max_pixels: int, min_side: int, frame: int = 0) -> "OpenedFile":
    """Open the file `data` without decoding it, and reject what cannot or should not be decoded.

    `frame`, from 0, is the one of a DICOM file; of others it has to be 0.

    Raises `UnsupportedFormatError`, `PhotographUnreadableError`, `TooManyPixelsError` or `PhotographTooSmallError`.
    """
    refuse_laborious(data)
    if frame and not is_dicom(data):
        raise PhotographUnreadableError(ONE_FRAME)
    Image.core.set_block_size(MEMORY_BLOCK)  # type: ignore[attr-defined]
    image: OpenedFile
    try:
        image = _open_dicom(data, frame) if is_dicom(data) else _open(data)
    except Image.DecompressionBombError:
        raise TooManyPixelsError(_too_many(max_pixels)) from None
    except UnidentifiedImageError:
        if any(accept and accept(data[:16]) for accept in (Image.OPEN[name][1] for name in FORMATS)):
            raise PhotographUnreadableError(DAMAGED) from None
        raise UnsupportedFormatError(unsupported(data)) from None
    except DAMAGE as error:
        raise PhotographUnreadableError(DAMAGED) from error
    most = max_pixels if isinstance(image, Image.Image) else min(max_pixels, image.most_pixels)
    refuse_size(image.width, image.height, max_pixels=most, min_side=min_side)
    return image


def _open_dicom(data: bytes, frame: int) -> "Dicom":
    # They need pydicom, which the service itself never loads.
    from retina.imaging.decoding.dicom.frames import demand_frame, demand_one_frame
    from retina.imaging.decoding.dicom.header import open_dicom

    dicom = open_dicom(data, frame)
    if frame:
        demand_frame(dicom, data)
    elif dicom.facts.frames == 1:
        demand_one_frame(dicom, data)
    return dicom


def refuse_size(width: int, height: int, *, max_pixels: float, min_side: int) -> None:
    """Raise `TooManyPixelsError` or `PhotographTooSmallError` if `width` x `height` pixels break a limit."""
    if width * height > max_pixels:
        raise TooManyPixelsError(_too_many(max_pixels))
    if min(width, height) < min_side:
        raise PhotographTooSmallError(
            f"The photograph is {width} x {height} pixels; its shorter side must have at least {min_side}. "
            "Send the original from the camera."
        )


def refuse_laborious(data: bytes) -> None:
    """Raise `PhotographUnreadableError` for an empty file, or one crafted to keep a decoder busy.

    The latter has far more scans or comments than any encoder writes. The file is not parsed, so this is safe in any
    process.
    """
    if not data:
        raise PhotographUnreadableError("The file is empty. Choose the photograph again.")
    laborious = False
    if data.startswith(b"\xff\xd8"):
        laborious = data.count(b"\xff\xda") > MAX_SCANS
    elif re.match(rb"P[1-6][\s#]", data):
        comments = data.count(b"#") if data[1:2] in b"123" else 0
        laborious = comments > MAX_PNM_COMMENTS or not PNM_HEADER.match(data[:MAX_PNM_HEADER])
    if laborious:
        raise PhotographUnreadableError(DAMAGED)


def unsupported(data: bytes) -> str:
    """What to say about a file of another format: its name, if it is known, and how to convert it."""
    kind = name_of_foreign(data)
    if kind is None:
        return f"This is not an image that can be read. Send a {ANY_FORMAT} file."
    return f"{kind} cannot be read. {CONVERT}"


def _open(data: bytes) -> Image.Image | TiffLevels:
    if data.startswith(JPEG) and not is_usual_jpeg(data):
        raise UnsupportedFormatError(UNUSUAL)
    number = 0
    if data.startswith(MAGIC):
        with photograph_page(data) as page:
            if is_for_tifffile(page):
                return open_levels(page)
            number = page.index
    image = Image.open(io.BytesIO(without_accessories(data)), formats=tuple(FORMATS))
    if image.format == "TIFF":
        image.seek(number)
    for name in XMP:
        image.info.pop(name, None)
    return image


def _too_many(limit: float) -> str:
    return f"The photograph has more than {limit / 1e6:.0f} megapixels. Send it at a smaller size."
