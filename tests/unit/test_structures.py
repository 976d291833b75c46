"""Optic disc and fovea: found in maps, and placed in the photograph."""

import hashlib
import json
from typing import Any

import cv2
import numpy as np
import pytest

from conftest import ROOT
from retina.imaging import rendering
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.model_card import CanvasSize
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.pipeline import predict_photograph
from retina.imaging.preprocessing import place
from retina.imaging.structures.artery_vein import ARTERY, VEIN
from retina.imaging.structures.disc import Disc, disc_of
from retina.imaging.structures.finding import find_structures
from retina.imaging.structures.fovea import fovea_of
from retina.imaging.structures.network import structure_network
from retina.imaging.structures.preparation import channels, prepare_colour

SHAPE = (300, 500)
DISC = (220.0, 650.0, 203.0)
"""Centre and diameter of the sample photograph's disc, read off by eye."""


def disc_map(x: float, y: float, long: float, short: float, angle: float) -> Any:
    picture = np.zeros((256, 256), np.float32)
    cv2.ellipse(picture, ((x, y), (long, short), angle), (1.0,), cv2.FILLED, cv2.LINE_AA)
    return cv2.GaussianBlur(picture, (0, 0), 1)


def test_the_disc_is_the_ellipse_in_the_map() -> None:
    disc = disc_of(disc_map(100.3, 130.6, 60, 44, 70), 256)
    assert disc is not None
    assert [disc.x, disc.y] == pytest.approx([100.3, 130.6], abs=0.6)
    assert [disc.long, disc.short] == pytest.approx([60, 44], abs=2)
    assert disc.angle == pytest.approx(70, abs=4)
    assert disc.diameter == pytest.approx(np.sqrt(60 * 44), rel=0.03)
    assert 0.8 < disc.confidence <= 1


def test_without_a_disc_in_view_there_is_none() -> None:
    assert disc_of(np.full((256, 256), 0.4, np.float32), 256) is None
    assert disc_of(disc_map(100, 100, 8, 8, 0), 256) is None, "a speck is no disc"
    assert disc_of(np.ones((256, 256), np.float32), 256) is None, "all of it is no disc either"
    assert disc_of(0.8 * disc_map(100, 130, 60, 44, 70), 256) is None, "the network is not sure"


def test_a_disc_cut_by_the_photographs_edge_goes_on_beyond_it() -> None:
    disc = disc_of(disc_map(-5, 128, 60, 60, 0), 256)
    assert disc is not None
    assert [disc.x, disc.y, disc.diameter] == pytest.approx([-5, 128, 60], abs=3)


def test_a_disc_cut_by_a_round_edge_is_that_of_the_seen_part() -> None:
    rows, columns = np.indices((256, 256))
    field = np.hypot(columns - 128, rows - 128) < 120
    disc = disc_of(disc_map(240, 128, 60, 60, 0) * field, 256)
    assert disc is not None
    assert 225 < disc.x < 236, "too far inside"
    assert [disc.short, disc.long, disc.angle] == pytest.approx([45, 61, 90], abs=4)


def test_the_fovea_lies_where_a_fovea_can_be() -> None:
    found = np.zeros((256, 256), np.float32)
    found[100, 60], found[120, 150] = 30, 20  # blurred by two pixels: about .6 and .4
    assert fovea_of(found * 0 + 0.1, None) is None
    alone, beside = fovea_of(found, None), fovea_of(found, Disc(70, 110, 32, 32, 0, 1))
    assert alone is not None
    assert (alone.x, alone.y) == (60, 100)
    assert beside is not None, "the higher peak lies within the disc's own surround"
    assert (beside.x, beside.y) == (150, 120)


class Answers:
    """A network that has seen a disc and a fovea, and takes all vessels of the upper half for arteries."""

    canvas = CanvasSize(height=512, width=512, field_of_view_width_up_to=None)

    def __init__(self) -> None:
        self.maps = np.full((256, 256, 3), 0.05, np.float32)
        self.maps[..., 0] = disc_map(60, 128, 40, 40, 0)
        self.maps[..., 1] = cv2.GaussianBlur(disc_map(170, 128, 8, 8, 0), (0, 0), 2)
        self.maps[:128, :, 2] = 0.95

    def __call__(self, values: Any) -> Any:
        assert values.shape == (512, 512, 4)
        return self.maps


class Dazzled(Answers):
    """Sees more in the padding above and below the field of view, where training never looks, than in it."""

    def __call__(self, values: Any) -> Any:
        self.maps[:30] = 1
        return self.maps


def test_nothing_is_found_outside_the_field_of_view() -> None:
    outline = np.array([[50, 0], [449, 0], [449, 299], [50, 299]], np.int32)
    view = FieldOfView(50, 0, 400, 300, outline, "disc", 1.0)
    rgb = np.random.default_rng(0).integers(80, 100, (*SHAPE, 3), np.uint8)
    vessels = np.zeros(SHAPE, np.bool_)
    one, other = (
        find_structures(Photograph(rgb, view, ""), vessels, network)  # type: ignore[arg-type]
        for network in (Answers(), Dazzled())
    )
    assert one.disc is not None
    assert (one.disc, one.fovea) == (other.disc, other.fovea)


