"""A decoded photograph, and decoding in this process.

`decode_photograph` turns the bytes of a JPEG, PNG, TIFF, WebP, BMP, PNM, GIF or DICOM file into upright 8-bit RGB with
its field of view and SHA-256. It writes no file. It decodes in the calling process, so use it only for trusted files;
the service uses `decoding.decoder`.
"""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from retina.errors import PhotographUnreadableError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding.damage import DAMAGE, DAMAGED
from retina.imaging.decoding.facts import UNSTATED, Facts
from retina.imaging.decoding.header import open_photograph
from retina.imaging.decoding.orientations import upright
from retina.imaging.decoding.pixels import as_bytes, blank, stored_pixels
from retina.imaging.field_of_view import FieldOfView, find_field_of_view

if TYPE_CHECKING:
    from retina.imaging.decoding.header import OpenedFile

__all__ = ["Photograph", "decode_photograph", "open_photograph"]


@dataclass(frozen=True)
class Photograph:
    """An upright photograph: `rgb` uint8[H,W,3], its field of view, the SHA-256 of the original file, and what that
    file states.
    """

    rgb: Rgb
    field_of_view: FieldOfView
    sha256: str
    facts: Facts = UNSTATED


def decode_photograph(image: "OpenedFile", data: bytes) -> Photograph:
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
    facts = UNSTATED if isinstance(image, Image.Image) else image.facts
    return Photograph(rgb, find_field_of_view(rgb), hashlib.sha256(data).hexdigest(), facts)
