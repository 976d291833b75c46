"""The kinds of TIFF pages: which Pillow reads, which tifffile alone reads, and which are refused by name.

Pillow does not open most depths beyond 8 bits, many extra samples, and big-endian BigTIFF, and takes signed samples and
large integers for others. What it reads right stays with it, because two libraries see more damage than one.
"""

from collections.abc import Container, Iterator

import tifffile
from PIL import TiffImagePlugin
from tifffile import COMPRESSION, EXTRASAMPLE, PHOTOMETRIC, PLANARCONFIG, PREDICTOR, SAMPLEFORMAT

from retina.errors import UnsupportedFormatError
from retina.imaging.decoding.foreign import CONVERT

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""How a TIFF file begins; the last two are BigTIFF."""

GRAY = (PHOTOMETRIC.MINISWHITE, PHOTOMETRIC.MINISBLACK)
GRAY_OR_RGB = (*GRAY, PHOTOMETRIC.RGB)

BOTH_DECODE = (
    COMPRESSION.NONE,
    COMPRESSION.LZW,
    COMPRESSION.ADOBE_DEFLATE,
    COMPRESSION.DEFLATE,
    COMPRESSION.PACKBITS,
)
"""Compressions that both libraries decode."""

PILLOW_DECODES = (*BOTH_DECODE, COMPRESSION.JPEG, COMPRESSION.LZMA, COMPRESSION.ZSTD)
PILLOW_DECODES_BITS = (COMPRESSION.CCITTRLE, COMPRESSION.CCITTFAX3, COMPRESSION.CCITTFAX4)
"""Of two colours."""

INTEGERS: dict[int, tuple[int, ...]] = {
    PHOTOMETRIC.MINISWHITE: (1, 2, 4, 8),
    PHOTOMETRIC.MINISBLACK: (1, 2, 4, 8, 16),
    PHOTOMETRIC.PALETTE: (1, 2, 4, 8),
    PHOTOMETRIC.RGB: (8, 16),
    PHOTOMETRIC.YCBCR: (8,),
    PHOTOMETRIC.CIELAB: (8,),
    PHOTOMETRIC.SEPARATED: (8, 16),
}
"""Bits of the unsigned integers in each colour space that Pillow reads; 16-bit RGB it only opens."""

BYTE = 8
"""Bits of the samples that JPEG in TIFF may have."""

OPAQUE_PLANES = {
    8: ((EXTRASAMPLE.UNASSALPHA,),),
    16: ((EXTRASAMPLE.ASSOCALPHA,), (EXTRASAMPLE.UNASSALPHA,)),
}
"""The extra samples in planes of their own that are read beside RGB, by bits; the deep ones Pillow only opens."""

FLOAT_BITS = 32
"""Bits of the floating-point gray that Pillow reads."""

TIFFFILE_READS: dict[int, Container[int]] = {
    SAMPLEFORMAT.UINT: (*range(1, 17), 32),
    SAMPLEFORMAT.INT: (8, 16, 32),
    SAMPLEFORMAT.IEEEFP: (16, 32, 64),
}
"""Bits of each kind of numbers. libtiff and tifffile read 24 bits in different orders."""

ORDERS = {"<": b"II", ">": b"MM"}
"""How Pillow calls the byte orders that tifffile names so."""

COLOURS: dict[int, str] = {
    PHOTOMETRIC.PALETTE: "palette",
    PHOTOMETRIC.YCBCR: "YCbCr",
    PHOTOMETRIC.CIELAB: "Lab",
    PHOTOMETRIC.SEPARATED: "CMYK",
}
NUMBERS: dict[int, str] = {
    SAMPLEFORMAT.UINT: "integers",
    SAMPLEFORMAT.INT: "signed integers",
    SAMPLEFORMAT.IEEEFP: "floating-point numbers",
    SAMPLEFORMAT.COMPLEXINT: "complex numbers",
    SAMPLEFORMAT.COMPLEXIEEEFP: "complex numbers",
}
COMPRESSIONS: dict[int, str] = {
    COMPRESSION.OJPEG: "old-style JPEG",
    COMPRESSION.JPEG2000: "JPEG 2000",
    COMPRESSION.JPEGXL: "JPEG XL",
    COMPRESSION.WEBP: "WebP",
}
"""What people call it, where the specification's name is another one."""

PREDICTED: dict[int, dict[int, tuple[int, ...]]] = {
    SAMPLEFORMAT.UINT: {PREDICTOR.HORIZONTAL: (8, 16, 32)},
    SAMPLEFORMAT.INT: {PREDICTOR.HORIZONTAL: (8, 16, 32)},
    SAMPLEFORMAT.IEEEFP: {PREDICTOR.FLOATINGPOINT: (16, 32, 64)},
}
"""With which bits of each kind of numbers a predictor may go. Programs disagree on what predictor 2 means for
floating-point numbers."""


def is_for_tifffile(page: tifffile.TiffPage) -> bool:
    """Whether tifffile alone reads the page; otherwise Pillow opens it.

    Raises `UnsupportedFormatError`, which names the kind, if neither does.
    """
    alone = page.photometric in GRAY_OR_RGB and not _pillow_reads(page)
    if traits := list(_unread(page, alone=alone)):
        raise UnsupportedFormatError(f"This TIFF file is of a kind that cannot be read: {', '.join(traits)}. {CONVERT}")
    return alone


