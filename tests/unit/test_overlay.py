"""The overlay's colours: arteries, veins and the disc's rim where they were asked for, and what tells them apart."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from conftest import ROOT
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.model_card import CanvasSize
from retina.imaging.overlay import ARTERY_COLOUR, COLOURS, VEIN_COLOUR, VESSEL_COLOUR, VESSEL_OPACITY, overlay
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import Segmentation
from retina.imaging.structures.artery_vein import ARTERY, UNKNOWN, VEIN
from retina.imaging.structures.disc import Disc
from retina.imaging.structures.finding import Structures

SHAPE = (300, 400)
GROUND = (190, 95, 50)
ROWS = {UNKNOWN: slice(50, 60), ARTERY: slice(100, 110), VEIN: slice(150, 160)}
DISC = Disc(x=200.0, y=240.0, long=60.0, short=40.0, angle=0.0, confidence=0.9)


def segmentation(*marked: str) -> Segmentation:
    """Three bands of vessel of different kinds, and a disc."""
    vessels, kinds = np.zeros(SHAPE, np.bool_), np.zeros(SHAPE, np.uint8)
    for kind, rows in ROWS.items():
        vessels[rows, 50:350], kinds[rows, 50:350] = True, kind
    outline = np.array([[0, 0], [399, 0], [399, 299], [0, 299]], np.int32)
    view = FieldOfView(0, 0, 400, 300, outline, "whole", 1.0)
    found = Structures(lambda: kinds, True, DISC, None, SHAPE, view, 0.0)
    canvas = CanvasSize(height=512, width=512)
    return Segmentation(vessels.astype(np.uint16), vessels, 0.5, canvas, structures=found, marked=frozenset(marked))


def drawn(*marked: str, side: int | None = None) -> NDArray[np.uint8]:
    rgb = np.full((*SHAPE, 3), GROUND, np.uint8)
    view = None
    return overlay(Photograph(rgb, view, ""), segmentation(*marked), side)  # type: ignore[arg-type]


def tinted(colour: tuple[int, ...]) -> NDArray[np.float64]:
    return np.array(GROUND) * (1 - VESSEL_OPACITY) + np.array(colour) * VESSEL_OPACITY


def test_arteries_and_veins_have_their_colours_if_they_were_asked_for() -> None:
    plain, marked = drawn("disc"), drawn("artery_vein")
    for kind, rows in ROWS.items():
        assert np.abs(plain[rows, 50:350] - tinted(VESSEL_COLOUR)).max() <= 1
        assert np.abs(marked[rows, 50:350] - tinted(COLOURS[kind])).max() <= 1
    assert (marked[:40] == GROUND).all()
    assert (marked[200:] == GROUND).all(), "no rim that nobody asked for"


def test_a_reduced_overlay_has_the_same_colours() -> None:
    half = drawn("artery_vein", side=200)
    assert half.shape == (150, 200, 3)
    for kind, rows in ROWS.items():
        inside = half[rows.start // 2 : rows.stop // 2, 30:170]
        assert np.abs(inside - tinted(COLOURS[kind])).max() <= 1


@pytest.mark.parametrize("side", [None, 200])
def test_the_discs_rim_is_drawn_where_the_disc_ends(side: int | None) -> None:
    picture, scale = drawn("disc", side=side), 1 if side is None else 0.5
    changed = (picture != GROUND).any(axis=2)
    changed[: round(200 * scale)] = False
    rows, columns = np.nonzero(changed)
    assert [columns.min() / scale, columns.max() / scale] == pytest.approx([170, 230], abs=4)
    assert [rows.min() / scale, rows.max() / scale] == pytest.approx([220, 260], abs=4)
    assert not changed[round(240 * scale), round(200 * scale)], "the disc itself stays as it is"


# Machado, Oliveira and Fernandes 2009 (doi 10.1109/TVCG.2009.113), severity 1: linear RGB as it is seen without the
# cones for long, medium and short waves.
SIGHT = {
    "full": np.eye(3),
    "protanopia": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "deuteranopia": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "tritanopia": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}
GROUNDS = ((200, 100, 50), (150, 60, 25), (220, 140, 80))
VESSELS = ((130, 45, 25), (170, 80, 50), (90, 25, 15))


def lab(rgb: NDArray[np.float64], sight: str) -> NDArray[np.float64]:
    """CIELAB under D65 of an sRGB colour, 0 to 255."""
    share = rgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    linear = np.clip(SIGHT[sight] @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    xyz = xyz / (0.9505, 1, 1.0888)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
def test_the_colours_are_apart_for_every_eye(sight: str) -> None:
    """A difference of 2 can just be seen side by side; red on a red photograph would be 6 in protanopia."""
    for vessel in VESSELS:
        seen = {
            kind: lab(np.array(vessel) * (1 - VESSEL_OPACITY) + np.array(colour) * VESSEL_OPACITY, sight)
            for kind, colour in COLOURS.items()
        }
        for one, other in combinations(seen.values(), 2):
            assert np.linalg.norm(one - other) > 15
        for ground in GROUNDS:
            assert min(np.linalg.norm(each - lab(np.array(ground), sight)) for each in seen.values()) > 15


def test_the_page_uses_the_same_colours() -> None:
    style = (ROOT / "site" / "style.css").read_text()
    for name, colour in (("vessel", VESSEL_COLOUR), ("artery", ARTERY_COLOUR), ("vein", VEIN_COLOUR)):
        assert f"--{name}: #{bytes(colour).hex()};" in style
