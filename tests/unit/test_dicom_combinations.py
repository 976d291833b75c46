"""Every combination of bits, sign, brightness, colours and transfer syntax shows the levels that the standard says."""

from itertools import product
from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import uid

from conftest import decode
from retina.imaging.arrays import Rgb
from support.dicom import dicom, rle
from support.dicom_specimens import ybr

pytestmark = pytest.mark.slow

LAYOUTS = (
    *((8, 8, 7), (16, 8, 7), (16, 10, 9), (16, 12, 11), (16, 14, 13), (16, 16, 15)),
    *((16, 12, 15), (16, 12, 13), (16, 10, 15), (16, 8, 15)),
)
"""Bits allocated, bits stored and high bit."""

NATIVE: tuple[str, ...] = (uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian)

NOISE = np.random.default_rng(0)


def cells(values: NDArray[Any], allocated: int, stored: int, high: int, *, filled: bool) -> NDArray[Any]:
    """`values` as stored, with anything in the other bits if `filled`: uint8 or uint16."""
    shift, mask = high + 1 - stored, (1 << stored) - 1
    others = NOISE.integers(0, 1 << allocated, values.shape) & ~(mask << shift) if filled else 0
    return np.asarray((values & mask) << shift | others).astype(f"u{allocated // 8}")


def frames(values: NDArray[Any], stored: int, *, signed: bool) -> dict[str, list[bytes]]:
    """The same values in each lossless codec."""
    values = values.astype(np.uint8) if stored == 8 else values
    colours: dict[str, Any] = {} if values.ndim == 2 else {"outcolorspace": "RGB"}
    found = {
        uid.JPEGLSLossless: imagecodecs.jpegls_encode(values),
        uid.JPEGLosslessSV1: imagecodecs.jpeg8_encode(values, lossless=True, bitspersample=stored, **colours),
    }
    if not signed:
        options: dict[str, Any] = {"codecformat": "j2k", "reversible": True, "mct": False, "bitspersample": stored}
        found[uid.JPEG2000Lossless] = imagecodecs.jpeg2k_encode(values, level=0, **options)
    return {str(syntax): [bytes(frame)] for syntax, frame in found.items()}


@pytest.fixture(scope="module")
def share(small_rgb: Rgb) -> NDArray[Any]:
    """A small picture whose levels are all there, 0 to 1."""
    small = small_rgb[::3, ::3].astype(float)
    return np.asarray(small / small.max(axis=(0, 1)))


@pytest.mark.parametrize(("allocated", "stored", "high"), LAYOUTS)
def test_monochrome(share: NDArray[Any], allocated: int, stored: int, high: int) -> None:
    most, wrong = (1 << stored) - 1, []
    levels = np.rint(share[..., 1] * most).astype(np.int64)
    scaled = np.rint(255 * levels / most).astype(np.uint8)
    said: dict[str, Any] = {"BitsAllocated": allocated, "BitsStored": stored, "HighBit": high}
    for signed, filled in product((False, True), (False, True)):
        gray = cells(levels - (1 << stored - 1) * signed, allocated, stored, high, filled=filled)
        coded: dict[str, Any] = dict.fromkeys(NATIVE) | {uid.RLELossless: [rle(gray)]}
        if not filled and high == stored - 1:
            coded |= frames(gray, stored, signed=signed)
        for (syntax, frame), photometric in product(coded.items(), ("MONOCHROME1", "MONOCHROME2")):
            expected = scaled if photometric == "MONOCHROME2" else 255 - scaled
            options = said | {"PixelRepresentation": int(signed), "PhotometricInterpretation": photometric}
            if not np.array_equal(decode(dicom(gray, syntax, frame, **options)).rgb[..., 0], expected):
                wrong.append((syntax, photometric, signed, filled))
    assert not wrong


@pytest.mark.parametrize(("allocated", "stored", "high"), LAYOUTS)
@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL"])
def test_colours(share: NDArray[Any], photometric: str, allocated: int, stored: int, high: int) -> None:
    most, wrong = (1 << stored) - 1, []
    levels = np.rint(share * most).astype(np.int64)
    scaled = np.rint(255 * levels / most).astype(np.uint8)
    shown = levels if photometric == "RGB" else np.rint(ybr(scaled) / 255.0 * most).astype(np.int64)
    said: dict[str, Any] = {"BitsAllocated": allocated, "BitsStored": stored, "HighBit": high, "SamplesPerPixel": 3}
    said |= {"Rows": len(share), "Columns": share.shape[1], "PhotometricInterpretation": photometric}
    for filled, planar in product((False, True), (0, 1)):
        colours = cells(shown, allocated, stored, high, filled=filled)
        coded: dict[str, Any] = dict.fromkeys(NATIVE) | {uid.RLELossless: [rle(colours)]}
        if not filled and high == stored - 1:
            coded |= frames(colours, stored, signed=False)
        for syntax, frame in coded.items():
            order = np.moveaxis(colours, 2, 0) if planar and frame is None else colours
            off = decode(dicom(order, syntax, frame, **said, PlanarConfiguration=planar)).rgb.astype(int) - scaled
            if np.abs(off).max() > (0 if photometric == "RGB" else 3):
                wrong.append((syntax, planar, filled))
    assert not wrong