def _pillow_reads(page: tifffile.TiffPage) -> bool:
    """Whether it knows such numbers and extra samples in such a gray or RGB."""
    if _is_big_reversed(page) or not _pillow_opens(page):
        return False
    gray = page.photometric in GRAY
    if _has_extra_planes(page) and (gray or page.extrasamples not in OPAQUE_PLANES.get(page.bitspersample, ())):
        return False
    if page.sampleformat == SAMPLEFORMAT.IEEEFP:
        # Of compressed ones that are big-endian it exchanges the bytes.
        little = page.parent.byteorder == "<"
        return page.photometric == PHOTOMETRIC.MINISBLACK and page.bitspersample == FLOAT_BITS and little
    return page.sampleformat == SAMPLEFORMAT.UINT and page.bitspersample in INTEGERS[page.photometric]


def _pillow_opens(page: tifffile.TiffPage) -> bool:
    """Whether it has a mode for the page."""
    order, extra, samples = ORDERS[page.parent.byteorder], page.extrasamples, page.samplesperpixel
    if page.planarconfig == PLANARCONFIG.SEPARATE and not any(extra):
        samples, extra = samples - len(extra), ()
    bits = (page.bitspersample,) * samples
    return (order, page.photometric, (page.sampleformat,), page.fillorder, bits, extra) in TiffImagePlugin.OPEN_INFO


def _has_extra_planes(page: tifffile.TiffPage) -> bool:
    """Whether there are extra samples in planes of their own, of which it reads few kinds."""
    return page.planarconfig == PLANARCONFIG.SEPARATE and bool(page.extrasamples)


def _is_big_reversed(page: tifffile.TiffPage) -> bool:
    """Whether it is in a big-endian BigTIFF, which Pillow does not read."""
    return page.parent.is_bigtiff and page.parent.byteorder == ">"


def _unread(page: tifffile.TiffPage, *, alone: bool) -> Iterator[str]:
    """What of the page cannot be read; `alone`: by tifffile."""
    if page.photometric not in INTEGERS:
        yield f"{_name(page.photometric)} colours"
    elif not isinstance(page.bitspersample, int):
        yield "channels of different depths"
    else:
        yield from _unread_numbers(page, alone=alone)
        if not alone:
            yield from _unread_colours(page)
    if _has_unknown_channels(page):
        yield f"gray with {page.samplesperpixel} channels"
    if page.imagedepth != 1:
        yield "volumes"
    if alone and page.fillorder != 1:
        yield "bits in reverse order"
    if alone and any(kind != EXTRASAMPLE.UNSPECIFIED for kind in page.extrasamples):
        yield "opacity in big-endian BigTIFF" if _is_big_reversed(page) else "opacity beside such samples"


def _has_unknown_channels(page: tifffile.TiffPage) -> bool:
    """Whether there is more beside gray than one declared extra sample. What each channel shows is not said."""
    extra = len(page.extrasamples)
    return page.photometric in GRAY and (extra > 1 or page.samplesperpixel != 1 + extra)


def _unread_colours(page: tifffile.TiffPage) -> Iterator[str]:
    """What Pillow does not read of colours that tifffile alone cannot read either."""
    colours = f"{COLOURS.get(page.photometric) or _name(page.photometric)} colours"
    if page.photometric in GRAY_OR_RGB or not _knows(page, alone=False):
        return
    if _is_big_reversed(page):
        yield f"{colours} in big-endian BigTIFF"
    elif page.planarconfig == PLANARCONFIG.SEPARATE and (
        page.extrasamples or page.photometric in (PHOTOMETRIC.YCBCR, PHOTOMETRIC.CIELAB)
    ):
        yield f"{colours} in separate planes"
    elif not _pillow_opens(page):
        yield f"{colours} with {page.samplesperpixel} channels"


def _unread_numbers(page: tifffile.TiffPage, *, alone: bool) -> Iterator[str]:
    bits = page.bitspersample
    numbers = f"{bits}-bit {NUMBERS.get(page.sampleformat, 'samples')}"
    if not _knows(page, alone=alone):
        yield numbers
    if not _decompresses(page, alone=alone):
        order = " in big-endian BigTIFF" if alone and _is_big_reversed(page) else ""
        yield f"{numbers} compressed as {COMPRESSIONS.get(page.compression) or _name(page.compression)}{order}"
    elif page.predictor != PREDICTOR.NONE and bits not in PREDICTED.get(page.sampleformat, {}).get(page.predictor, ()):
        yield f"predictor {int(page.predictor)} for {numbers}"


def _decompresses(page: tifffile.TiffPage, *, alone: bool) -> bool:
    """Whether the library that is to read the page decompresses it."""
    if alone or (page.photometric == PHOTOMETRIC.RGB and page.bitspersample > BYTE):  # Pillow only opens the latter
        return page.compression in BOTH_DECODE
    if page.compression == COMPRESSION.JPEG:
        return page.bitspersample == BYTE
    return page.compression in (PILLOW_DECODES_BITS if page.bitspersample == 1 else ()) + PILLOW_DECODES


def _knows(page: tifffile.TiffPage, *, alone: bool) -> bool:
    """Whether the library that is to read the page reads such numbers."""
    bits, numbers = page.bitspersample, page.sampleformat
    if alone:
        # tifffile does not read back what it writes as RGB of one bit.
        return bits in TIFFFILE_READS.get(numbers, ()) and (bits > 1 or page.photometric in GRAY)
    if numbers == SAMPLEFORMAT.IEEEFP:
        return page.photometric in GRAY and bits == FLOAT_BITS
    return numbers != SAMPLEFORMAT.INT and bits in INTEGERS[page.photometric]


def _name(value: object) -> str:
    """The name in the TIFF specification, or the number of what has none."""
    return str(getattr(value, "name", value))
