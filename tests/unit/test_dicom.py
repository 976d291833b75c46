"""DICOM files show the same pixels as the photograph they were made from, and state what they may."""

from typing import Any

import imagecodecs
import numpy as np
import pytest
from pydicom import uid
from pydicom.dataset import Dataset

from conftest import decode
from retina.errors import PhotographError, PhotographTooSmallError, TooManyPixelsError, UnsupportedFormatError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding.dicom.stripping import stripped
from retina.imaging.decoding.facts import Facts
from retina.imaging.photograph import open_photograph
from support.dicom import OCT, SECRETS, dicom, header, several, written
from support.dicom_specimens import compressed, native
from support.hostile_dicom import nested

ROUNDED = {
    "YBR full 422": 40, "YBR": 3, "JPEG-LS, nearly lossless": 2, "JPEG in gray": 8, "extended JPEG, 12 bits": 4,
    "JPEG 2000": 40,
}  # fmt: skip
"""By how much values may differ, by the beginning of a specimen's name; the others not at all."""


@pytest.fixture(scope="module")
def specimens(small_rgb: Rgb) -> dict[str, tuple[bytes, Any]]:
    return native(small_rgb) | compressed(small_rgb)


def test_every_file_shows_the_photograph(specimens: dict[str, tuple[bytes, Any]]) -> None:
    wrong = {}
    for name, (data, shown) in specimens.items():
        expected = shown if shown.ndim == 3 else np.repeat(shown[..., np.newaxis], 3, axis=2)
        rgb = decode(data).rgb
        assert rgb.shape == expected.shape, name
        off = np.abs(rgb.astype(int) - expected)
        exact = "lossless" in name and "YBR" not in name and "nearly" not in name
        allowed = 3 if "YBR" in name and "422" not in name else ROUNDED.get(name, 0)
        if off.max() > (0 if exact else allowed) or off.mean() > 2:
            wrong[name] = int(off.max())
    assert not wrong


@pytest.mark.parametrize(
    ("attributes", "stated"),
    [
        ({"PixelSpacing": [0.008, 0.008]}, Facts(pixel_size_um=8.0)),
        ({"PixelSpacing": [0.008, 0.00801]}, Facts(pixel_size_um=8.005)),
        ({"PixelSpacing": [0.008, 0.0082]}, Facts()),  # the pixels are not quite square
        ({"PixelSpacing": [0.26, 0.26]}, Facts()),  # a screen's
        ({"PixelSpacing": [0, 0]}, Facts()),
        ({"ImagerPixelSpacing": [0.008, 0.008]}, Facts()),  # on the sensor, not on the retina
        ({"ImageLaterality": "L"}, Facts(laterality="left")),
        ({"Laterality": "R"}, Facts(laterality="right")),
        ({"ImageLaterality": "B"}, Facts()),
        ({"ImageLaterality": "L", "Laterality": "L"}, Facts(laterality="left")),
        ({"ImageLaterality": "L", "Laterality": "R"}, Facts()),  # two eyes for one photograph
        ({"ImageLaterality": ["L", "R"]}, Facts()),
        ({"PixelSpacing": [-0.008, -0.008]}, Facts()),
        ({"NumberOfFrames": 1}, Facts()),
    ],
)
def test_facts(small_rgb: Rgb, attributes: dict[str, Any], stated: Facts) -> None:
    assert decode(dicom(small_rgb, **attributes)).facts == stated


def test_pixel_spacing_of_all_frames(small_rgb: Rgb) -> None:
    measures, groups = Dataset(), Dataset()
    measures.PixelSpacing = [0.01, 0.01]
    groups.PixelMeasuresSequence = [measures]
    assert decode(dicom(small_rgb, SharedFunctionalGroupsSequence=[groups])).facts.pixel_size_um == 10


def test_facts_of_each_frame(small_rgb: Rgb) -> None:
    groups = [Dataset(), Dataset(), Dataset()]
    for item, spacing, eye in zip(groups, ([0.01, 0.01], [0.012, 0.012], [0.01, 0.02]), "LRL", strict=True):
        measures, anatomy = Dataset(), Dataset()
        measures.PixelSpacing, anatomy.FrameLaterality = spacing, eye
        item.PixelMeasuresSequence, item.FrameAnatomySequence = [measures], [anatomy]
    data = several([small_rgb] * 3, PerFrameFunctionalGroupsSequence=groups)
    for file in (data, stripped(data)):
        facts = [open_photograph(file, max_pixels=10**6, min_side=64, frame=frame).facts for frame in (0, 1)]  # type: ignore[union-attr]
        assert facts == [Facts(3, 10.0, "left"), Facts(3, 12.0, "right")]
        with pytest.raises(UnsupportedFormatError, match="not square"):
            open_photograph(file, max_pixels=10**6, min_side=64, frame=2)
    other = several([small_rgb] * 3, PerFrameFunctionalGroupsSequence=groups, PixelSpacing=[0.02, 0.02], Laterality="L")
    with_header = [open_photograph(other, max_pixels=10**6, min_side=64, frame=frame).facts for frame in (0, 1)]  # type: ignore[union-attr]
    assert with_header == [Facts(3, None, "left"), Facts(3, None, None)], "what is said twice is said the same way"


