"""A field of view whose background was subtracted is where it has texture; no other photograph is taken for one."""

import cv2
import numpy as np
import pytest

from models.evaluation.enhancements import FORMS, enhanced
from models.evaluation.subtracted_backgrounds import forms
from models.evaluation.surrounds import overlap
from retina.imaging.arrays import Rgb
from retina.imaging.field_of_view import find_field_of_view, search_copy
from retina.imaging.photograph import Photograph
from retina.imaging.subtracted_background import MIDDLE, subtracted_field


@pytest.fixture(scope="module")
def rgb(photograph: Photograph) -> Rgb:
    return np.asarray(cv2.resize(photograph.rgb, (700, 700), interpolation=cv2.INTER_AREA), np.uint8)


@pytest.mark.parametrize("gain", [2, pytest.param(4, marks=pytest.mark.slow), pytest.param(10, marks=pytest.mark.slow)])
def test_it_is_found_on_its_gray_surround(rgb: Rgb, gain: float) -> None:
    inside = find_field_of_view(rgb).mask(rgb.shape[:2])
    for name, picture, truth in forms(rgb, inside, gain):
        if name != "with a halo":
            assert overlap(find_field_of_view(picture).mask(truth.shape), truth) > 0.96, name


def test_jpeg_changes_little(rgb: Rgb) -> None:
    inside = find_field_of_view(rgb).mask(rgb.shape[:2])
    picture = next(forms(rgb, inside, 4))[1]
    packed = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 75])[1]
    read = np.ascontiguousarray(cv2.imdecode(packed, cv2.IMREAD_COLOR)[..., ::-1], np.uint8)
    assert overlap(find_field_of_view(read).mask(inside.shape), inside) > 0.96


@pytest.mark.slow
def test_no_other_photograph_is_taken_for_one(rgb: Rgb) -> None:
    lit = rgb.max(axis=2, keepdims=True) > 15
    gray = np.repeat(rgb[..., 1:2], 3, axis=2)
    around = MIDDLE + (gray.astype(np.int16) - int(gray[lit[..., 0]].mean()))
    others = [form for _, form in (enhanced(rgb, number) for number in range(len(FORMS)))]
    others += [np.where(lit, picture, MIDDLE) for picture in (rgb, gray, np.clip(around, 0, 255))]
    others += [rgb, np.full_like(rgb, MIDDLE)]
    for number, picture in enumerate(others):
        assert subtracted_field(search_copy(np.ascontiguousarray(picture, np.uint8))) is None, number
