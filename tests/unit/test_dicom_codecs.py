"""What compressed DICOM pixels say about themselves agrees with the header, or the file is refused."""

from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import uid

from conftest import decode
from retina.errors import PhotographError, PhotographUnreadableError, UnsupportedFormatError
from retina.imaging.arrays import Rgb
from support.dicom import dicom, rle
from support.dicom_specimens import jpeg_2000, ybr

TWELVE: dict[str, Any] = {"BitsAllocated": 16, "BitsStored": 12, "HighBit": 11}
SIGNED: dict[str, Any] = TWELVE | {"PixelRepresentation": 1}


def lossless(values: NDArray[Any], bits: int) -> dict[str, bytes]:
    """The same values in each codec, by transfer syntax."""
    return {
        uid.JPEGLosslessSV1: bytes(imagecodecs.jpeg8_encode(values, lossless=True, bitspersample=bits)),
        uid.JPEGLSLossless: bytes(imagecodecs.jpegls_encode(values)),
        uid.JPEG2000Lossless: jpeg_2000_of(values, bits),
    }


def jpeg_2000_of(values: NDArray[Any], bits: int) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(values, level=0, codecformat="j2k", reversible=True, bitspersample=bits))


@pytest.fixture(scope="module")
def gray(small_rgb: Rgb) -> NDArray[np.uint8]:
    stretched = small_rgb[..., 1].astype(float) * 255 / small_rgb[..., 1].max()
    return np.asarray(np.rint(stretched), np.uint8)


def test_values_that_the_header_has_no_bits_for_are_refused(gray: NDArray[np.uint8]) -> None:
    deep = gray.astype(np.uint16) * 257
    for syntax, frame in lossless(deep, 16).items():
        assert np.array_equal(decode(dicom(deep, syntax, [frame])).rgb[..., 0], gray)
        with pytest.raises(PhotographUnreadableError):
            decode(dicom(deep, syntax, [frame], **TWELVE))


def test_a_codec_may_have_more_bits_than_the_values(gray: NDArray[np.uint8]) -> None:
    twelve = gray.astype(np.uint16) * 257 >> 4
    for bits in (12, 16):
        for syntax, frame in lossless(twelve, bits).items():
            for attributes in (TWELVE, {}):
                assert np.array_equal(decode(dicom(twelve, syntax, [frame], **attributes)).rgb[..., 0], gray)


def test_a_high_bit_that_is_not_the_codecs_is_refused(gray: NDArray[np.uint8]) -> None:
    twelve = gray.astype(np.uint16) * 257 >> 4
    for syntax, frame in lossless(twelve, 12).items():
        with pytest.raises(PhotographUnreadableError):
            decode(dicom(twelve, syntax, [frame], **TWELVE | {"HighBit": 15}))
    for syntax, frame in lossless(twelve << 4, 16).items():
        shown = decode(dicom(twelve, syntax, [frame], **TWELVE | {"HighBit": 15})).rgb
        assert np.array_equal(shown[..., 0], gray)


def test_eight_bits_may_be_in_words(gray: NDArray[np.uint8]) -> None:
    eight: dict[str, Any] = {"BitsAllocated": 16, "BitsStored": 8, "HighBit": 7}
    for syntax, frame in lossless(gray, 8).items():
        assert np.array_equal(decode(dicom(gray.astype(np.uint16), syntax, [frame], **eight)).rgb[..., 0], gray)


def test_signed_values_of_all_codecs(gray: NDArray[np.uint8]) -> None:
    values = (gray.astype(np.int32) * 257 // 16 - 2048).astype(np.int16)
    patterns = values.view(np.uint16)
    frames = lossless(patterns & 0xFFF, 12) | {uid.RLELossless: rle(patterns)}
    frames[uid.JPEG2000Lossless] = jpeg_2000_of(values, 12)
    for syntax, frame in frames.items():
        assert np.array_equal(decode(dicom(patterns, syntax, [frame], **SIGNED)).rgb[..., 0], gray), syntax


def test_jpeg_2000_with_another_sign_than_the_header_is_refused(gray: NDArray[np.uint8]) -> None:
    values = (gray.astype(np.int32) * 257 // 16 - 2048).astype(np.int16)
    unsigned = TWELVE | {"PixelRepresentation": 0}
    for stored, attributes in ((values, unsigned), (values.view(np.uint16) & 0xFFF, SIGNED)):
        frame = jpeg_2000_of(stored, 12)
        with pytest.raises(PhotographUnreadableError):
            decode(dicom(values, uid.JPEG2000Lossless, [frame], **attributes))


@pytest.mark.parametrize("photometric", ["YBR_ICT", "YBR_RCT"])
def test_jpeg_2000_that_has_not_transformed_its_colours_as_it_says_is_refused(small_rgb: Rgb, photometric: str) -> None:
    for values in (small_rgb, ybr(small_rgb)):
        frame = jpeg_2000(values, mct=False)
        with pytest.raises(PhotographError):
            decode(dicom(small_rgb, uid.JPEG2000Lossless, [frame], PhotometricInterpretation=photometric))


def test_colours_with_a_sign_are_refused(small_rgb: Rgb) -> None:
    jpeg = bytes(imagecodecs.jpeg8_encode(small_rgb))
    for data in (
        dicom(small_rgb, PixelRepresentation=1),
        dicom(ybr(small_rgb), PixelRepresentation=1, PhotometricInterpretation="YBR_FULL"),
        dicom(small_rgb, uid.JPEGBaseline8Bit, [jpeg], PixelRepresentation=1),
    ):
        with pytest.raises(UnsupportedFormatError, match="Export the photograph as PNG or JPEG"):
            decode(data)


def test_lossy_gray_jpeg_with_a_sign_is_refused(gray: NDArray[np.uint8]) -> None:
    frame = imagecodecs.jpeg8_encode(gray.astype(np.uint16) << 4, level=95, bitspersample=12)
    with pytest.raises(UnsupportedFormatError):
        decode(dicom(gray.astype(np.uint16), uid.JPEGExtended12Bit, [frame], **SIGNED))


def test_a_palette_whose_numbers_were_compressed_lossily_is_refused(gray: NDArray[np.uint8]) -> None:
    table: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour in ("Red", "Green", "Blue"):
        table[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        table[f"{colour}PaletteColorLookupTableData"] = (np.arange(256, dtype="<u2") * 257).tobytes()
    for syntax, frame in lossless(gray, 8).items():
        assert np.array_equal(decode(dicom(gray, syntax, [frame], **table)).rgb[..., 0], gray)
    lossy: dict[str, bytes | bytearray] = {
        uid.JPEGBaseline8Bit: imagecodecs.jpeg8_encode(gray),
        uid.JPEGLSNearLossless: imagecodecs.jpegls_encode(gray, level=3),
        uid.JPEG2000: imagecodecs.jpeg2k_encode(gray, level=40, codecformat="j2k", reversible=False),
    }
    for syntax, changed in lossy.items():
        with pytest.raises(UnsupportedFormatError):
            decode(dicom(gray, syntax, [changed], **table))
