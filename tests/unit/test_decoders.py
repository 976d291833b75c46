"""Files whose bytes mislead a decoder are read right, or refused with the reason."""

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from conftest import decode
from retina.errors import PhotographUnreadableError, UnsupportedFormatError
from retina.imaging.arrays import Rgb
from support.dicom import dicom
from support.specimens import bitmap, deep_tiff, encode, pages, segment, with_accessories

EXIF = b"Exif\0\0MM\0*\0\0\0\x08"


def float_tiff(rgb: Rgb) -> bytes:
    stored = io.BytesIO()
    tifffile.imwrite(stored, (rgb / 255).astype(np.float32), photometric="rgb")
    return stored.getvalue()


@pytest.fixture(scope="module")
def image(small_rgb: Rgb) -> Image.Image:
    return Image.fromarray(small_rgb)


def likeness(ours: Rgb, theirs: Rgb) -> float:
    """Mean absolute difference of two photographs of the same size."""
    assert ours.shape == theirs.shape
    return float(np.abs(ours.astype(float) - theirs).mean())


@pytest.mark.parametrize("progressive", [False, True])
def test_a_damaged_jpeg_of_which_libjpeg_only_warns_is_refused(image: Image.Image, progressive: bool) -> None:
    data = encode(image, "JPEG", progressive=progressive)
    changed = bytearray(data)
    changed[len(data) // 2 : len(data) // 2 + 40] = bytes(40)
    for damaged in (data[: len(data) // 2] + b"\xff\xd9", data[:-200] + b"\xff\xd9", data[:-1], bytes(changed)):
        with pytest.raises(PhotographUnreadableError):
            decode(damaged)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_data_that_are_left_over_are_damage(image: Image.Image, mode: str) -> None:
    """Of less than eight bytes libjpeg says nothing."""
    whole = encode(image.convert(mode), "JPEG")
    for surplus in (b"\x2b", b"\x28\xa2\x8a\x28\xaf"):
        with pytest.raises(PhotographUnreadableError):
            decode(whole[:-2] + surplus + whole[-2:])


def test_a_gray_block_that_is_left_over_is_damage(image: Image.Image) -> None:
    """It takes six bits, which fit in where the last byte is filled up."""
    files = (encode(image.convert("L"), "JPEG", quality=quality) for quality in range(50, 96))
    whole = next(data for data in files if data[-3] & 0b111111 == 0b111111)
    fill = 7 if whole[-3] & 0b1000000 else 6
    zeros = whole[-3] >> fill << fill
    assert np.array_equal(decode(whole[:-3] + bytes([zeros]) + whole[-2:]).rgb, decode(whole).rgb)
    with pytest.raises(PhotographUnreadableError):
        decode(whole[:-3] + bytes([zeros | 0b001010 << fill - 6 | fill - 6]) + whole[-2:])


def test_a_jpeg_may_end_with_bytes_that_fill_it_up(image: Image.Image) -> None:
    whole = encode(image, "JPEG")
    for filling in (b"\0", b"\xff\0"):
        assert np.array_equal(decode(whole[:-2] + filling + whole[-2:]).rgb, decode(whole).rgb)


def test_arithmetic_coding_is_read() -> None:
    """Its last bytes may be missing without a warning."""
    assert decode((Path(__file__).parent / "arithmetic.jpg").read_bytes()).rgb.shape == (88, 88, 3)


def test_good_jpegs_of_every_kind_are_read(image: Image.Image) -> None:
    rgb = np.asarray(image)
    for quality in (25, 60, 95):
        for progressive in (False, True):
            for subsampling in (0, 1, 2):
                data = encode(image, "JPEG", quality=quality, subsampling=subsampling, progressive=progressive)
                assert likeness(decode(data).rgb, rgb) < 9
            gray = image.convert("L").crop((0, 0, 352, 352))
            data = encode(gray, "JPEG", quality=quality, progressive=progressive)
            assert likeness(decode(data).rgb, np.asarray(gray.convert("RGB"))) < 9
    padded = encode(image, "JPEG")
    assert np.array_equal(decode(padded[:-2] + bytes(64) + b"\xff\xd9" + b"left by a camera").rgb, decode(padded).rgb)


def test_accessories_of_a_png_do_not_condemn_its_pixels(image: Image.Image) -> None:
    rgb = np.asarray(image)
    for name, data in with_accessories(encode(image, "PNG")).items():
        assert np.array_equal(decode(data).rgb, rgb), name


def test_accessories_of_a_jpeg_do_not_condemn_its_pixels(image: Image.Image) -> None:
    data = encode(image, "JPEG")
    plain = decode(data).rgb
    broken = {
        "exif": segment(0xE1, EXIF + b"\xff\xff\1\x12\0\3"),
        "much exif": segment(0xE1, EXIF + b"\xff" * 65_000),
        "xmp that says it is turned": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation='6'/>"),
        "multi-picture": segment(0xE2, b"MPF\0II*\0\xff\xff\xff\xff"),
        "profile": segment(0xE2, b"ICC_PROFILE\0\7\1nothing"),
        "photoshop": segment(0xED, b"Photoshop 3.0\08BIM\4\4\0\0\xff\xff\xff\xff"),
        "a strange version": segment(0xE0, b"JFIF\0\7\7\0\0\1\0\1\0\0"),
        "comment": segment(0xFE, b"\xff" * 100),
    }
    for name, accessory in broken.items():
        assert np.array_equal(decode(data[:2] + accessory + data[2:]).rgb, plain), name


def test_accessories_of_a_tiff_and_a_webp_do_not_condemn_its_pixels(image: Image.Image) -> None:
    rgb = np.asarray(image)
    for number in (34665, 34675, 700, 33723, 34377):  # EXIF, profile, XMP, IPTC, Photoshop
        tiff = pages((rgb, {"extratags": [(number, "B" if number != 34665 else "I", 4, [255] * 4, True)]}))
        assert np.array_equal(decode(tiff).rgb, rgb), number
    webp = encode(image, "WEBP", exif=EXIF + b"\xff\xff", xmp=b"x" * 10**6, icc_profile=b"nothing", lossless=True)
    assert np.array_equal(decode(webp).rgb, rgb)


@pytest.mark.parametrize("bits", [(5, 6, 5), (5, 5, 5)])
def test_bitmaps_of_16_bits_are_read(small_rgb: Rgb, bits: tuple[int, int, int]) -> None:
    assert likeness(decode(bitmap(small_rgb, bits)).rgb, small_rgb) < 5


def test_opacity_that_is_nothing_everywhere_is_none(image: Image.Image) -> None:
    empty = image.copy()
    empty.putalpha(0)
    for kind in ("PNG", "TIFF"):
        assert np.array_equal(decode(encode(empty, kind)).rgb, np.asarray(image)), kind


def test_planar_16_bit_colour_is_read_as_the_interleaved(small_rgb: Rgb) -> None:
    for compression in (None, "zlib"):
        for orientation in (1, 3, 6):
            planar = deep_tiff(small_rgb, orientation, planarconfig="separate", compression=compression)
            assert np.array_equal(decode(planar).rgb, decode(deep_tiff(small_rgb)).rgb)


def test_an_extra_sample_of_no_kind_is_no_opacity(small_rgb: Rgb) -> None:
    for dtype in (np.uint8, np.uint16):
        four = np.dstack([small_rgb, np.full(small_rgb.shape[:2], 3, np.uint8)]).astype(dtype) * (
            257 if dtype != np.uint8 else 1
        )
        data = pages((four, {"extrasamples": ["unspecified"]}))
        untold = data.replace(struct.pack("<HH", 338, 3), struct.pack("<HH", 65_000, 3))
        for form in (data, untold):
            assert np.array_equal(decode(form).rgb, small_rgb), dtype


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_gray_whose_white_is_zero_is_inverted_back(small_rgb: Rgb, bits: int) -> None:
    green = small_rgb[..., 1]
    values = green if bits == 8 else (green.astype(np.uint16) * 257) >> (16 - bits)
    inverted = (2**bits - 1 - values).astype(values.dtype)
    for compression in (None, "zlib"):
        data = pages((inverted, {"photometric": "miniswhite", "compression": compression}))
        assert likeness(decode(data).rgb[..., 1], green) < 2


def test_a_thumbnail_is_not_taken_for_the_photograph(small_rgb: Rgb) -> None:
    small = np.ascontiguousarray(small_rgb[::4, ::4])
    first_reduced = pages((small, {"subfiletype": 1}), (small_rgb, {}))
    for data in (
        first_reduced,
        pages((small, {}), (small_rgb, {})),
        pages((small_rgb, {}), (small, {"subfiletype": 1})),
    ):
        assert np.array_equal(decode(data).rgb, small_rgb)
    deep = small_rgb.astype(np.uint16) * 257
    assert np.array_equal(decode(pages((small, {"subfiletype": 1}), (deep, {}))).rgb, small_rgb)
    mask = small_rgb.max(axis=2) > 20
    assert np.array_equal(decode(pages((small_rgb, {}), (mask, {"subfiletype": 4, "photometric": 4}))).rgb, small_rgb)


def test_a_tiff_of_several_photographs_or_of_channels_is_refused_with_the_reason(small_rgb: Rgb) -> None:
    with pytest.raises(PhotographUnreadableError, match="2 pages of full size"):
        decode(pages((small_rgb, {}), (small_rgb, {})))
    channels: list[tuple[Rgb, dict[str, object]]] = [(np.ascontiguousarray(small_rgb[..., c]), {}) for c in range(3)]
    composite = io.BytesIO()

    tifffile.imwrite(
        composite, np.moveaxis(small_rgb, 2, 0), imagej=True, metadata={"mode": "composite", "axes": "CYX"}
    )
    for data in (pages(*channels), composite.getvalue()):
        with pytest.raises(PhotographUnreadableError, match="colour channels on separate pages"):
            decode(data)


def test_a_raw_file_whose_preview_comes_first_is_refused_with_the_reason(small_rgb: Rgb) -> None:
    small = np.ascontiguousarray(small_rgb[::4, ::4])
    raw = pages((small, {"subfiletype": 1, "subifds": 1}), (small_rgb[..., 1].astype(np.uint16), {}))
    with pytest.raises(PhotographUnreadableError, match="raw file"):
        decode(raw)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (struct.pack(">I", 24) + b"ftypheic" + bytes(50), "HEIC"),
        (struct.pack(">I", 24) + b"ftypmif1" + bytes(50), "HEIC"),
        (struct.pack(">I", 24) + b"ftypavif" + bytes(50), "an AVIF"),
        (struct.pack(">I", 28) + b"ftypmif1\0\0\0\0mif1avifmiaf" + bytes(50), "an AVIF"),
        (struct.pack(">I", 28) + b"ftypmiaf\0\0\0\0mif1miafheic" + bytes(50), "HEIC"),
        (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(50), "JPEG 2000"),
        (b"\xff\x4f\xff\x51" + bytes(50), "JPEG 2000"),
        (b"\xff\x0a" + bytes(50), "JPEG XL"),
        (b"%PDF-1.7" + bytes(50), "PDF"),
    ],
)
def test_formats_that_are_not_read_are_refused_by_name(data: bytes, name: str) -> None:
    with pytest.raises(UnsupportedFormatError, match=f"{name}.* cannot be read. Open it in .* as JPEG"):
        decode(data)


@pytest.mark.parametrize("options", [{}, {"quality": 95, "method": 6}, {"lossless": True}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_webp_data_that_are_left_over_are_damage(small_rgb: Rgb, options: dict[str, Any], mode: str) -> None:
    image = Image.fromarray(small_rgb).convert(mode)
    whole = encode(image, "WEBP", **options)
    assert decode(whole).rgb.shape == small_rgb.shape
    longer = whole + bytes(20)
    places = [whole.index(name) + 4 for name in (b"VP8L", b"VP8 ") if name in whole]
    more = longer[: places[0]] + (int.from_bytes(whole[places[0] : places[0] + 4], "little") + 20).to_bytes(4, "little")
    more += longer[places[0] + 4 :]
    more = more[:4] + (len(more) - 8).to_bytes(4, "little") + more[8:]
    with pytest.raises(PhotographUnreadableError):
        decode(more)


@pytest.mark.parametrize("kind", ["BMP", "PPM", "TIFF"])
def test_an_insertion_is_damage(small_rgb: Rgb, kind: str) -> None:
    """All pixels after it would be in the wrong place, and the last ones left over."""
    whole = encode(Image.fromarray(small_rgb), kind)
    middle = len(whole) // 2
    with pytest.raises(PhotographUnreadableError):
        decode(whole[:middle] + bytes(512) + whole[middle:])


@pytest.mark.parametrize("kind", ["BMP", "PPM", "TIFF", "16-bit TIFF", "16-bit PPM", "float TIFF", "DICOM"])
@pytest.mark.parametrize("more", [1, -1])
def test_a_byte_or_sample_more_or_less_is_damage(small_rgb: Rgb, kind: str, more: int) -> None:
    """Too few to be noticed by the length of the file, but every colour after them is that of another channel."""
    height, width = small_rgb.shape[:2]
    wide, head = small_rgb.astype(np.uint16) * 257, f"P6 {width} {height} 65535\n".encode()
    others: dict[str, Callable[[], tuple[bytes, int]]] = {
        "16-bit TIFF": lambda: (deep_tiff(small_rgb), 2),
        "16-bit PPM": lambda: (head + wide.astype(">u2").tobytes(), 2),
        "float TIFF": lambda: (float_tiff(small_rgb), 4),
        "DICOM": lambda: (dicom(small_rgb), 1),
    }
    whole, size = others[kind]() if kind in others else (encode(Image.fromarray(small_rgb), kind), 1)
    assert decode(whole).rgb.shape == small_rgb.shape
    row = width * 3 * size
    middle = len(whole) - height // 2 * (row + (-row % 4 if kind == "BMP" else 0))  # no row is broken
    changed = whole[:middle] + bytes(size) + whole[middle:-size]  # as long as before
    if more < 0:
        changed = whole[:middle] + whole[middle + size :] + bytes(size)
    with pytest.raises(PhotographUnreadableError):
        decode(changed)


@pytest.mark.parametrize("kind", ["P2", "P3", "P5", "P6"])
@pytest.mark.parametrize("most", [1, 100, 200, 254, 256, 1000, 4095, 65534])
def test_a_value_beyond_the_range_of_a_pnm_file_is_damage(small_rgb: Rgb, kind: str, most: int) -> None:
    """It came out as white."""
    shown = small_rgb if kind in ("P3", "P6") else small_rgb[..., 1]
    values = np.rint(shown / 255 * most).astype(">u2" if most > 255 else np.uint8)
    height, width = values.shape[:2]

    def written() -> bytes:
        pixels = values.tobytes() if kind in ("P5", "P6") else b" ".join(b"%d" % value for value in values.ravel())
        return b"%s\n%d %d\n%d\n" % (kind.encode(), width, height, most) + pixels

    assert decode(written()).rgb.shape == small_rgb.shape
    values[height // 2, width // 2] = most
    assert decode(written()).rgb.shape == small_rgb.shape
    values[height // 2, width // 2] = most + 1
    with pytest.raises(PhotographUnreadableError):
        decode(written())


@pytest.mark.parametrize("interlace", [0, 1])
def test_a_gif_has_as_many_pixels_as_it_says(small_rgb: Rgb, interlace: int) -> None:
    whole = encode(Image.fromarray(small_rgb), "GIF", interlace=interlace)
    assert decode(whole).rgb.shape == small_rgb.shape
    place = whole.rindex(small_rgb.shape[0].to_bytes(2, "little"), 0, 1200)
    shorter = whole[:place] + (small_rgb.shape[0] - 1).to_bytes(2, "little") + whole[place + 2 :]
    with pytest.raises(PhotographUnreadableError):
        decode(shorter)
