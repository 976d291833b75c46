"""Colours and shapes of pixels that a DICOM header states: shown as they are meant, or refused."""

from typing import Any

import numpy as np
import pytest
from pydicom import uid
from pydicom.dataset import Dataset

from conftest import decode
from retina.errors import PhotographError, UnsupportedFormatError
from retina.imaging.arrays import Rgb
from support.dicom import dicom, lookup, rle
from support.dicom_specimens import jpeg_2000, ybr

GRAY = np.tile(np.arange(256, dtype=np.uint8), (80, 1))
COLOURS = ("Red", "Green", "Blue")


def palette(count: int, first: int, bits: int, entries: bytes) -> dict[str, Any]:
    table: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour in COLOURS:
        table[f"{colour}PaletteColorLookupTableDescriptor"] = [count, first, bits]
        table[f"{colour}PaletteColorLookupTableData"] = entries
    return table


def row(values: np.ndarray[Any, Any], syntax: str = uid.ExplicitVRLittleEndian, **attributes: Any) -> list[int]:
    return [int(level) for level in decode(dicom(values, syntax, **attributes)).rgb[0, :, 1]]


def test_palettes() -> None:
    deep = GRAY.astype(np.uint16) * 16
    twelve = bytes(entry >> 4 for entry in range(4096))
    assert row(deep, BitsStored=12, **palette(4096, 0, 8, twelve)) == [*range(256)], "8 bits for each of 12"
    wide = (np.arange(256) * 257).astype("<u2")
    assert row(GRAY, **palette(256, 0, 16, wide.tobytes())) == [*range(256)]
    assert row(GRAY, uid.ExplicitVRBigEndian, **palette(256, 0, 16, wide.astype(">u2").tobytes())) == [*range(256)]
    assert row(GRAY, **palette(2, 100, 16, b"\0\x10\0\x80"))[99:103] == [16, 16, 128, 128]
    twelve_bits = (np.arange(256) * 4095 // 255).astype("<u2").tobytes()
    assert row(GRAY, **palette(256, 0, 12, twelve_bits)) == [*range(256)], "12 bits of a colour"
    for count, bits, entries in ((256, 16, bytes(100)), (256, 0, bytes(256)), (256, 8, b"")):
        with pytest.raises(PhotographError):
            row(GRAY, **palette(count, 0, bits, entries))


@pytest.mark.parametrize(("syntax", "order"), [(uid.ExplicitVRLittleEndian, "<"), (uid.ExplicitVRBigEndian, ">")])
def test_segmented_palettes(syntax: str, order: str) -> None:
    def segmented(bits: int, entries: bytes, count: int = 256) -> list[int]:
        table = {
            name if "Descriptor" in name else f"Segmented{name}": value
            for name, value in palette(count, 0, bits, entries).items()
            if name != "PhotometricInterpretation"
        }
        return row(GRAY, syntax, PhotometricInterpretation="PALETTE COLOR", **table)

    rising = np.array([0, 1, 0, 1, 255, 65535])
    assert segmented(16, rising.astype(f"{order}u2").tobytes()) == [*range(256)]
    for entries, count in ((rising[:4], 256), (rising, 4096)):
        with pytest.raises(PhotographError):
            segmented(8, entries.astype(np.uint8).tobytes(), count)


def test_colour_takes_no_table_and_no_inversion(small_rgb: Rgb) -> None:
    tables: dict[str, Any] = {name: [lookup([0, 9])] for name in ("VOILUTSequence", "ModalityLUTSequence")}
    assert np.array_equal(decode(dicom(small_rgb, PresentationLUTShape="INVERSE", **tables)).rgb, small_rgb)


@pytest.mark.parametrize("photometric", ["YBR_ICT", "YBR_RCT"])
def test_colours_of_jpeg_2000_without_its_codec_are_refused(small_rgb: Rgb, photometric: str) -> None:
    for syntax, frames in ((uid.ExplicitVRLittleEndian, None), (uid.RLELossless, [rle(small_rgb)])):
        with pytest.raises(UnsupportedFormatError):
            decode(dicom(small_rgb, syntax, frames, PhotometricInterpretation=photometric))


def test_jpeg_2000_that_disagrees_about_its_colours_is_refused(small_rgb: Rgb) -> None:
    frame = jpeg_2000(ybr(small_rgb), mct=True)
    with pytest.raises(PhotographError):
        decode(dicom(small_rgb, uid.JPEG2000Lossless, [frame], PhotometricInterpretation="YBR_FULL"))


def test_overlays_are_not_drawn(small_rgb: Rgb) -> None:
    plain = np.ascontiguousarray(small_rgb[..., 1])
    described = Dataset()
    for element, kind, value in (
        *((0x0010, "US", plain.shape[0]), (0x0011, "US", plain.shape[1]), (0x0040, "CS", "G")),
        *((0x0050, "SS", [1, 1]), (0x0100, "US", 1), (0x0102, "US", 0)),
        (0x3000, "OW", b"\xff" * (plain.size // 8 // 2 * 2)),
    ):
        described.add_new(0x60000000 + element, kind, value)
    assert np.array_equal(decode(dicom(plain, more=described)).rgb[..., 0], plain)


@pytest.mark.parametrize(
    "attributes",
    [
        {"PixelAspectRatio": [4, 3]},
        {"PixelSpacing": [0.008, 0.016]},
        {"ImagerPixelSpacing": [0.006, 0.003]},
        {"PixelSpacing": [0.008, 0.008], "PixelAspectRatio": [1, 2]},
    ],
)
def test_pixels_that_are_not_square_are_refused(small_rgb: Rgb, attributes: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedFormatError, match="not square"):
        decode(dicom(small_rgb, **attributes))


@pytest.mark.parametrize(
    "attributes",
    [
        {"PixelAspectRatio": [1, 1]},
        {"PixelAspectRatio": [100, 104]},
        {"PixelAspectRatio": [0, 1]},
        {"PixelAspectRatio": 2},
        {"PixelSpacing": [0.00800, 0.00825]},
    ],
)
def test_pixels_that_are_square_or_of_no_stated_shape_are_read(small_rgb: Rgb, attributes: dict[str, Any]) -> None:
    photograph = decode(dicom(small_rgb, **attributes))
    assert np.array_equal(photograph.rgb, small_rgb)
    assert photograph.facts.pixel_size_um is None
