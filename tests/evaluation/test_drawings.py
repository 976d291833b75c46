"""The foreign pictures that the gate is fitted and tried on: many kinds, each drawn differently and repeatably."""

import numpy as np
import pytest

from models.evaluation.drawings import DRAWINGS
from models.evaluation.foreign import DRAWN_EACH, TALLEST, drawing, negatives, pictures
from retina.imaging.arrays import Rgb


@pytest.mark.parametrize("kind", sorted(DRAWINGS))
def test_a_drawing_is_repeatable_and_no_two_are_alike(kind: str) -> None:
    first, again, other = (DRAWINGS[kind](np.random.default_rng(seed), 96) for seed in (1, 1, 2))
    assert first.dtype == np.uint8
    assert first.shape == (96, 96, 3)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.std() > 1


def test_drawings_come_in_several_sizes_colours_and_shapes() -> None:
    drawn = [drawing("web", number) for number in range(DRAWN_EACH)]
    assert np.array_equal(drawn[3], drawing("web", 3))
    assert len({each.shape for each in drawn}) > 6
    corners = {tuple(each[2, 2] > 128) for each in drawn}
    assert {(False, False, False), (True, True, True)} <= corners
    assert any(each.shape[0] < each.shape[1] for each in drawn)


def test_large_drawings_are_drawn_at_half_their_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.evaluation.foreign.SIZES", ((1800, 1800),) * 3)
    asked: list[int] = []

    def draw(random: np.random.Generator, side: int) -> Rgb:
        asked.append(side)
        return random.integers(0, 255, (side, side, 3), np.uint8)

    monkeypatch.setitem(DRAWINGS, "web", draw)
    assert drawing("web", 0).shape[1] == 1800
    assert asked == [900]
    assert asked[0] < TALLEST


def test_the_collection_has_every_kind_and_draws_only_what_is_asked_for(small_rgb: Rgb) -> None:
    kinds = [kind for kind, _ in pictures(iter([small_rgb]))]
    assert {kinds.count(kind) for kind in DRAWINGS} == {DRAWN_EACH}
    assert kinds.count("sample") >= 60
    assert kinds.count("angiogram") == kinds.count("negative") == 1
    assert len(kinds) >= 800
    assert [kind for kind, _ in negatives(iter([small_rgb]))] == ["angiogram", "negative"]
