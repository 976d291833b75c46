"""Monochrome DICOM files are shown as their header says: modality, value of interest and presentation, or refused."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from pydicom import uid
from pydicom.dataset import Dataset

from conftest import decode
from retina.errors import PhotographUnreadableError, UnsupportedFormatError
from retina.imaging.decoding.dicom.stripping import stripped
from retina.imaging.photograph import decode_photograph, open_photograph
from support.dicom import SECRETS, dicom, lookup, several

GRAY = np.tile(np.arange(256, dtype=np.uint8), (80, 1))
DEEP = GRAY.astype(np.uint16) * 16
INVERSE = range(255, -1, -1)
SYNTAXES = (uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian, uid.ExplicitVRBigEndian)


def shown(values: np.ndarray[Any, Any], syntax: str = SYNTAXES[0], **attributes: Any) -> list[int]:
    """The brightness of the first row."""
    rgb = decode(dicom(values, syntax, **attributes)).rgb
    assert (rgb == rgb[:1, :, :1]).all()
    return [int(level) for level in rgb[0, :, 0]]


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("name", ["ModalityLUTSequence", "VOILUTSequence"])
def test_lookup_tables(name: str, syntax: str) -> None:
    def through(values: np.ndarray[Any, Any], *table: Any, **more: Any) -> list[int]:
        return shown(values, syntax, **{name: [lookup(*table, syntax=syntax, **more)]})

    assert through(GRAY, INVERSE) == [*INVERSE]
    assert through(GRAY, INVERSE, packed=True) == [*INVERSE]
    assert through(GRAY, INVERSE, kind="US") == [*INVERSE]
    assert through(GRAY, [entry * 16 for entry in INVERSE], bits=12) == [
        round(entry * 4080 / 4095) for entry in INVERSE
    ]
    assert through(GRAY, [entry * 257 for entry in INVERSE], bits=16) == [*INVERSE]
    assert through(GRAY, [entry * 16 for entry in INVERSE], bits=16)[0] == 254, "12 bits, said to be 16"
    assert through(GRAY, [7, 99, 200], first=100)[98:104] == [7, 7, 7, 99, 200, 200]
    assert through(DEEP, [entry >> 4 for entry in range(4096)]) == [*range(256)], "8 bits for each of 12"
    assert through(DEEP * 16, [entry >> 8 for entry in range(65536)]) == [*range(256)], "a count of 0 is 65,536"
    signed = (GRAY.astype(np.int16) - 128) * 200
    wide = [min(max(each // 200 + 128, 0), 255) for each in range(-25_600, 25_601)]
    assert through(signed, wide, first=-25_600) == [*range(256)]


def test_a_table_comes_after_rescaling_and_before_a_window() -> None:
    rescaled: dict[str, Any] = {"RescaleSlope": 2, "RescaleIntercept": -100}
    assert shown(GRAY, VOILUTSequence=[lookup([0, 255], first=101)], **rescaled)[99:103] == [0, 0, 255, 255]
    both: dict[str, Any] = {"WindowCenter": 3, "WindowWidth": 1}
    assert shown(GRAY, VOILUTSequence=[lookup(INVERSE)], **both) == [*INVERSE], "as in pydicom, the table goes first"
    modality: dict[str, Any] = {"ModalityLUTSequence": [lookup(INVERSE)]}
    assert shown(GRAY, WindowCenter=200, WindowWidth=1, **modality)[54:58] == [255, 255, 0, 0]
    assert shown(GRAY, VOILUTSequence=[lookup(INVERSE), lookup([0])], **modality) == [*range(256)], "the first of two"


@pytest.mark.parametrize(
    ("photometric", "shape", "expected"),
    [
        ("MONOCHROME2", "IDENTITY", range(256)),
        ("MONOCHROME2", "INVERSE", INVERSE),
        ("MONOCHROME2", "", range(256)),
        ("MONOCHROME1", "INVERSE", INVERSE),
        ("MONOCHROME1", "", INVERSE),
    ],
)
def test_presentation_shapes(photometric: str, shape: str, expected: Sequence[int]) -> None:
    assert shown(GRAY, PhotometricInterpretation=photometric, PresentationLUTShape=shape) == [*expected]
    window: dict[str, Any] = {"WindowCenter": 128, "WindowWidth": 256, "PhotometricInterpretation": photometric}
    assert shown(GRAY, PresentationLUTShape=shape, **window) == [*expected]


@pytest.mark.parametrize(("photometric", "shape"), [("MONOCHROME1", "IDENTITY"), ("MONOCHROME2", "LIN OD")])
def test_shapes_that_viewers_disagree_about_are_refused(photometric: str, shape: str) -> None:
    with pytest.raises(UnsupportedFormatError):
        shown(GRAY, PhotometricInterpretation=photometric, PresentationLUTShape=shape)


def test_windows() -> None:
    whole = [*shown(GRAY)]
    assert shown(GRAY, WindowCenter=[128, 3], WindowWidth=[256, 1]) == whole, "the first of several"
    assert shown(GRAY, WindowCenter=[128, 3], WindowWidth=256) == whole
    assert shown(GRAY, WindowCenter=128, WindowWidth=0) == whole, "no window"
    assert shown(DEEP, BitsStored=12, WindowCenter=1024, WindowWidth=2048)[::64] == [0, 128, 255, 255]
    assert shown(DEEP, BitsStored=12, WindowCenter=-1000, WindowWidth=2, RescaleIntercept=-2024)[63:66] == [0, 255, 255]
    with pytest.raises(PhotographUnreadableError):
        shown(GRAY, WindowCenter=128, WindowWidth=256, VOILUTFunction="CUBIC")


def test_signed_values_without_a_window() -> None:
    assert shown(GRAY.astype(np.int16) * 16)[::51] == [0, 51, 102, 152, 203, 254], "none is negative"
    assert shown((GRAY.astype(np.int32) * 257 - 32768).astype(np.int16)) == [*range(256)]
    assert shown((GRAY.astype(np.int16) - 128) * 16)[::51] == [0, 51, 102, 152, 203, 254], "12 of 16 bits"
    assert shown(GRAY.view(np.int8))[:128] == [*range(128, 256)]


def test_functional_groups_say_it_for_all_frames_or_for_one() -> None:
    every, first, second = Dataset(), Dataset(), Dataset()
    rescaled, *tables = Dataset(), Dataset(), Dataset()
    rescaled.RescaleSlope, rescaled.RescaleIntercept = 1, 1
    every.PixelValueTransformationSequence = [rescaled]
    for table, place in zip(tables, (50, 100), strict=True):
        table.VOILUTSequence = [lookup([0, 255], first=place)]
    first.FrameVOILUTSequence, second.FrameVOILUTSequence = [tables[0]], [tables[1]]
    groups: dict[str, Any] = {
        "SharedFunctionalGroupsSequence": [every],
        "PerFrameFunctionalGroupsSequence": [first, second],
    }
    data = several([GRAY, GRAY], **groups)
    for frame, edge in enumerate((50, 100)):
        for file in (data, stripped(data)):
            opened = open_photograph(file, max_pixels=10**6, min_side=64, frame=frame)
            assert decode_photograph(opened, file).rgb[0, edge - 1 : edge + 1, 0].tolist() == [0, 255]


def test_a_functional_group_of_the_frame_goes_before_that_of_all_and_before_the_header() -> None:
    def group(centre: float) -> Dataset:
        item, window, rescaled = Dataset(), Dataset(), Dataset()
        window.WindowCenter, window.WindowWidth, rescaled.RescaleIntercept = centre, 1, -100
        item.FrameVOILUTSequence, item.PixelValueTransformationSequence = [window], [rescaled]
        return item

    header: dict[str, Any] = {"WindowCenter": 7, "WindowWidth": 1}
    shared: dict[str, Any] = {"SharedFunctionalGroupsSequence": [group(50)]}
    own: dict[str, Any] = {"PerFrameFunctionalGroupsSequence": [group(100)]}
    for attributes, edge in ((header, 7), (header | shared, 150), (header | shared | own, 200)):
        assert shown(GRAY, **attributes)[edge - 1 : edge + 1] == [0, 255]


def test_a_slope_of_zero_leaves_nothing_to_a_window() -> None:
    assert shown(GRAY, RescaleSlope=0) == [*range(256)]
    for attributes in ({"WindowCenter": 1, "WindowWidth": 9}, {"VOILUTSequence": [lookup(INVERSE)]}):
        with pytest.raises(PhotographUnreadableError):
            shown(GRAY, RescaleSlope=0, **attributes)


def test_a_window_in_a_functional_group_may_have_its_centre_at_zero() -> None:
    every, table = Dataset(), Dataset()
    table.WindowCenter, table.WindowWidth = 0, 1
    every.FrameVOILUTSequence = [table]
    groups: dict[str, Any] = {"SharedFunctionalGroupsSequence": [every], "VOILUTSequence": []}
    assert shown(GRAY, RescaleIntercept=-100, RescaleSlope=1, **groups)[98:102] == [0, 0, 255, 255]


def test_hostile_tables_are_refused() -> None:
    def without(keyword: str) -> Dataset:
        table = lookup(INVERSE)
        delattr(table, keyword)
        return table

    long = lookup(INVERSE)
    long.LUTDescriptor = [1, 2] * 1000
    nested = Dataset()
    nested.add_new("LUTDescriptor", "US", [256, 0, 8])
    nested.add_new("LUTData", "SQ", [lookup(INVERSE)])
    tables = {
        "no descriptor": without("LUTDescriptor"),
        "no entries": without("LUTData"),
        "empty": Dataset(),
        "fewer entries than it says": lookup(INVERSE, count=600),
        "no bits": lookup(INVERSE, bits=0),
        "32 bits": lookup(INVERSE, bits=32),
        "too many numbers": long,
        "a sequence of entries": nested,
    }
    for name, table in tables.items():
        for keyword in ("ModalityLUTSequence", "VOILUTSequence"):
            attributes: dict[str, Any] = {keyword: [table]}
            with pytest.raises(PhotographUnreadableError):
                pytest.fail(f"{name} was decoded: {shown(GRAY, **attributes)}")
    with pytest.raises(PhotographUnreadableError):
        shown(DEEP, RescaleSlope="1e308", WindowCenter=1, WindowWidth=1)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_stripped_tables_show_the_same_and_their_notes_are_gone(syntax: str) -> None:
    table = lookup(INVERSE, syntax=syntax)
    table.LUTExplanation = SECRETS[0]
    data = dicom(GRAY, syntax, VOILUTSequence=[table])
    assert SECRETS[0].encode() not in stripped(data)
    assert decode(stripped(data)).rgb[0, :, 0].tolist() == [*INVERSE]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_padding_is_black_whatever_is_applied_to_the_picture(syntax: str) -> None:
    def padded(values: np.ndarray[Any, Any], value: int, limit: int | None = None, **attributes: Any) -> list[int]:
        kind, more = "SS" if value < 0 or (limit or 0) < 0 else "US", Dataset()
        more.add_new("PixelPaddingValue", kind, value)
        if limit is not None:
            more.add_new("PixelPaddingRangeLimit", kind, limit)
        levels = decode(dicom(values, syntax, more=more, **attributes)).rgb[0, :, 0]
        files = dicom(values, syntax, more=more, **attributes)
        assert decode(stripped(files)).rgb[0, :, 0].tolist() == levels.tolist()
        return [int(level) for level in levels]

    window: dict[str, Any] = {"WindowCenter": 100, "WindowWidth": 201}
    plain = shown(GRAY, syntax, **window)
    assert padded(GRAY, 255, **window) == [*plain[:255], 0], "not as white as the window makes it"
    assert padded(GRAY, 200, 250, **window) == [*plain[:200], *[0] * 51, *plain[251:]]
    assert padded(GRAY, 250, 200, **window) == padded(GRAY, 200, 250, **window)
    first: dict[str, Any] = {"PhotometricInterpretation": "MONOCHROME1"}
    assert padded(GRAY, 0, **first) == [0, *range(254, -1, -1)]
    assert padded(GRAY, 0, VOILUTSequence=[lookup(INVERSE, syntax=syntax)]) == [0, *range(254, -1, -1)]
    assert padded(GRAY, 9, RescaleSlope=-1, RescaleIntercept=255)[8:11] == [247, 0, 245]
    bright = DEEP.copy()
    bright[:, 255] = 65535
    assert padded(bright, 65535) == [*shown(DEEP, syntax)[:255], 0], "the picture has 12 bits, not 16"
    assert padded(bright.view(np.int16), -1) == padded(bright, 65535)
    signed = DEEP.astype(np.int16)
    signed[:, 0] = -2000
    assert padded(signed, -2000) == padded(signed, 63536) == [0, *shown(DEEP, syntax)[1:]]
    beyond = DEEP.copy()
    beyond[:, 7] = 0xF000
    assert (
        padded(beyond, 0xF000, BitsStored=12, **first)[6:9]
        == [0 if place == 7 else level for place, level in enumerate(shown(DEEP, syntax, BitsStored=12, **first))][6:9]
    ), "in bits that are not stored"
    assert padded(np.full_like(DEEP, 7), 7) == [0] * 256


def test_padding_of_one_frame_does_not_stretch_it_and_colours_have_none(small_rgb: np.ndarray[Any, Any]) -> None:
    frame = DEEP.copy()
    frame[:, :9] = 65535
    data = several([DEEP, frame], PixelPaddingValue=65535)
    levels = decode_photograph(open_photograph(data, max_pixels=10**6, min_side=64, frame=1), data).rgb[0, :, 0]
    assert levels.tolist() == [0] * 9 + shown(DEEP)[9:]
    assert np.array_equal(decode(dicom(small_rgb, PixelPaddingValue=0, PixelPaddingRangeLimit=99)).rgb, small_rgb)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_presentation_table_comes_last(syntax: str) -> None:
    def presented(entries: Sequence[int], **attributes: Any) -> list[int]:
        bits = attributes.pop("bits", 8)
        table = lookup(entries, bits=bits, syntax=syntax)
        return shown(GRAY, syntax, PresentationLUTSequence=[table], **attributes)

    assert presented(INVERSE) == [*INVERSE]
    assert presented([level * 16 for level in INVERSE], bits=12) == [round(level * 4080 / 4095) for level in INVERSE]
    assert presented([0, 1023], bits=10)[126:130] == [0, 0, 255, 255], "over the whole range of what comes before"
    assert presented([0, 255], WindowCenter=50, WindowWidth=1)[48:52] == [0, 0, 255, 255]
    assert presented(INVERSE, VOILUTSequence=[lookup(INVERSE, syntax=syntax)]) == [*range(256)]


@pytest.mark.parametrize(
    "attributes",
    [
        {"PresentationLUTShape": "IDENTITY"},
        {"PhotometricInterpretation": "MONOCHROME1"},
        {"PresentationLUTSequence": [lookup(INVERSE), lookup(INVERSE)]},
    ],
)
def test_presentation_tables_that_contradict_the_header_are_refused(attributes: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedFormatError, match="Export the photograph as PNG or JPEG"):
        shown(GRAY, **{"PresentationLUTSequence": [lookup(INVERSE)]} | attributes)
