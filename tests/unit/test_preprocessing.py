"""Preprocessing follows the model card: sizes, gray, equalisation, scaling."""

import json

import numpy as np
import pytest

from conftest import ROOT, SHIPPED
from retina.imaging.arrays import CERTAIN, Rgb
from retina.imaging.field_of_view import FieldOfView, find_field_of_view
from retina.imaging.model_card import (
    CanvasSize,
    Divide,
    ModelCard,
    NoEqualisation,
    Preparation,
    read_model_card,
)
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.preprocessing import (
    levels,
    normalise,
    place,
    prepare,
    restore,
)
from retina.imaging.segmentation import over

GOLDEN = ROOT / "tests" / "unit" / "golden_canvas.json"


def view_of(width: int, height: int) -> FieldOfView:
    outline = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.int32)
    return FieldOfView(0, 0, width, height, outline, "whole", 0.0)


@pytest.fixture
def card(network: VesselNetwork) -> ModelCard:
    small = CanvasSize(height=512, width=512, field_of_view_width_up_to=800)
    wide = CanvasSize(height=1024, width=1536, field_of_view_width_from=851, field_of_view_aspect_from=1.1)
    square = CanvasSize(height=1024, width=1024)
    return network.card.model_copy(update={"canvases": (small, wide, square)})


@pytest.mark.parametrize(
    ("width", "height", "canvas"),
    [
        (540, 540, "512x512"),
        (800, 800, "512x512"),
        (801, 801, "1024x1024"),
        (3300, 3001, "1024x1024"),
        (3300, 3000, "1536x1024"),
        (3300, 2336, "1536x1024"),
        (2336, 3300, "1024x1024"),
        (850, 600, "1024x1024"),
        (900, 100, "1536x1024"),
        (700, 100, "512x512"),
    ],
)
def test_the_canvas_fits_the_field_of_view(card: ModelCard, width: int, height: int, canvas: str) -> None:
    placement = place(view_of(width, height), card.canvases)
    assert str(placement.canvas) == canvas
    assert 0 <= placement.left <= placement.left + placement.width <= placement.canvas.width
    assert 0 <= placement.top <= placement.top + placement.height <= placement.canvas.height
    assert placement.width / placement.height == pytest.approx(width / height, rel=0.02)


@pytest.mark.parametrize(
    ("width", "height", "canvas"),
    [
        (320, 320, "512x512"),
        (321, 321, "1024x1024"),
        (920, 920, "1024x1024"),  # CHASE_DB1
        (1060, 905, "1024x1024"),  # AVRDB
        (2016, 2002, "1024x1024"),  # FIVES20
        (3411, 2848, "2048x1408"),  # IDRID
        (3813, 2848, "2048x1408"),
        (3272, 2336, "2048x1408"),  # HRF
    ],
)
def test_the_canvas_of_the_shipped_card_hangs_on_no_pixel_for_known_cameras(
    width: int, height: int, canvas: str
) -> None:
    card, _ = read_model_card(SHIPPED)
    for factor in (0.97, 1, 1.03) if width > 400 else (1,):
        assert str(place(view_of(round(width * factor), height), card.canvases).canvas) == canvas


def test_there_and_back_is_the_same_place(card: ModelCard) -> None:
    view = view_of(1600, 1200)
    placement = place(view, card.canvases)
    rows, columns = np.mgrid[:1200, :1600]
    spot = (np.hypot(rows - 900, columns - 300) < 40).astype(np.uint8)
    rgb = np.repeat(spot[:, :, None] * 200, 3, axis=2)
    canvas = prepare(rgb, view, placement, card.preparation)
    back = restore((canvas > 0).astype(np.float32), view, placement, (1200, 1600))
    found = back > CERTAIN / 2
    assert found.sum() == pytest.approx(spot.sum(), rel=0.05)
    assert np.argwhere(found).mean(axis=0) == pytest.approx([900, 300], abs=0.6)


def test_nothing_is_found_outside_the_field_of_view(photograph: Photograph, card: ModelCard) -> None:
    view = photograph.field_of_view
    placement = place(view, card.canvases)
    inside = view.mask((1411, 1411))
    back = restore(np.ones((1024, 1024), np.float32), view, placement, (1411, 1411))
    assert back.dtype == np.uint16
    assert np.array_equal(back > 0, inside)


def test_light_and_contrast_hardly_change_the_canvas(small_rgb: Rgb, card: ModelCard) -> None:
    view = find_field_of_view(small_rgb)
    placement = place(view, card.canvases)
    plain, dim = (
        prepare(rgb, view, placement, card.preparation) for rgb in (small_rgb, (small_rgb * 0.7).astype(np.uint8))
    )
    assert np.corrcoef(plain.ravel(), dim.ravel())[0, 1] > 0.98


def test_the_preparation_is_what_the_network_was_trained_with(photograph: Photograph, card: ModelCard) -> None:
    """The golden vector: the sample's canvas at 512, averaged over 64x64 pixels, noted when the network was trained.

    So is the field of view: the one that was found then.
    """
    golden = json.loads(GOLDEN.read_text())
    view = FieldOfView(6, 4, 1396, 1398, np.array(golden["outline"], np.int32), "disc", 1.0)
    only = CanvasSize(height=512, width=512, field_of_view_width_up_to=None)
    canvas = prepare(photograph.rgb, view, place(view, [only]), card.preparation)
    blocks = canvas.reshape(8, 64, 8, 64).mean(axis=(1, 3))
    assert blocks == pytest.approx(np.array(golden["canvas"]), abs=0.02)


def test_one_half_is_not_above_one_half_and_nothing_wraps() -> None:
    found = levels(np.array([[0.5, 1.0, 1.5, -0.2]], np.float32))
    assert found.tolist() == [[CERTAIN // 2, CERTAIN, CERTAIN, 0]]
    assert not over(found, 0.5)[0, 0]


def test_a_card_can_leave_the_gray_as_it_is() -> None:
    plain = Preparation(outside="as photographed", equalisation=NoEqualisation(), scaling=Divide(by=255))
    gray = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert normalise(gray, np.zeros((16, 16), bool), plain) == pytest.approx(gray / 255)
