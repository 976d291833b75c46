"""Scale pixels of any depth to 8 bits, strip by strip."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from retina.imaging.arrays import Gray, Rgb

DEPTHS = (255.0, 1023.0, 4095.0, 16383.0, 65535.0)
"""The maximum values of 8, 10, 12, 14 and 16 bits."""

OVERSHOOT = 2.0
"""Floating-point numbers up to this are meant to be up to 1: filters and resampling make some of them larger."""

STRIP = 256
"""Number of rows that are converted at a time."""

Strips = Iterator[Rgb]
"""uint8[h,W,3] from top to bottom, contiguous. A strip may have to be used before the next one is requested."""


def eight_bit_strips(values: NDArray[np.uint16]) -> Strips:
    """Convert uint16[H,W,3], or uint16[H,W,4] with opacity last, to strips of uint8[h,W,3].

    Transparent pixels become black. An opacity of 0 everywhere is none.
    """
    colours = values[..., :3]
    table = _table(_most(colours))
    opacity = _table(most) if values.shape[2] == 4 and (most := _most(values[..., 3])) else None
    for top in range(0, len(values), STRIP):
        rows = table[colours[top : top + STRIP]]
        if opacity is not None:
            opaque = opacity[values[top : top + STRIP, :, 3:]].astype(np.uint16)
            rows = ((rows * opaque + 127) // 255).astype(np.uint8)
        yield np.ascontiguousarray(rows)


def _most(values: NDArray[np.uint16]) -> int:
    return int(max(values[top : top + STRIP].max() for top in range(0, len(values), STRIP)))


def gray_strips(image: Image.Image, *, inverted: bool) -> Strips:
    """Convert integer or floating-point gray values to strips of uint8[h,W,3].

    Floating-point values up to 1, or little more, are scaled from 0 to 1. Others are scaled from the smallest common
    camera depth (8, 10, 12, 14 or 16 bits) that holds their maximum, so that 12-bit values in a 16-bit file do not come
    out black. Values that no camera writes, negative or larger ones, are scaled from their own range. `inverted` means
    that white is the smallest value.
    """
    transparent = image.info.get("transparency")  # of a PNG, one value
    strips = [(top, min(top + STRIP, image.height)) for top in range(0, image.height, STRIP)]

    def values(top: int, bottom: int) -> NDArray[np.float32]:
        numbers = np.asarray(image.crop((0, top, image.width, bottom))).astype(np.float32)
        if isinstance(transparent, int):
            numbers[numbers == transparent] = 0
        return np.nan_to_num(numbers, copy=False, nan=0.0, posinf=0.0, neginf=0.0)

    ranges = [(float(some.min()), float(some.max())) for some in (values(*strip) for strip in strips)]
    low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
    if low >= 0 and high <= DEPTHS[-1]:
        low, high = 0.0, depth_of_float(high) if image.mode.startswith("F") else depth_of(high)
    for top, bottom in strips:
        scaled = (values(top, bottom) - np.float32(low)) * np.float32(255 / max(high - low, 1e-12))
        gray: Gray = np.rint(np.clip(255 - scaled if inverted else scaled, 0, 255)).astype(np.uint8)
        yield np.repeat(gray[:, :, None], 3, axis=2)


def _table(high: int) -> Gray:
    """uint8[65536] that maps 16-bit values to 8 bits. `high`, their maximum, selects the depth as in `_gray_strips`."""
    return np.asarray(np.rint(np.clip(np.arange(65536) * (255 / depth_of(high)), 0, 255)), np.uint8)


def depth_of(high: float) -> float:
    """The maximum of the smallest common depth that holds `high`, 0 to 65535."""
    return next(depth for depth in DEPTHS if high <= depth)


def depth_of_float(high: float) -> float:
    """The same for floating-point numbers, which may also be from 0 to 1."""
    return 1.0 if high <= OVERSHOOT else depth_of(high)
