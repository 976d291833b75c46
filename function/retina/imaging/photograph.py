"""Bytes in, `Photograph` out: any photograph that people really have, as upright 8-bit RGB with its field of view.

Enters: the bytes of a JPEG, PNG, TIFF, WebP, BMP, PNM or GIF file. Leaves: RGB, field of view and SHA-256. Writes no
file. Reads the file in this process: for files that can be trusted. The service goes by `decoding.decoder`.
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
    """An upright photograph: `rgb` uint8[H,W,3], its field of view, and the SHA-256 of the file it came from."""

    rgb: Rgb
    field_of_view: FieldOfView
    sha256: str


def decode_photograph(image: Image.Image, data: bytes) -> Photograph:
    """Decode an opened photograph of the file `data`; raises `PhotographUnreadableError`."""
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
