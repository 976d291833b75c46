"""Of randomly damaged files of every format, none is accepted with another mask than the undamaged photograph's, unless
its quality is poor. `RETINA_DAMAGED_FILES=500` damages as many of each form, and `-rP` prints how many were refused.
"""

import io
import math
import os
import zlib
from collections import Counter
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from pydicom import uid

from conftest import decode
from retina.errors import PhotographError
from retina.imaging.arrays import Mask, Rgb
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.pipeline import predict_photograph
from retina.imaging.rendering import OUTPUTS
from support.damage import damaged_in_any_way
from support.dicom import OPHTHALMIC_16_BIT, dicom, rle
from support.dicom_specimens import compressed
from support.specimens import bitmap, deep, deep_tiff, encode

FILES = int(os.environ.get("RETINA_DAMAGED_FILES", "12"))
"""How many of each form are damaged."""

LEAST = 0.9
"""The Dice of the two masks."""

CHANGED, SHARE = 16, 0.002
"""Without more than this share of pixels that differ by more than that, the mask is not computed."""

OF = 500
STATED = {
    "gif": 1,
    "565 bmp": 1,
    "dicom": 1,
    "dicom, JPEG": 2,
    "dicom, JPEG, 12 bits": 3,
    "dicom, JPEG 2000": 2,
    "dicom, lossless JPEG 2000": 1,
}
"""How many of 500 are missed, as models/EXPERIMENTS.md states (23, 31, 32): formats without checksums, whose data
may be valid by chance. Of every other form none is.
"""

CHANCE = 0.05
"""The probability with which a form with the stated share misses more than is allowed."""


def allowed(form: str, files: int = FILES) -> int:
    """The most of `files` damaged ones of a `form` that may be missed: the least number that a binomial distribution
    with the stated share exceeds with a probability of at most `CHANCE`.

    Damages have fixed seeds, so up to `OF` are the first of those that the statement is about, and are missed no more
    often. Of 12 it is none but for 12-bit JPEG, where it is one: .006 a file exceed 0 with a probability of .07.
    """
    stated = STATED.get(form, 0)
    share, most = stated / OF, 0
    while 1 - sum(math.comb(files, k) * share**k * (1 - share) ** (files - k) for k in range(most + 1)) > CHANCE:
        most += 1
    return min(most, stated) if files <= OF else most


def forms(rgb: Rgb) -> dict[str, bytes]:
    image, sixteen = Image.fromarray(rgb), rgb.astype(np.uint16) * 257
    alpha = image.copy()
    alpha.putalpha(Image.fromarray((rgb.max(axis=2) > 20).astype(np.uint8) * 255))
    jpeg, twelve = imagecodecs.jpeg8_encode(rgb, level=90), sixteen[..., 1] >> 4
    lossless = imagecodecs.jpeg8_encode(rgb, lossless=True, outcolorspace="RGB")
    lossless_16 = imagecodecs.jpeg8_encode(sixteen, lossless=True, outcolorspace="RGB")
    extended = imagecodecs.jpeg8_encode(twelve, level=95, bitspersample=12)
    lossy_2000 = imagecodecs.jpeg2k_encode(rgb, level=50, codecformat="j2k", reversible=False)
    deeply: dict[str, Any] = {"SOPClassUID": OPHTHALMIC_16_BIT}
    return {
        "jpeg": encode(image, "JPEG"),
        "jpeg, not halved": encode(image, "JPEG", quality=95, subsampling=0),
        "jpeg with restarts": encode(image, "JPEG", quality=90, restart_marker_rows=1),
        "progressive jpeg": encode(image, "JPEG", progressive=True),
        "gray jpeg": encode(image.getchannel("G"), "JPEG"),
        "cmyk jpeg": encode(image.convert("CMYK"), "JPEG"),
        "png": encode(image, "PNG"),
        "palette png": encode(image.quantize(64), "PNG"),
        "16-bit png": deep(rgb, ".png"),
        "tiff": encode(image, "TIFF"),
        "16-bit tiff": deep_tiff(rgb),
        "lzw tiff": encode(image, "TIFF", compression="tiff_lzw"),
        "16-bit lzw tiff": deep_tiff(rgb, compression="lzw", predictor=True),
        "packbits tiff": encode(image, "TIFF", compression="packbits"),
        "deflated tiff": encode(image, "TIFF", compression="tiff_adobe_deflate"),
        "jpeg in tiff": encode(image, "TIFF", compression="jpeg"),
        "webp": encode(image, "WEBP"),
        "webp with opacity": encode(alpha, "WEBP"),
        "lossless webp": encode(image, "WEBP", lossless=True),
        "bmp": encode(image, "BMP"),
        "gray bmp": encode(image.getchannel("G"), "BMP"),
        "565 bmp": bitmap(rgb, (5, 6, 5)),
        "ppm": encode(image, "PPM"),
        "gif": encode(image, "GIF"),
        "dicom": dicom(rgb),
        "dicom, RLE": dicom(rgb, uid.RLELossless, [rle(rgb)]),
        "dicom, JPEG": dicom(rgb, uid.JPEGBaseline8Bit, [jpeg], PhotometricInterpretation="YBR_FULL_422"),
        "dicom, JPEG, 12 bits": dicom(twelve, uid.JPEGExtended12Bit, [extended], BitsStored=12, **deeply),
        "dicom, lossless JPEG": dicom(rgb, uid.JPEGLosslessSV1, [lossless]),
        "dicom, lossless JPEG, 16 bits": dicom(sixteen, uid.JPEGLosslessSV1, [lossless_16], **deeply),
        "dicom, JPEG-LS": compressed(rgb)["JPEG-LS"][0],
        "dicom, JPEG 2000": dicom(rgb, uid.JPEG2000, [lossy_2000], PhotometricInterpretation="YBR_ICT"),
        "dicom, lossless JPEG 2000": compressed(rgb)["lossless JPEG 2000"][0],
    }


