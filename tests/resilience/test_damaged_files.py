"""Randomly damaged files are refused, or show nearly the same photograph, where a format lets it be noticed."""

import numpy as np
import pytest
from PIL import Image

from conftest import decode
from retina.errors import PhotographError
from retina.imaging.arrays import Rgb
from support.damage import damaged
from support.specimens import deep, deep_tiff, encode

FILES = 60
"""How many of each form are damaged."""

VISIBLE, SHARE = 16, 0.02
"""A photograph is another one if more than this share of its pixels differ by more than that."""

MISSED = {"jpeg": 1, "jpeg in tiff": 1}
"""How many are missed, with damages of a fixed seed: a changed byte can leave JPEG data that are valid."""


def forms(rgb: Rgb) -> dict[str, bytes]:
    image = Image.fromarray(rgb)
    return {
        "jpeg": encode(image, "JPEG"),
        "progressive jpeg": encode(image, "JPEG", progressive=True),
        "png": encode(image, "PNG"),
        "16-bit png": deep(rgb, ".png"),
        "palette png": encode(image.quantize(64), "PNG"),
        "deflated tiff": encode(image, "TIFF", compression="tiff_adobe_deflate"),
        "16-bit deflated tiff": deep_tiff(rgb, compression="zlib"),
        "16-bit planar deflated tiff": deep_tiff(rgb, compression="zlib", planarconfig="separate"),
        "jpeg in tiff": encode(image, "TIFF", compression="jpeg"),
    }


FORMS = (
    "jpeg", "progressive jpeg", "png", "16-bit png", "palette png", "deflated tiff", "16-bit deflated tiff",
    "16-bit planar deflated tiff", "jpeg in tiff",
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_damaged_files_do_not_show_another_photograph(small_rgb: Rgb, form: str) -> None:
    data = forms(small_rgb)[form]
    whole, random, missed, refused = decode(data).rgb.astype(int), np.random.default_rng(14), [], 0
    for number in range(FILES):
        try:
            rgb = decode(damaged(data, random), max_pixels=10**6).rgb
        except PhotographError:
            refused += 1
            continue
        if rgb.shape != whole.shape or (np.abs(rgb - whole).max(axis=2) > VISIBLE).mean() > SHARE:
            missed.append(number)
    assert len(missed) <= MISSED.get(form, 0), missed
    assert refused > FILES / 2
