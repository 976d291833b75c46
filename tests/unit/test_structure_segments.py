"""Vessels cut at their joints, and kinds that travel along them."""

import cv2
import numpy as np
import pytest

from retina.imaging.arrays import Mask
from retina.imaging.model_card import CanvasSize
from retina.imaging.preprocessing import Placement
from retina.imaging.skeleton import skeletonise
from retina.imaging.structures import artery_vein
from retina.imaging.structures.artery_vein import (
    ARTERY,
    UNKNOWN,
    VEIN,
    WorkingCopy,
    kinds_of,
    painted,
    propagated,
)
from retina.imaging.structures.segments import segments_of


def drawn(*lines: tuple[tuple[int, int], tuple[int, int]]) -> Mask:
    picture = np.zeros((200, 200), np.uint8)
    for start, end in lines:
        cv2.line(picture, start, end, (1,), 3)
    return picture.view(np.bool_)


def test_a_crossing_has_four_segments_of_which_opposite_ones_continue_each_other() -> None:
    segments = segments_of(skeletonise(drawn(((20, 100), (180, 100)), ((100, 20), (100, 180)))))
    assert segments.count == 4
    straight = {frozenset((a, b)) for a, b, much in segments.meetings if much > 0.9}
    ends = [segments.labels[place] for place in ((100, 40), (100, 160), (40, 100), (160, 100))]
    assert straight == {frozenset(ends[:2]), frozenset(ends[2:])}
    assert all(much < 0.3 for a, b, much in segments.meetings if frozenset((a, b)) not in straight)


def test_nothing_has_no_segments() -> None:
    segments = segments_of(np.zeros((50, 50), np.bool_))
    assert (segments.count, segments.meetings) == (0, ())
    assert not painted(np.ones((50, 50), np.bool_), segments, np.zeros(0)).any()


def test_crossing_vessels_keep_their_kinds_and_doubtful_ends_follow_their_trunks() -> None:
    vessels = drawn(((20, 100), (180, 100)), ((100, 20), (100, 180)))
    segments = segments_of(skeletonise(vessels))
    own = np.zeros(segments.count)
    own[segments.labels[100, 40] - 1], own[segments.labels[40, 100] - 1] = 3, -3  # nothing about the opposite ends
    kinds = painted(vessels, segments, propagated(segments, own, np.full(segments.count, 80.0)))
    assert kinds[100, 40] == kinds[100, 160] == ARTERY
    assert kinds[40, 100] == kinds[160, 100] == VEIN
    assert not kinds[~vessels].any()


def test_a_segment_of_little_evidence_has_no_kind() -> None:
    vessels = drawn(((20, 100), (180, 100)))
    segments = segments_of(skeletonise(vessels))
    for own, kind in ((3.0, ARTERY), (-3.0, VEIN), (0.5, UNKNOWN)):
        kinds = painted(vessels, segments, propagated(segments, np.array([own]), np.array([80.0])))
        assert np.unique(kinds[vessels]).tolist() == [kind]
    assert abs(propagated(segments, np.array([3.0]), np.array([5.0]))[0]) < 1.2, "a short one says less"


def test_a_segment_is_what_the_network_says_along_it_wherever_its_canvas_lies() -> None:
    """The copy is 200 wide, its canvas 100, 30 pixels down in a padding: a pixel of the map is four of the copy's."""
    vessels = drawn(((20, 60), (180, 60)), ((20, 140), (180, 140)))
    copy = WorkingCopy(vessels, skeletonise(vessels))
    placement = Placement(CanvasSize(height=160, width=100, field_of_view_width_up_to=None), 0, 30, 100, 100)
    artery = np.full((80, 50), 0.5, np.float32)
    artery[15 + 15 - 2 : 15 + 15 + 2], artery[15 + 35 - 2 : 15 + 35 + 2] = 0.9, 0.1
    segments, evidence = kinds_of(copy, artery, placement)
    assert evidence[segments.labels[60, 100] - 1] == pytest.approx(np.log(9), abs=0.1)
    assert evidence[segments.labels[140, 100] - 1] == pytest.approx(-np.log(9), abs=0.1)
    nothing = WorkingCopy(np.zeros_like(vessels), np.zeros_like(vessels))
    assert not len(kinds_of(nothing, artery, placement)[1])


def test_any_number_of_vessel_pixels_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    vessels = drawn(((20, 60), (180, 60)))
    copy, artery = WorkingCopy(vessels, skeletonise(vessels)), np.random.default_rng(0).random((100, 100), np.float32)
    placement = Placement(CanvasSize(height=200, width=200, field_of_view_width_up_to=None), 0, 0, 200, 200)
    expected = kinds_of(copy, artery, placement)[1]
    monkeypatch.setattr(artery_vein, "PIECE", 7)
    assert kinds_of(copy, artery, placement)[1] == pytest.approx(expected)
