"""What the gate's numbers say of shapes that are drawn here: where lines converge, how they are coloured."""

import cv2
import numpy as np
import pytest

from retina.imaging.arrays import Rgb
from retina.imaging.reduction import SIDE, Reduction
from retina.imaging.vessel_pattern import NAMES, vessel_pattern

Place = tuple[int, int]

MIDDLE = SIDE // 2
RED, ORANGE = (150, 40, 25), (200, 110, 60)


def pattern(
    *,
    to: tuple[int, int] | None,
    bright: tuple[int, int] | None = None,
    ink: tuple[int, ...] = RED,
    faint: bool = False,
) -> dict[str, float]:
    """Of a round field with lines that run to the place `to` from all sides, or side by side, and a `bright` spot."""
    lines = np.zeros((SIDE, SIDE), np.uint8)
    for number in range(18):
        turn, x = number * np.pi / 9, 60 + number * 30
        along = np.array([np.cos(turn), np.sin(turn)])
        ends = np.array([(x, 0), (x, SIDE)]) if to is None else np.rint(to + np.outer((30, SIDE), along)).astype(int)
        cv2.line(lines, ends[0].tolist(), ends[1].tolist(), (255 if number % 2 or not faint else 90,), 6, cv2.LINE_AA)
    rgb: Rgb = np.full((SIDE, SIDE, 3), ORANGE, np.uint8)
    if bright:
        cv2.circle(rgb, bright, 40, (235, 190, 140), -1)
    share = lines[..., None] / 255
    rgb = np.asarray(rgb * (1 - share) + np.array(ink) * share, np.uint8)
    inside = np.zeros((SIDE, SIDE), np.uint8)
    cv2.circle(inside, (MIDDLE, MIDDLE), MIDDLE - 5, (255,), -1)
    return vessel_pattern(Reduction(rgb, np.where(lines > 40, 255, 0).astype(np.uint8) & inside, inside))


def test_a_disc_is_bright_and_lines_converge_on_it() -> None:
    at, elsewhere, none = (pattern(to=(200, 320), bright=place) for place in ((200, 320), (480, 320), None))
    assert at["disc"] > 0.6
    assert elsewhere["disc"] < 0.4
    assert pattern(to=None, bright=(200, 320))["disc"] < 0.4
    assert at["glow"] > max(elsewhere["glow"], none["glow"]) + 0.1
    assert set(at) == set(NAMES)


def test_a_gray_picture_under_a_tint_is_told_from_blood_on_tissue_and_from_plain_gray() -> None:
    tinted = pattern(to=(200, 320), ink=tuple(c // 2 for c in ORANGE))
    assert tinted["tint"] > 0.5
    assert pattern(to=(200, 320), ink=(190, 60, 35))["tint"] < 0.2


def test_lines_that_are_not_all_as_dark_spread_in_contrast() -> None:
    alike, unlike = (pattern(to=(200, 320), faint=faint)["contrast_spread"] for faint in (False, True))
    assert unlike > alike + 0.1


def test_a_picture_without_vessels_has_no_pattern() -> None:
    empty = np.zeros((SIDE, SIDE), np.uint8)
    found = vessel_pattern(Reduction(np.full((SIDE, SIDE, 3), 90, np.uint8), empty, empty + 255))
    assert found == dict.fromkeys(NAMES, 0.0)


@pytest.mark.parametrize("shape", [(40, SIDE), (SIDE, 40), (16, 64)])
def test_every_number_is_finite_in_a_narrow_field(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(1)
    rgb = random.integers(0, 255, (*shape, 3), np.uint8)
    found = vessel_pattern(Reduction(rgb, random.integers(0, 255, shape, np.uint8), np.full(shape, 255, np.uint8)))
    assert all(np.isfinite(value) for value in found.values())
