"""Retinas pass the gate, everyday pictures do not."""

from pathlib import Path

import numpy as np
import pytest
import skimage

from conftest import decode
from retina.imaging.arrays import Rgb
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.photograph import Photograph
from retina.imaging.retina_gate import fundus_like
from support.data_sets import photographs

EVERYDAY = Path(skimage.__file__).parent / "data"


def test_the_sample_is_a_retina(photograph: Photograph) -> None:
    assert fundus_like(photograph.rgb, photograph.field_of_view)


def test_a_crop_without_an_edge_is_a_retina(small_rgb: Rgb) -> None:
    crop = np.ascontiguousarray(small_rgb[90:260, 90:260])
    assert fundus_like(crop, find_field_of_view(crop))


@pytest.mark.parametrize("name", [*sorted(path.name for path in EVERYDAY.glob("*.png")), "rocket.jpg"])
def test_everyday_pictures_are_no_fundus_photographs(name: str) -> None:
    decoded = decode((EVERYDAY / name).read_bytes())
    assert not fundus_like(decoded.rgb, decoded.field_of_view)


@pytest.mark.parametrize("name", ["CHASE_DB1", "HRF"])
def test_labelled_photographs_are_retinas(name: str) -> None:
    for path in photographs(name)[::5]:
        decoded = decode(path.read_bytes())
        assert fundus_like(decoded.rgb, decoded.field_of_view), path.name