def test_facts_from_an_untrusted_process_are_checked() -> None:
    assert Facts.received({"frames": "x", "pixel_size_um": float("nan"), "laterality": SECRETS[0]}) == Facts()
    assert Facts.received({"frames": 0, "pixel_size_um": 1e9, "laterality": ["left"]}) == Facts()
    assert Facts.received(Facts(2, 8.0, "left").message()) == Facts(2, 8.0, "left")


def test_colour_takes_no_window(small_rgb: Rgb) -> None:
    windowed = dicom(small_rgb, WindowCenter=10, WindowWidth=5, RescaleSlope=2)
    assert np.array_equal(decode(windowed).rgb, small_rgb)


@pytest.mark.parametrize(
    ("function", "shown"), [("LINEAR", [64, 77, 128]), ("LINEAR_EXACT", [64, 77, 128]), ("SIGMOID", [69, 79, 128])]
)
def test_window_functions(function: str, shown: list[int]) -> None:
    values = np.full((80, 80), 1000, np.uint16)
    values[0, :2] = 750, 800
    window: dict[str, Any] = {"WindowCenter": 1000, "WindowWidth": 1000, "VOILUTFunction": function}
    row = decode(dicom(values, **window)).rgb[0, :3, 0]
    assert np.abs(row.astype(int) - shown).max() <= 1


def test_files_without_a_photograph_are_refused_in_plain_words(small_rgb: Rgb) -> None:
    document = header(SOPClassUID=uid.EncapsulatedPDFStorage, EncapsulatedDocument=b"%PDF-1.7")
    video = dicom(small_rgb, uid.MPEG2MPML, [bytes(100)])
    deep = header(Rows=100, Columns=100, SamplesPerPixel=1, BitsAllocated=32, PhotometricInterpretation="MONOCHROME2")
    deep.FloatPixelData = bytes(40_000)
    for part, data in {
        "an OCT volume": dicom(small_rgb, SOPClassUID=OCT),
        "a PDF document": written(document),
        "no image": written(header()),
        "floating-point numbers": written(deep),
        "compressed in a way": video,
        "compressed": dicom(small_rgb, uid.DeflatedExplicitVRLittleEndian),
        "stored in a way": dicom(small_rgb, PhotometricInterpretation="HSV"),
        "fewer than 8 bits": dicom(small_rgb[..., 0], BitsStored=6),
    }.items():
        with pytest.raises(UnsupportedFormatError, match=part) as caught:
            decode(data)
        assert str(caught.value).endswith(".")
        assert not any(secret in str(caught.value) for secret in SECRETS)


def test_sizes_beyond_the_limits(small_rgb: Rgb) -> None:
    with pytest.raises(PhotographTooSmallError):
        decode(dicom(small_rgb[:40]))
    with pytest.raises(TooManyPixelsError):
        decode(dicom(small_rgb, Rows=65535, Columns=65535))
    with pytest.raises(TooManyPixelsError, match="32 megapixels"):
        decode(dicom(small_rgb, uid.JPEG2000, [b"\xff\x4f\xff\xd9"], Rows=6000, Columns=6000))
    with pytest.raises(PhotographTooSmallError):
        decode(dicom(small_rgb, Rows=0))


def test_zeros_at_the_end_are_padding_and_other_bytes_are_not(small_rgb: Rgb) -> None:
    whole = dicom(small_rgb)
    padded = whole + bytes(512)
    assert np.array_equal(decode(padded).rgb, small_rgb)
    assert np.array_equal(decode(stripped(padded)).rgb, small_rgb)
    with pytest.raises(PhotographError):
        decode(padded[:-1] + b"\1" * 9)
    with pytest.raises(PhotographError):
        decode(dicom(small_rgb, Rows=352) + bytes(512))


@pytest.mark.parametrize("fill", [b"\0", b"\xff"])
def test_compressed_pixels_may_be_filled_to_an_even_length(small_rgb: Rgb, fill: bytes) -> None:
    frames = {
        uid.JPEG2000Lossless: imagecodecs.jpeg2k_encode(small_rgb, level=0, codecformat="j2k", reversible=True),
        uid.JPEGLSLossless: imagecodecs.jpegls_encode(small_rgb),
        uid.JPEGLosslessSV1: imagecodecs.jpeg8_encode(small_rgb, lossless=True, outcolorspace="RGB"),
    }
    for syntax, frame in frames.items():
        assert np.array_equal(decode(dicom(small_rgb, syntax, [bytes(frame) + fill])).rgb, small_rgb)
        with pytest.raises(PhotographError):
            decode(dicom(small_rgb, syntax, [bytes(frame[:-2]) + fill]))


def lossless(values: np.ndarray[Any, Any]) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(values, lossless=True, outcolorspace=None if values.ndim == 2 else "RGB"))


