"""Every format of a photograph is decoded to the same pixels, and every unusable file gets its reason."""

import time
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from conftest import decode
from retina.error_codes import STATUS
from retina.errors import (
    PhotographError,
    PhotographUnreadableError,
    TooManyPixelsError,
)
from retina.imaging.arrays import Rgb
from retina.imaging.photograph import decode_photograph, open_photograph
from retina.imaging.retina_gate import fundus_like
from support.specimens import (
    encode,
    oriented,
    png,
    readable,
    refused,
    sixteen_bit,
)

TURNED = ("exif orientation", "tiff, orientation", "16-bit tiff, orientation")
READABLE = [
    "jpeg", "progressive jpeg", "multi-picture jpeg", "cmyk jpeg", "gray jpeg", "png",
    "png with a harmless crc error", "palette png", "palette png with transparency", "png with alpha",
    "gray png with alpha", "16-bit gray png", "12 bits in a 16-bit png", "tiff", "lab tiff", "lzw tiff",
    "cmyk tiff", "16-bit gray tiff", "float tiff 0 to 1", "float tiff 0 to 255", "32-bit tiff", "webp", "bmp",
    "ppm", "pgm", "gif", "animated gif",
    "16-bit colour png", "16-bit colour tiff", "12-bit colour tiff", "16-bit colour png with alpha",
    "planar 16-bit tiff", "planar deflated 16-bit tiff", "tiled 16-bit tiff", "16-bit tiff with a sample of no kind",
    "packed 12-bit tiff", "signed 16-bit tiff", "half-precision colour tiff", "big-endian bigtiff",
    *(f"{form} {o}" for form in TURNED for o in range(1, 9)),
]  # fmt: skip


@pytest.fixture(scope="module")
def forms(small_rgb: Rgb) -> dict[str, bytes]:
    return readable(small_rgb)


def test_the_lists_of_specimens_are_complete(forms: dict[str, bytes]) -> None:
    assert sorted(forms) == sorted(READABLE)


@pytest.mark.parametrize("name", READABLE)
def test_every_form_is_decoded_to_the_same_upright_photograph(
    small_rgb: Rgb, forms: dict[str, bytes], name: str
) -> None:
    decoded = decode(forms[name])
    assert decoded.rgb.dtype == np.uint8
    assert decoded.rgb.shape == small_rgb.shape
    assert decoded.rgb.flags.c_contiguous
    inside = small_rgb.max(axis=2) > 40
    ours, theirs = decoded.rgb[..., 1][inside].astype(float), small_rgb[..., 1][inside].astype(float)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.97
    if name != "32-bit tiff":  # stretched to its own range
        assert np.abs(ours - theirs).mean() < (12 if "palette" in name or "gif" in name or "cmyk" in name else 4)
    assert fundus_like(decoded.rgb, decoded.field_of_view)
    assert decoded.field_of_view.frame == "disc"


def test_refused_files_name_their_reason(small_rgb: Rgb) -> None:
    for name, (data, status, code) in refused(small_rgb).items():
        if code == "not_a_fundus_photograph":
            decoded = decode(data)
            assert not fundus_like(decoded.rgb, decoded.field_of_view), name
            continue
        with pytest.raises(PhotographError) as caught:  # noqa: PT012 - the second statement is for the wrong case
            decode(data)
            pytest.fail(f"{name} was decoded")
        assert STATUS[type(caught.value)] == (status, code), name
        assert str(caught.value).endswith("."), name


def test_orientation_turns_the_marked_corner_back() -> None:
    rgb = np.zeros((80, 120, 3), np.uint8)
    rgb[:20, :30] = 255
    for orientation in range(1, 9):
        upright = decode(oriented(rgb, orientation)).rgb
        assert upright.shape == rgb.shape
        assert upright[:15, :25].min() > 200, orientation
        assert upright[30:, 40:].max() < 50, orientation


def test_damaged_exif_does_not_cost_the_photograph(small_rgb: Rgb) -> None:
    data = encode(Image.fromarray(small_rgb), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f" + bytes(20))
    assert decode(data).rgb.shape == small_rgb.shape


def test_twelve_bits_in_sixteen_are_as_bright_as_sixteen(small_rgb: Rgb) -> None:
    bright = [decode(encode(Image.fromarray(sixteen_bit(small_rgb, bits)), "PNG")).rgb.mean() for bits in (12, 16)]
    assert bright[0] == pytest.approx(bright[1], rel=0.05)


def test_floats_that_are_no_numbers_are_black() -> None:
    values = np.full((100, 100), 0.5, np.float32)
    values[:10] = np.nan
    values[10:20] = np.inf
    rgb = decode(encode(Image.fromarray(values), "TIFF")).rgb
    assert rgb[:20].max() == 0
    assert rgb[20:].min() > 100


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(TooManyPixelsError, match="64 megapixels"):
        decode(png(10_000, 10_000, bytes(10_000 * 1251)))
    assert time.process_time() - started < 5
    assert tracemalloc.get_traced_memory()[1] < 30e6
    tracemalloc.stop()


@pytest.mark.slow
def test_random_damage_never_escapes_the_error_tree(small_rgb: Rgb) -> None:
    random = np.random.default_rng(7)
    outcomes = set()
    for kind in ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "PPM", "GIF"):
        whole = np.frombuffer(encode(Image.fromarray(small_rgb[::2, ::2]), kind), np.uint8)
        for _ in range(60):
            data = whole.copy()
            where = random.integers(0, min(len(data), 600), random.integers(1, 8))
            data[where] = random.integers(0, 256, len(where))
            try:
                decode(data.tobytes(), max_pixels=10**6)
                outcomes.add("decoded")
            except PhotographError as error:
                outcomes.add(type(error).__name__)
    assert {"decoded", "PhotographUnreadableError"} <= outcomes


def test_the_opened_file_is_closed(small_rgb: Rgb) -> None:
    data = encode(Image.fromarray(small_rgb), "JPEG")[:-2000]
    image = open_photograph(data, max_pixels=10**6, min_side=64)
    with pytest.raises(PhotographUnreadableError):
        decode_photograph(image, data)
    assert isinstance(image, Image.Image)
    with pytest.raises(ValueError, match=r"closed|seek"):
        image.load()
