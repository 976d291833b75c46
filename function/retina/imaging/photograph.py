"""A decoded photograph, and decoding in this process.

`decode_photograph` turns the bytes of a JPEG, PNG, TIFF, WebP, BMP, PNM or GIF file into upright 8-bit RGB with its
field of view and SHA-256. It writes no file. It decodes in the calling process, so use it only for trusted files; the
service uses `decoding.decoder`.
"""

import hashlib
from dataclasses import dataclass

from PIL import Image

from retina.errors import PhotographUnreadableError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding.header import DAMAGE, DAMAGED, open_photograph
from retina.imaging.decoding.pixels import (
    as_bytes,
    blank,
    stored_pixels,
    upright,
)
from retina.imaging.field_of_view import FieldOfView, find_field_of_view

__all__ = ["Photograph", "decode_photograph", "open_photograph"]


@dataclass(frozen=True)
class Photograph:
    """An upright photograph: `rgb` uint8[H,W,3], its field of view, and the SHA-256 of the original file."""

    rgb: Rgb
    field_of_view: FieldOfView
    sha256: str


def decode_photograph(image: Image.Image, data: bytes) -> Photograph:
    """Decode `image`, opened from the file `data`, and close it; raises `PhotographUnreadableError`."""
    try:
        stored = stored_pixels(image, data)
        rgb, left = blank(stored.height, stored.width)
        for strip in stored.strips:
            left[: strip.nbytes] = as_bytes(strip)
            left = left[strip.nbytes :]
        if left:
            raise ValueError("rows are missing")
    except DAMAGE as error:
        raise PhotographUnreadableError(DAMAGED) from error
    finally:
        image.close()
    rgb = upright(rgb, stored.orientation)
    return Photograph(rgb, find_field_of_view(rgb), hashlib.sha256(data).hexdigest())