def test_places_are_those_of_the_photograph() -> None:
    """The field of view is 400 wide and starts at 50: a pixel of the maps is 400 / 256 of the photograph's."""
    outline = np.array([[50, 0], [449, 0], [449, 299], [50, 299]], np.int32)
    view = FieldOfView(50, 0, 400, 300, outline, "disc", 1.0)
    rgb = np.random.default_rng(0).integers(80, 100, (*SHAPE, 3), np.uint8)
    vessels = np.zeros(SHAPE, np.bool_)
    vessels[138:142, 60:440] = vessels[158:162, 60:440] = True
    found = find_structures(Photograph(rgb, view, ""), vessels, Answers())  # type: ignore[arg-type]
    scale = 400 / 256
    assert found.disc is not None
    assert [found.disc.x, found.disc.y] == pytest.approx([50 + 60.5 * scale - 0.5, 150], abs=1.5)
    assert found.disc.diameter == pytest.approx(40 * scale, rel=0.06)
    assert found.fovea is not None
    assert found.fovea.x == pytest.approx(50 + 170.5 * scale - 0.5, abs=2)
    assert found.kinds.shape == SHAPE
    assert np.unique(found.kinds[138:142][vessels[138:142]]).tolist() == [ARTERY]
    assert np.unique(found.kinds[158:162][vessels[158:162]]).tolist() == [VEIN]
    assert not found.kinds[~vessels].any()
    assert found.disc_mask.sum() == pytest.approx(np.pi / 4 * (40 * scale) ** 2, rel=0.1)


@pytest.mark.parametrize("tint", [(1, 1, 1), (0, 1, 0), (1, 0.8, 0.6)], ids=["gray", "green", "sepia"])
def test_without_colour_no_vessel_is_called_an_artery_or_a_vein(tint: tuple[float, ...]) -> None:
    outline = np.array([[50, 0], [449, 0], [449, 299], [50, 299]], np.int32)
    view = FieldOfView(50, 0, 400, 300, outline, "disc", 1.0)
    gray = np.random.default_rng(0).integers(80, 200, (*SHAPE, 1))
    rgb = np.rint(gray * np.array(tint)).astype(np.uint8)
    vessels = np.zeros(SHAPE, np.bool_)
    vessels[148:152, 60:440] = True
    found = find_structures(Photograph(rgb, view, ""), vessels, Answers())  # type: ignore[arg-type]
    assert not found.colour
    assert not found.kinds.any()
    assert found.disc is not None


def test_the_channels_do_not_know_how_bright_the_camera_is() -> None:
    random = np.random.default_rng(0)
    noise = random.uniform(0, 120, (200, 200, 2)).astype(np.float32)
    pixels = np.asarray(cv2.GaussianBlur(noise, (0, 0), 3), np.float32)
    inside = np.zeros((200, 200), np.bool_)
    inside[20:180, 20:180] = True
    one, other = channels(pixels, inside), channels(pixels * np.array([1.7, 2.0], np.float32) + 5, inside)
    assert one.shape == (200, 200, 4)
    assert np.abs(one[inside].mean(axis=0)).max() < 0.05
    assert np.abs(one - other).max() < 0.02
    assert not one[~inside].any()
    assert not channels(pixels, np.zeros_like(inside)).any()


def test_the_shipped_network_is_the_one_its_card_describes(photograph: Photograph) -> None:
    card = json.loads((ROOT / "models" / "structures.json").read_text())
    assert hashlib.sha256((ROOT / "models" / card["file"]).read_bytes()).hexdigest() == card["sha256"]
    network = structure_network()
    assert str(network.canvas) in card["input"]
    view = photograph.field_of_view
    maps = network(prepare_colour(photograph.rgb, view, place(view, [network.canvas])))
    assert maps.shape == (network.canvas.height // 2, network.canvas.width // 2, 3)
    assert 0 <= maps.min() <= maps.max() <= 1


def test_the_samples_disc_is_found(photograph: Photograph) -> None:
    found = find_structures(photograph, np.zeros(photograph.rgb.shape[:2], np.bool_), structure_network())
    assert found.disc is not None
    assert np.hypot(found.disc.x - DISC[0], found.disc.y - DISC[1]) < 0.2 * DISC[2]
    assert found.disc.diameter == pytest.approx(DISC[2], rel=0.15)


def test_a_disc_does_not_wait_for_arteries_and_veins(
    photograph: Photograph, quick_network: VesselNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does the result of a prediction hold the photograph, by which they would be found."""

    def refuse(*_: Any) -> Any:
        raise AssertionError("nobody has asked for them")

    monkeypatch.setattr("retina.imaging.structures.finding._kinds", refuse)
    pictures = {name: rendering.OUTPUTS[name][name] for name in ("disc", "overlay")}
    prediction = predict_photograph(photograph, quick_network, pictures)
    assert prediction.structures is not None
    assert prediction.structures.disc is not None
    assert "kinds" not in vars(prediction.structures)
    with pytest.raises(RuntimeError, match="no longer there"):
        _ = prediction.structures.kinds
