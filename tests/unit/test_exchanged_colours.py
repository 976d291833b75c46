"""A photograph whose red and blue are exchanged is refused with that reason, and no other is."""

import numpy as np
import pytest

from models.evaluation.appearances import KINDS
from models.evaluation.enhancements import FORMS, enhanced
from models.evaluation.exchanged_colours import balanced, tinted
from retina.errors import NotAFundusPhotographError
from retina.imaging.arrays import Rgb
from retina.imaging.exchanged_colours import BLUE_FROM, blueness
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.pipeline import predict_photograph
from retina.imaging.retina_gate import EXCHANGED, Verdict, impossible


def seen(rgb: Rgb) -> float:
    return blueness(rgb, find_field_of_view(rgb).outline)


@pytest.mark.slow
def test_it_is_refused_with_the_reason(small_rgb: Rgb, quick_network: VesselNetwork) -> None:
    exchanged = np.ascontiguousarray(small_rgb[..., ::-1])
    view = find_field_of_view(exchanged)
    assert impossible(exchanged, view) == Verdict("no", EXCHANGED, 0.0)
    with pytest.raises(NotAFundusPhotographError, match="colours were stored in the wrong order"):
        predict_photograph(Photograph(exchanged, view, ""), quick_network, {})
    assert predict_photograph(Photograph(exchanged, view, ""), quick_network, {}, force=True)


def test_enlarged_it_is_refused_as_well(small_rgb: Rgb) -> None:
    exchanged = np.ascontiguousarray(np.repeat(np.repeat(small_rgb[..., ::-1], 3, axis=0), 3, axis=1))
    assert impossible(exchanged, find_field_of_view(exchanged)) == Verdict("no", EXCHANGED, 0.0)


@pytest.mark.slow
def test_other_colours_are_not_taken_for_exchanged(small_rgb: Rgb) -> None:
    random = np.random.default_rng(0)
    forms = dict(enhanced(small_rgb, number) for number in range(len(FORMS)))
    forms |= {name: change(small_rgb, strengths[-1], random) for name, (change, strengths) in KINDS.items()}
    forms |= {"white balance": balanced(small_rgb), "cold": tinted(small_rgb, 0.8, 1.5), "unchanged": small_rgb}
    black = np.zeros_like(small_rgb)
    for channel, name in enumerate(("red", "green", "blue")):
        forms[f"{name} alone"] = black.copy()
        forms[f"{name} alone"][..., channel] = small_rgb[..., 1]
    for name, form in forms.items():
        assert seen(np.ascontiguousarray(form)) < 0.5 < BLUE_FROM, name


def test_a_speck_in_a_dark_field_says_nothing() -> None:
    dark = np.full((200, 200, 3), (22, 10, 4), np.uint8)
    outline = np.array([[0, 0], [199, 0], [199, 199], [0, 199]], np.int32)
    assert blueness(dark, outline) == 0
    dark[100:103, 100:103] = (10, 20, 60)
    assert blueness(dark, outline) == 0
    dark[100:160, 100:160] = (10, 20, 60)
    assert blueness(dark, outline) == 1


def test_a_blue_surround_does_not_count(small_rgb: Rgb) -> None:
    lit = small_rgb.max(axis=2, keepdims=True) > 15
    on_blue = np.where(lit, small_rgb, np.array([20, 40, 180], np.uint8)).astype(np.uint8)
    assert impossible(on_blue, find_field_of_view(on_blue)) is None
