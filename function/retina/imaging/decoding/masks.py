"""Decode masks that a person has drawn: PNG files in shades of gray, in the same processes as photographs.

Takes the bytes of a file and the size that it must have, and returns bool[H,W], true where a pixel is not black.
"""

import struct
from collections.abc import Callable

import numpy as np

from retina.errors import (
    CorrectionSizeError,
    CorrectionUnreadableError,
    PhotographError,
    UnsupportedCorrectionError,
)
from retina.imaging.arrays import Mask
from retina.imaging.decoding.abandoned import Abandoned
from retina.imaging.decoding.accessories import PNG
from retina.imaging.decoding.child import ignore
from retina.imaging.decoding.decoder import Decoder

GRAY = 0
"""The colour type of a PNG file in shades of gray, without opacity."""

DEPTHS = (1, 8)
"""Bits per pixel."""

_HEADER = struct.Struct(">I4sIIBB")
"""Of the first chunk: length, name, width, height, bit depth, colour type."""


def demand_mask(data: bytes, name: str) -> tuple[int, int]:
    """The size (height, width) that the file's header states; `name` is what the sender calls it.

    Raises `UnsupportedCorrectionError` for anything but a gray PNG of 1 or 8 bits, and `CorrectionUnreadableError`.
    """
    if not data:
        raise CorrectionUnreadableError(f"The file of “{name}” is empty. Send it again.")
    if not data.startswith(PNG):
        raise UnsupportedCorrectionError(_unsupported(name, "This file is no PNG."))
    if len(data) < len(PNG) + _HEADER.size:
        raise CorrectionUnreadableError(_damaged(name))
    length, chunk, width, height, depth, colour = _HEADER.unpack_from(data, len(PNG))
    if (length, chunk) != (13, b"IHDR") or not (width and height):
        raise CorrectionUnreadableError(_damaged(name))
    if colour != GRAY or depth not in DEPTHS:
        raise UnsupportedCorrectionError(_unsupported(name, "This one has colours, opacity or another depth."))
    return height, width


def decode_mask(
    decoder: Decoder,
    data: bytes,
    name: str,
    shape: tuple[int, int],
    *,
    abandoned: Abandoned | None = None,
    laborious: Callable[[], None] = ignore,
) -> Mask:
    """The mask bool[H,W] in the file `data`, for a photograph of `shape` (H, W). An orientation in it is ignored.

    Raises what `demand_mask` raises, `CorrectionSizeError`, and what `Decoder.opened` raises other than
    `PhotographError`s.
    """
    stated = demand_mask(data, name)
    if stated != shape:
        raise CorrectionSizeError(
            f"“{name}” is {stated[1]:d} x {stated[0]:d} pixels, and the photograph is {shape[1]:d} x {shape[0]:d}. "
            "Send a mask of exactly that size."
        )
    limits = {"max_pixels": shape[0] * shape[1], "min_side": 1}
    try:
        with decoder.opened(data, **limits, abandoned=abandoned, laborious=laborious) as opened:
            rgb = opened.pixels_as_stored()[0]
    except PhotographError:
        raise CorrectionUnreadableError(_damaged(name)) from None
    if rgb.shape[:2] != shape:
        raise CorrectionUnreadableError(_damaged(name))
    return np.asarray(rgb[..., 0] > 0)


def _unsupported(name: str, why: str) -> str:
    return f"“{name}” must be a PNG file in shades of gray with 1 or 8 bits per pixel. {why} Save it as such."


def _damaged(name: str) -> str:
    return f"The file of “{name}” is damaged or incomplete. Save the mask again, and send that file."
