"""Bytes in, `Photograph` out: any photograph that people really have, as upright 8-bit RGB.

Enters: the bytes of a JPEG, PNG, TIFF, WebP, BMP, PNM or GIF file. Leaves: RGB, field of view and SHA-256. Writes no
file, keeps no metadata, applies no colour profile except to turn Lab into RGB.
"""

import hashlib
import io
import struct
import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from retina.arrays import Gray, Rgb
from retina.errors import (
    PhotographTooSmallError,
    PhotographUnreadableError,
    TooManyPixelsError,
    UnsupportedFormatError,
)
from retina.field_of_view import FieldOfView, find_field_of_view

FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "PPM", "GIF")
"""Pillow's names. PPM stands for all of PNM; JPEG includes the multi-picture files that some cameras write."""

DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    ZeroDivisionError,
    AssertionError,
    RuntimeError,
    MemoryError,
    EOFError,
    struct.error,
    zlib.error,
    ImageCms.PyCMSError,
)
"""What Pillow's decoders raise on damaged files: they promise no single type."""

BLOCK = 64 * 2**20
"""Bytes of Pillow's memory blocks: the C library keeps smaller ones for the thread that freed them, and with several
threads a large photograph would be held several times."""

DEPTHS = (255.0, 1023.0, 4095.0, 16383.0, 65535.0)
"""The largest values of 8, 10, 12, 14 and 16 bits."""

STRIP = 256
"""Rows copied at a time, so that a large photograph is never held three times."""


@dataclass(frozen=True)
class Photograph:
    """An upright photograph: `rgb` uint8[H,W,3], its field of view, and the SHA-256 of the file it came from."""

    rgb: Rgb
    field_of_view: FieldOfView
    sha256: str


def open_photograph(data: bytes, *, max_pixels: int, min_side: int) -> Image.Image:
    """Read the header only, and refuse what is not worth or not safe decoding.

    Raises `UnsupportedFormatError`, `PhotographUnreadableError`, `TooManyPixelsError` or `PhotographTooSmallError`.
    """
    if not data:
        raise PhotographUnreadableError("The file is empty. Choose the photograph again.")
    Image.core.set_block_size(BLOCK)  # type: ignore[attr-defined]
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        raise TooManyPixelsError(_too_many(max_pixels)) from None
    except UnidentifiedImageError:
        if any(accept and accept(data[:16]) for accept in (Image.OPEN[name][1] for name in FORMATS)):
            raise PhotographUnreadableError(_DAMAGED) from None
        raise UnsupportedFormatError(
            "This is not an image that can be read. Send a JPEG, PNG, TIFF, WebP, BMP, PNM or GIF file."
        ) from None
    except DAMAGE as error:
        raise PhotographUnreadableError(_DAMAGED) from error
    if image.width * image.height > max_pixels:
        raise TooManyPixelsError(_too_many(max_pixels))
    if min(image.size) < min_side:
        raise PhotographTooSmallError(
            f"The photograph is {image.width} x {image.height} pixels; its shorter side needs at least {min_side}. "
            "Send the original from the camera."
        )
    return image


def decode_photograph(image: Image.Image, data: bytes) -> Photograph:
    """Decode an opened photograph of the file `data`; raises `PhotographUnreadableError`."""
    try:
        rgb = _deep_rgb(data) if _is_deep(image) else _rgb(image)
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    except DAMAGE as error:
        raise PhotographUnreadableError(_DAMAGED) from error
    finally:
        image.close()
    rgb = np.ascontiguousarray(_upright(rgb, orientation))
    return Photograph(rgb, find_field_of_view(rgb), hashlib.sha256(data).hexdigest())


def _is_deep(image: Image.Image) -> bool:
    """Colour of 16 bits a channel, of which Pillow keeps the upper eight."""
    return image.mode.startswith("RGB") and any(";16" in str(tile[3]) for tile in image.tile)  # type: ignore[attr-defined]


def _deep_rgb(data: bytes) -> Rgb:
    """The PNG or TIFF `data` of 16 bits a channel as uint8[H,W,3]; what is transparent becomes black."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 3:
        raise ValueError("OpenCV reads this file differently")
    rgb = _eight_bit(pixels[..., 2::-1])
    if pixels.shape[2] == 4:
        rgb[pixels[..., 3] == 0] = 0
    return rgb


def _rgb(image: Image.Image) -> Rgb:
    """Any Pillow mode to uint8[H,W,3]. What is transparent becomes black, as outside a field of view."""
    image.load()
    if image.mode.startswith(("I", "F")):
        gray = _eight_bit(np.asarray(image))
        return np.repeat(gray[:, :, None], 3, axis=2)
    if image.mode == "LAB":
        image = (
            ImageCms.profileToProfile(
                image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            or image
        )
    elif image.has_transparency_data:
        opaque = image.convert("RGBA")
        image = Image.new("RGB", image.size)
        image.paste(opaque, mask=opaque.getchannel("A"))
    elif image.mode != "RGB":
        image = image.convert("RGB")
    rgb = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, STRIP):
        rgb[top : top + STRIP] = np.asarray(image.crop((0, top, image.width, min(top + STRIP, image.height))))
    return rgb


def _eight_bit(values: NDArray[np.generic]) -> Gray:
    """Values of more than 8 bits, or floating point, to uint8 of the same shape.

    Values up to 1 are scaled from 0 to 1. Others are scaled from the smallest usual camera depth (8, 10, 12, 14 or 16
    bits) that holds the largest of them, so that 12-bit values in a 16-bit file do not come out black. What no
    camera writes, negative or larger, is scaled from its own range.
    """
    if values.dtype == np.uint16:
        high = float(values.max())
        depth = next(depth for depth in DEPTHS if high <= depth)
        return np.asarray(cv2.convertScaleAbs(np.asarray(values, np.uint16), alpha=255 / depth), np.uint8)
    numbers = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(numbers.min()), float(numbers.max())
    if low >= 0 and high <= 65535:
        low, high = 0.0, 1.0 if high <= 1 else next(depth for depth in DEPTHS if high <= depth)
    scaled = (numbers - low) * (255 / max(high - low, 1e-12))
    return np.asarray(np.rint(np.clip(scaled, 0, 255)), np.uint8)


def _upright(rgb: Rgb, orientation: int) -> Rgb:
    """Undo an EXIF orientation (1 to 8; anything else counts as 1). A view where possible."""
    if orientation in (5, 6, 7, 8):
        rgb = rgb.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        rgb = rgb[:, ::-1]
    if orientation in (3, 4, 7, 8):
        rgb = rgb[::-1]
    return rgb


def _too_many(limit: int) -> str:
    return f"The photograph has more than {limit / 1e6:.0f} megapixels. Send it at a smaller size."


_DAMAGED = (
    "The file is damaged, incomplete or of a kind that cannot be decoded. Copy it again, or export the photograph as "
    "PNG or JPEG."
)