FORMS = (
    "jpeg", "jpeg, not halved", "jpeg with restarts", "progressive jpeg", "gray jpeg", "cmyk jpeg", "png",
    "palette png", "16-bit png", "tiff", "16-bit tiff", "lzw tiff", "16-bit lzw tiff", "packbits tiff",
    "deflated tiff", "jpeg in tiff", "webp", "webp with opacity", "lossless webp", "bmp", "gray bmp", "565 bmp",
    "ppm", "gif", "dicom", "dicom, RLE", "dicom, JPEG", "dicom, JPEG, 12 bits", "dicom, lossless JPEG",
    "dicom, lossless JPEG, 16 bits", "dicom, JPEG-LS", "dicom, JPEG 2000", "dicom, lossless JPEG 2000",
)  # fmt: skip


@pytest.fixture(scope="module")
def files(photograph: Photograph) -> dict[str, bytes]:
    return forms(np.ascontiguousarray(photograph.rgb[::2, ::2]))


def segmented(data: bytes, network: VesselNetwork) -> tuple[Mask, str]:
    """The mask, and the photograph's grade."""
    found = predict_photograph(decode(data), network, OUTPUTS["mask"])
    return np.asarray(Image.open(io.BytesIO(found.pictures["mask"]))).astype(bool), found.quality.grade


def dice(one: Mask, other: Mask) -> float:
    return float(2 * (one & other).sum() / max(one.sum() + other.sum(), 1)) if one.shape == other.shape else 0


def differs(rgb: Rgb, whole: Rgb) -> bool:
    return rgb.shape != whole.shape or bool((np.abs(rgb.astype(int) - whole).max(axis=2) > CHANGED).mean() > SHARE)


@pytest.mark.parametrize("form", FORMS)
def test_no_other_mask_is_accepted(files: dict[str, bytes], network: VesselNetwork, form: str) -> None:
    data, random, counts = files[form], np.random.default_rng(zlib.crc32(form.encode())), Counter[str]()
    whole, mask, worst = decode(data).rgb, None, 1.0
    for _ in range(FILES):
        changed = damaged_in_any_way(data, random)
        try:
            if not differs(decode(changed, max_pixels=10**6).rgb, whole):
                counts["accepted, unchanged or nearly so"] += 1
                continue
            mask = segmented(data, network)[0] if mask is None else mask
            found, grade = segmented(changed, network)
        except PhotographError:
            counts["refused"] += 1
            continue
        agreement = dice(found, mask)
        worst = min(worst, agreement)
        missed = agreement < LEAST and grade in ("good", "usable")
        counts["missed" if missed else "accepted with a changed picture"] += 1
    print(f"{form}: {dict(counts)}, lowest Dice {worst:.3f}")  # noqa: T201 - the measurement
    assert counts["missed"] <= allowed(form)


def test_what_is_allowed_is_what_is_stated() -> None:
    assert {form for form in FORMS if allowed(form, OF)} == {*STATED}
    assert all(allowed(form, OF) == stated for form, stated in STATED.items())
    assert {form: allowed(form, 12) for form in FORMS if allowed(form, 12)} == {"dicom, JPEG, 12 bits": 1}
    assert allowed("dicom, JPEG, 12 bits", 1000) == 10
    assert allowed("jpeg", 10**6) == 0