@pytest.mark.parametrize("level", [0, 7, 128, 255])
@pytest.mark.parametrize("shape", [(80, 90), (80, 90, 3)])
def test_a_blank_lossless_jpeg_is_a_blank_picture_and_a_part_of_it_is_damage(
    level: int, shape: tuple[int, ...]
) -> None:
    for values in (np.full(shape, level, np.uint8), np.full(shape, level * 257, np.uint16)):
        frame = lossless(values)
        photograph = decode(dicom(values, uid.JPEGLosslessSV1, [frame]))
        assert np.array_equal(photograph.rgb, decode(dicom(values)).rgb)
        for damaged in (frame[:-12] + frame[-2:], frame[:-2] + bytes(9) + frame[-2:]):
            with pytest.raises(PhotographError):
                decode(dicom(values, uid.JPEGLosslessSV1, [damaged]))


def test_lossless_jpegs_are_whole_however_their_data_end() -> None:
    """0xFF near the end is followed by a zero that is no data; an even surround ends with many short codes."""
    noise = np.random.default_rng(0)
    photographs = (noise.normal(100, 12, (64, 64)).clip(0, 255).astype(np.uint8) for _ in range(3000))
    files = ((values, lossless(values)) for values in photographs)
    values, frame = next((values, frame) for values, frame in files if frame[-7] == 0xFF)
    assert np.array_equal(decode(dicom(values, uid.JPEGLosslessSV1, [frame])).rgb[..., 0], values)
    surround = np.zeros((400, 64), np.uint8)
    surround[:64] = values
    assert np.array_equal(decode(dicom(surround, uid.JPEGLosslessSV1, [lossless(surround)])).rgb[..., 0], surround)


def test_damaged_files_are_refused(small_rgb: Rgb, specimens: dict[str, tuple[bytes, Any]]) -> None:
    whole = dicom(small_rgb)
    syntax, jpeg_ls = uid.JPEGBaseline8Bit, imagecodecs.jpegls_encode(small_rgb)
    jpeg = imagecodecs.jpeg8_encode(small_rgb)
    exchanged = np.concatenate([small_rgb[:200], small_rgb[200:, :, [2, 0, 1]]])
    lossless = imagecodecs.jpeg8_encode(exchanged, lossless=True, outcolorspace="RGB")
    for name, data in {
        "cut in the pixels": whole[:-1000],
        "cut in the header": whole[:700],
        "cut in the meta information": whole[:200],
        "nothing but the mark": whole[:132],
        "JPEG cut off": dicom(small_rgb, syntax, [jpeg[: len(jpeg) // 2]]),
        "JPEG cut off, with an end": dicom(small_rgb, syntax, [bytes(jpeg[: len(jpeg) // 2]) + b"\xff\xd9"]),
        "JPEG of another size": dicom(small_rgb, syntax, [jpeg], Rows=352),
        "JPEG of a larger size": dicom(small_rgb, syntax, [imagecodecs.jpeg8_encode(np.tile(small_rgb, (4, 4, 1)))]),
        "gray JPEG in a colour file": dicom(small_rgb, syntax, [imagecodecs.jpeg8_encode(small_rgb[..., 0].copy())]),
        "8 bits in a 16-bit file": dicom(small_rgb.astype("u2"), uid.JPEGLSLossless, [jpeg_ls]),
        "compressed as it says, but not": dicom(small_rgb, uid.RLELossless, [bytes(5000)]),
        "fewer columns than there are": dicom(small_rgb, Columns=352),
        "more frames than there are": dicom(small_rgb, NumberOfFrames=2),
        "bits that contradict": dicom(small_rgb, BitsStored=12),
        "colours in an unknown order": dicom(small_rgb, PlanarConfiguration=2),
        "samples with an unknown sign": dicom(small_rgb, PixelRepresentation=2),
        "no frame": dicom(small_rgb, syntax, []),
        "lossless JPEG with exchanged colours": dicom(small_rgb, uid.JPEGLosslessSV1, [lossless]),
    }.items():
        with pytest.raises(PhotographError):
            pytest.fail(f"{name} was decoded: {decode(data).rgb.shape}")
    for name, (data, _) in specimens.items():
        with pytest.raises(PhotographError):
            pytest.fail(f"{name} was decoded: {decode(data[: len(data) * 2 // 3]).rgb.shape}")


def test_a_stripped_file_shows_the_same_and_names_nobody(specimens: dict[str, tuple[bytes, Any]]) -> None:
    for name, (data, _) in specimens.items():
        rest = stripped(data)
        assert not [secret for secret in SECRETS if secret.encode() in rest]
        assert len(rest) < len(data), name
        assert np.array_equal(decode(rest).rgb, decode(data).rgb), name


def test_a_stripped_file_states_the_same(small_rgb: Rgb) -> None:
    data = dicom(small_rgb, PixelSpacing=[0.008, 0.008], Laterality="R", NumberOfFrames=1)
    assert decode(stripped(data)).facts == decode(data).facts == Facts(1, 8.0, "right")


def test_deeply_nested_sequences_are_refused(small_rgb: Rgb) -> None:
    with pytest.raises(PhotographError):
        decode(nested(dicom(small_rgb), 20_000))
