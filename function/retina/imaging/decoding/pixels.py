"""Convert an opened image of any mode and depth to upright 8-bit RGB.

Takes an image from `open_photograph` and its file, and returns strips of uint8[h,W,3], so that a large photograph is
not held in memory once more than its decoder needs. Metadata is dropped. No colour profile is applied, except to
convert Lab to RGB.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms

from retina.imaging.arrays import Gray, Rgb
from retina.imaging.decoding.header import DAMAGE

if TYPE_CHECKING:
    from retina.imaging.decoding.dicom.header import Dicom

DEPTHS = (255.0, 1023.0, 4095.0, 16383.0, 65535.0)
"""The maximum values of 8, 10, 12, 14 and 16 bits."""

STRIP = 256
"""Number of rows that are converted at a time."""

BITS_PER_SAMPLE, PLANAR_CONFIGURATION, SEPARATE = 258, 284, 2
"""TIFF tags and a value of the second (TIFF 6.0, section 8)."""

TURNED = (5, 6, 7, 8)
"""EXIF orientations in which the stored rows are the upright photograph's columns."""

Strips = Iterator[Rgb]
"""uint8[h,W,3] from top to bottom, contiguous. A strip may have to be used before the next one is requested."""


@dataclass(frozen=True)
class Stored:
    """A photograph as stored: `strips` that add up to `height` x `width`, and its EXIF `orientation` (1 to 8)."""

    width: int
    height: int
    orientation: int
    strips: Strips


def stored_pixels(image: "Image.Image | Dicom", data: bytes) -> Stored:
    """Decode `image`, opened from the file `data`. This, and reading a strip, may raise what `DAMAGE` lists."""
    if not isinstance(image, Image.Image):
        from retina.imaging.decoding.dicom.colours import dicom_strips

        return Stored(image.width, image.height, 1, dicom_strips(image, data))
    if _is_deep(image):
        return _deep(image, data)
    image.load()  # also turns a TIFF file upright, whose orientation is then 1
    return Stored(*image.size, _orientation(image), _strips(image))


def blank(height: int, width: int) -> tuple[Rgb, memoryview]:
    """Uninitialised memory for a photograph, uint8[H,W,3], and a view of its bytes, all of which must be filled."""
    rgb: Rgb = np.empty((height, width, 3), np.uint8)
    return rgb, as_bytes(rgb)


def as_bytes(rgb: Rgb) -> memoryview:
    """A view of the bytes of a contiguous array."""
    return memoryview(rgb).cast("B")  # type: ignore[arg-type]


def upright(stored: Rgb, orientation: int) -> Rgb:
    """Undo an EXIF orientation (anything but 1 to 8 counts as 1); returns uint8[H,W,3], contiguous."""
    if orientation in TURNED:
        stored = stored.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        stored = stored[:, ::-1]
    if orientation in (3, 4, 7, 8):
        stored = stored[::-1]
    return np.ascontiguousarray(stored)


def _is_deep(image: Image.Image) -> bool:
    """Whether the image is colour with 16 bits per channel.

    Raises `ValueError` for a layout that no library reads correctly.
    """
    if image.format != "TIFF":
        return image.mode.startswith("RGB") and any(";16" in str(tile[3]) for tile in image.tile)  # type: ignore[attr-defined]
    tags: Mapping[int, Any] = image.tag_v2  # type: ignore[attr-defined]
    deep = max(tags.get(BITS_PER_SAMPLE, (1,))) > 8
    if deep and not image.mode.startswith("RGB") and tags.get(PLANAR_CONFIGURATION) == SEPARATE:
        raise ValueError("Pillow takes each byte of a plane for a pixel")
    return deep and image.mode.startswith("RGB")


def _deep(image: Image.Image, data: bytes) -> Stored:
    """Decode colour with 16 bits per channel, of which Pillow would keep only the upper eight."""
    from retina.imaging.decoding.deep import deep_pixels

    orientation = _orientation(image)
    # For a TIFF file Pillow reports the upright size.
    turned = image.format == "TIFF" and orientation in TURNED
    size = (image.height, image.width) if turned else image.size
    return Stored(*size, orientation, _eight_bit_strips(deep_pixels(image, data, size)))


def _strips(image: Image.Image) -> Strips:
    if image.mode.startswith(("I", "F")):
        yield from _gray_strips(image)
        return
    convert = _converter(image)
    for top in range(0, image.height, STRIP):
        yield convert(image.crop((0, top, image.width, min(top + STRIP, image.height))))


def _converter(image: Image.Image) -> Callable[[Image.Image], Rgb]:
    """A function from a strip of `image` to uint8[h,W,3]. Transparent pixels become black, as outside a retina."""
    if image.mode == "LAB":
        profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        transform = ImageCms.buildTransform(*profiles, "LAB", "RGB")
        return lambda strip: np.asarray(transform.apply(strip))
    if image.has_transparency_data:

        def opaque(strip: Image.Image) -> Rgb:
            strip.info = image.info
            rgba = np.asarray(strip.convert("RGBA")).astype(np.uint16)
            return np.asarray((rgba[..., :3] * rgba[..., 3:] + 127) // 255, np.uint8)

        return opaque
    return lambda strip: np.asarray(strip if strip.mode == "RGB" else strip.convert("RGB"))


def _eight_bit_strips(values: NDArray[np.uint16]) -> Strips:
    """Convert uint16[H,W,3], or uint16[H,W,4] with opacity last, to strips of uint8[h,W,3]."""
    colours = values[..., :3]
    table = _table(int(max(colours[top : top + STRIP].max() for top in range(0, len(values), STRIP))))
    for top in range(0, len(values), STRIP):
        rows = table[colours[top : top + STRIP]]
        if values.shape[2] == 4:
            rows[values[top : top + STRIP, :, 3] == 0] = 0
        yield rows


def _gray_strips(image: Image.Image) -> Strips:
    """Convert integer or floating-point gray values to strips of uint8[h,W,3].

    Values up to 1 are scaled from 0 to 1. Others are scaled from the smallest common camera depth (8, 10, 12, 14 or 16
    bits) that holds their maximum, so that 12-bit values in a 16-bit file do not come out black. Values that no camera
    writes, negative or larger ones, are scaled from their own range.
    """
    strips = [(top, min(top + STRIP, image.height)) for top in range(0, image.height, STRIP)]

    def values(top: int, bottom: int) -> NDArray[np.float32]:
        numbers = np.asarray(image.crop((0, top, image.width, bottom))).astype(np.float32)
        return np.nan_to_num(numbers, copy=False, nan=0.0, posinf=0.0, neginf=0.0)

    ranges = [(float(some.min()), float(some.max())) for some in (values(*strip) for strip in strips)]
    low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
    if low >= 0 and high <= DEPTHS[-1]:
        whole = image.mode.startswith("I;16")
        low, high = 0.0, 1.0 if high <= 1 and not whole else _depth(high)
    for top, bottom in strips:
        scaled = (values(top, bottom) - np.float32(low)) * np.float32(255 / max(high - low, 1e-12))
        gray: Gray = np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)
        yield np.repeat(gray[:, :, None], 3, axis=2)


def _table(high: int) -> Gray:
    """uint8[65536] that maps 16-bit values to 8 bits. `high`, their maximum, selects the depth as in `_gray_strips`."""
    return np.asarray(np.rint(np.clip(np.arange(65536) * (255 / _depth(high)), 0, 255)), np.uint8)


def _depth(high: float) -> float:
    return next(depth for depth in DEPTHS if high <= depth)


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 if it is missing or unreadable."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except DAMAGE:
        return 1
