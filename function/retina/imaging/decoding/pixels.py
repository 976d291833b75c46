"""Convert an opened image of any mode and depth to upright 8-bit RGB.

Takes an image from `open_photograph` and its file, and returns strips of uint8[h,W,3], so that a large photograph is
not held in memory once more than its decoder needs. Metadata is dropped. No colour profile is applied, except to
convert Lab to RGB.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms

from retina.imaging.arrays import Rgb
from retina.imaging.decoding.checksums import demand_whole_png, demand_whole_tiff
from retina.imaging.decoding.continuity import continuous
from retina.imaging.decoding.damage import DAMAGE
from retina.imaging.decoding.depths import STRIP, Strips, eight_bit_strips, gray_strips
from retina.imaging.decoding.jpeg import jpeg_pixels
from retina.imaging.decoding.palettes import demand_within_palette
from retina.imaging.decoding.png import EXIF, is_deep_png, png_pixels, scale_transparency
from retina.imaging.decoding.surplus import demand_whole_bmp, demand_whole_gif, demand_whole_pnm
from retina.imaging.decoding.tears import demand_no_wraps
from retina.imaging.decoding.tiff import (
    WITH_OPACITY,
    demand_agreement,
    demand_same_rows,
    eight_bit_palette,
    has_opacity,
    is_deep_colour,
    is_inverted,
    is_plain,
    tiff_page,
    tiff_pixels,
)
from retina.imaging.decoding.tiff_levels import TiffLevels, levels_of
from retina.imaging.decoding.webp import demand_whole_webp

if TYPE_CHECKING:
    from retina.imaging.decoding.dicom.header import Dicom
    from retina.imaging.decoding.header import OpenedFile

WHOLE: dict[str, Callable[[Image.Image, bytes], None]] = {
    "WEBP": lambda _, data: demand_whole_webp(data),
    "BMP": demand_whole_bmp,
    "PPM": demand_whole_pnm,
    "GIF": demand_whole_gif,
}
"""What refuses damaged files of a format, of those which their decoders accept."""


@dataclass(frozen=True)
class Stored:
    """A photograph as stored: `strips` that add up to `height` x `width`, and its EXIF `orientation` (1 to 8)."""

    width: int
    height: int
    orientation: int
    strips: Strips


def stored_pixels(image: "OpenedFile", data: bytes) -> Stored:
    """Decode `image`, opened from the file `data`. This, and reading a strip, may raise what `DAMAGE` lists."""
    if not isinstance(image, Image.Image):
        return _without_pillow(image, data)
    if image.format == "PNG":
        return _png(image, data)
    orientation = _orientation(image)
    if image.format in ("JPEG", "MPO"):
        return Stored(*image.size, orientation, _jpeg_strips(jpeg_pixels(image, data)))
    if image.format == "TIFF":
        return _tiff(image, data, orientation)
    if image.format in WHOLE:
        WHOLE[image.format](image, data)
    _load_whole(image, data)
    strips = _strips(image)
    if image.format in ("BMP", "PPM") and image.mode not in ("1", "P"):
        strips = continuous(strips, upwards=image.format == "BMP")
    return Stored(*image.size, orientation, strips)


def _load_whole(image: Image.Image, data: bytes) -> None:
    """Decode WebP, BMP, PNM or GIF, and raise `ValueError` if the pixels show damage."""
    box = image.tile[0][1] if image.format == "GIF" else None  # type: ignore[attr-defined]
    image.load()
    if image.format in ("GIF", "BMP"):
        demand_within_palette(image, data, box)
    if image.format == "WEBP":
        demand_no_wraps(image)


def _without_pillow(image: "TiffLevels | Dicom", data: bytes) -> Stored:
    if isinstance(image, TiffLevels):
        return Stored(image.width, image.height, *levels_of(data, image))
    from retina.imaging.decoding.dicom.colours import dicom_strips

    return Stored(image.width, image.height, 1, dicom_strips(image, data))


def _png(image: Image.Image, data: bytes) -> Stored:
    demand_whole_png(data)
    deep = is_deep_png(image)
    orientation = _orientation(image) if EXIF in data else 1  # looking for it decodes the file
    if deep:
        return Stored(*image.size, orientation, eight_bit_strips(png_pixels(image, data)))
    image.load()
    demand_within_palette(image, data)
    scale_transparency(image, data)
    return Stored(*image.size, orientation, _strips(image))


def _tiff(image: Image.Image, data: bytes, orientation: int) -> Stored:
    with tiff_page(data, number=image.tell()) as page:
        size = demand_agreement(image, page, orientation)
        demand_whole_tiff(page, data)
        plain = is_plain(page)
        if is_deep_colour(page):
            strips = eight_bit_strips(tiff_pixels(page))
            return Stored(*size, orientation, continuous(strips) if plain else strips)
        image.load()  # also turns it upright; its orientation is then 1
        demand_same_rows(image, page, orientation)
        if (colours := eight_bit_palette(page)) is not None:
            image.putpalette(colours)
        strips = _strips(image, inverted=is_inverted(image, page), opacity=has_opacity(page))
        if plain and orientation == 1 and image.mode not in ("1", "P"):
            strips = continuous(strips)
        return Stored(*image.size, 1, strips)


def blank(height: int, width: int) -> tuple[Rgb, memoryview]:
    """Uninitialised memory for a photograph, uint8[H,W,3], and a view of its bytes, all of which must be filled."""
    rgb: Rgb = np.empty((height, width, 3), np.uint8)
    return rgb, as_bytes(rgb)


def as_bytes(rgb: Rgb) -> memoryview:
    """A view of the bytes of a contiguous array."""
    return memoryview(rgb).cast("B")  # type: ignore[arg-type]


def _strips(image: Image.Image, *, inverted: bool = False, opacity: bool = True) -> Strips:
    """`inverted` gray has its white at 0. Without `opacity` the last channel of a transparent image means nothing."""
    if image.mode.startswith(("I", "F")):
        yield from gray_strips(image, inverted=inverted)
        return
    if image.mode == "La":  # it is only converted to LA
        image = image.convert("LA")
    convert = _converter(image, opacity=opacity)
    for top in range(0, image.height, STRIP):
        yield convert(image.crop((0, top, image.width, min(top + STRIP, image.height))))


def _converter(image: Image.Image, *, opacity: bool) -> Callable[[Image.Image], Rgb]:
    """A function from a strip of `image` to uint8[h,W,3]. Transparent pixels become black, as outside a retina.

    An opacity of 0 everywhere is none: some programs leave that channel empty.
    """
    if image.mode == "LAB":
        profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        transform = ImageCms.buildTransform(*profiles, "LAB", "RGB")
        return lambda strip: np.asarray(transform.apply(strip))
    if image.mode in WITH_OPACITY:
        opacity = opacity and image.getchannel(image.getbands()[-1]).getextrema()[1] > 0  # type: ignore[operator]
        if not opacity:
            return lambda strip: np.ascontiguousarray(np.asarray(strip.convert("RGBA"))[..., :3])
    if opacity and image.has_transparency_data:

        def opaque(strip: Image.Image) -> Rgb:
            strip.info = image.info
            rgba = np.asarray(strip.convert("RGBA")).astype(np.uint16)
            return np.asarray((rgba[..., :3] * rgba[..., 3:] + 127) // 255, np.uint8)

        return opaque
    return lambda strip: np.asarray(strip if strip.mode == "RGB" else strip.convert("RGB"))


def _jpeg_strips(pixels: NDArray[np.uint8]) -> Strips:
    """Convert uint8[H,W,C], C being 1 (gray), 3 (RGB) or 4 (CMYK), to strips of uint8[h,W,3]."""
    for top in range(0, len(pixels), STRIP):
        strip = pixels[top : top + STRIP]
        if strip.shape[2] == 4:
            strip = np.asarray(Image.fromarray(strip, "CMYK").convert("RGB"))
        yield strip if strip.shape[2] == 3 else np.repeat(strip, 3, axis=2)


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 if it is missing or unreadable."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except DAMAGE:
        return 1
