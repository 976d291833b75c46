"""A rough outline is moved to the edge that is seen."""

import cv2
import numpy as np
import pytest

from retina.imaging.arrays import Rgb
from retina.imaging.field_edge import DIM_RIM, sharpen, spaced

TURN = np.linspace(0, 2 * np.pi, 500, endpoint=False)


def circle(x: float, y: float, radius: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.column_stack([x + radius * np.cos(TURN), y + radius * np.sin(TURN)]).astype(np.float32)


def drawn(surround: int) -> Rgb:
    picture = np.full((400, 512, 3), surround, np.uint8)
    cv2.circle(picture, (256, 200), 150, (180, 90, 40), -1, cv2.LINE_AA)
    noise = np.random.default_rng(0).normal(0, 4, picture.shape)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


@pytest.mark.parametrize("surround", [0, 40, 128, 255])
@pytest.mark.parametrize("radius", [142.0, 150.0, 157.0])
def test_a_circle_that_is_too_small_or_too_large_finds_its_radius(surround: int, radius: float) -> None:
    found = sharpen(drawn(surround), circle(258, 199, radius))
    edge = 150.5 + (DIM_RIM if surround < 100 else 0)
    assert np.abs(np.hypot(*(found - (256, 200)).T) - edge).max() < 1.5


def test_without_an_edge_the_outline_stays() -> None:
    flat = np.full((400, 512, 3), 90, np.uint8)
    rough = circle(256, 200, 150)
    assert np.abs(np.hypot(*(sharpen(flat, rough) - (256, 200)).T) - 150).max() < 0.5


def test_the_frame_is_no_edge_but_a_bar_is() -> None:
    tissue = np.clip(np.random.default_rng(1).normal((180, 90, 40), 6, (200, 300, 3)), 0, 255).astype(np.uint8)
    whole = np.array([[0, 0], [299, 0], [299, 199], [0, 199]], np.float32)
    assert np.abs(sharpen(tissue, whole) - spaced(whole)).max() < 4  # corners are rounded by a pixel or two
    tissue[:6] = 255
    rows = sharpen(tissue, whole)[20:60, 1]  # along the upper side
    assert rows == pytest.approx(6, abs=1)
