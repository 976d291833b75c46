"""The vessel graph of shapes whose nodes, lengths and calibres are known."""

import itertools
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from retina.imaging.arrays import Mask
from retina.imaging.graph import features
from retina.imaging.graph.features import features_of
from retina.imaging.graph.schemas import GraphFeatures
from retina.imaging.graph.vessel_graph import VesselGraph, vessel_graph
from support.drawn_vessels import certain, drawn, sine, turned, whole

TREE = (
    ((40, 150), (110, 140), (180, 150), (250, 140)),
    ((110, 140), (150, 100), (160, 50)),
    ((180, 150), (210, 190), (200, 250)),
    ((150, 100), (200, 80), (240, 90)),
)


def lines(*points: tuple[int, int]) -> Mask:
    canvas = np.zeros((256, 256), np.uint8)
    for start, end in itertools.pairwise(points):
        cv2.line(canvas, start, end, (1,))
    return canvas.view(np.bool_)


def of(mask: Mask) -> VesselGraph:
    return vessel_graph(mask, None, whole(mask.shape))


def counts(graph: VesselGraph) -> tuple[int, int]:
    """Ends and branch points."""
    return int((graph.degrees == 1).sum()), int((graph.degrees >= 3).sum())


def length(graph: VesselGraph) -> float:
    return float(graph.lines.lengths.sum())


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (lines((28, 128), (228, 128)), 200),
        (lines((28, 28), (228, 228)), 282.84),
        (lines((128, 28), (128, 228)), 200),
        (lines((28, 40), (228, 107)), np.hypot(200, 67)),
    ],
)
def test_straight_lines(mask: Mask, expected: float) -> None:
    graph = of(mask)
    assert counts(graph) == (2, 0)
    assert length(graph) == pytest.approx(expected, rel=0.002)
    assert graph.lines.lengths / graph.lines.chords == pytest.approx(1, abs=0.002)


def test_a_branching() -> None:
    graph = of(lines((228, 128), (128, 128), (48, 58)) | lines((128, 128), (48, 198)))
    assert counts(graph) == (3, 1)
    # The chain code, 1 or the square root of 2 a step, gives 317.99.
    assert length(graph) == pytest.approx(100 + 2 * np.hypot(80, 70), rel=0.01)
    assert sorted(graph.frame.upright(graph.nodes).round().tolist()) == [[48, 58], [48, 198], [128, 128], [228, 128]]


def test_a_sine_has_the_length_of_its_curve() -> None:
    canvas = np.zeros((256, 256), np.uint8)
    cv2.polylines(canvas, [np.rint(sine((28, 128), 200, 20, 100)).astype(np.int32)], False, (1,))
    graph = of(canvas.view(np.bool_))
    assert counts(graph) == (2, 0)
    assert length(graph) == pytest.approx(264, rel=0.01)
    assert graph.lines.lengths / graph.lines.chords == pytest.approx(1.32, rel=0.01)


def test_a_ring_is_one_line_that_ends_where_it_starts() -> None:
    canvas = np.zeros((256, 256), np.uint8)
    cv2.circle(canvas, (128, 128), 60, (1,), 3)
    graph = of(canvas.view(np.bool_))
    assert counts(graph) == (0, 0)
    assert len(graph.lines) == 1
    assert graph.starts == graph.ends
    assert length(graph) == pytest.approx(2 * np.pi * 60, rel=0.01)
    assert abs(np.median(graph.lines.curvatures)) == pytest.approx(1 / 60, rel=0.05)


def test_rings_and_tails_stay_together() -> None:
    canvas = np.zeros((256, 256), np.uint8)
    cv2.circle(canvas, (100, 128), 50, (1,), 1)
    cv2.line(canvas, (150, 128), (230, 128), (1,))
    graph = of(canvas.view(np.bool_))
    assert counts(graph) == (1, 1)
    assert length(graph) == pytest.approx(2 * np.pi * 50 + 80, rel=0.01)


@pytest.mark.parametrize("width", [5, 9, 15])
def test_thick_vessels_have_no_spurs(width: float) -> None:
    rng = np.random.default_rng(int(width))
    picture = drawn([[(228, 128), (128, 128), (48, 58)], [(128, 128), (48, 198)]], width, (256, 256))
    rough = cv2.GaussianBlur(picture + rng.normal(0, 0.5, picture.shape), (0, 0), 1.2) > 0.45
    assert counts(of(np.asarray(rough))) == (3, 1)


def test_holes_and_specks_are_no_vessels() -> None:
    mask, _ = certain(drawn([[(28, 128), (228, 128)]], 9, (256, 256)))
    mask[127:130, 100:103] = False
    mask[40:44, 40:43] = True
    graph = of(mask)
    assert counts(graph) == (2, 0)
    assert len(graph.lines) == 1


def test_nothing_has_an_empty_graph() -> None:
    for mask in (np.zeros((70, 80), np.bool_), lines((50, 50), (50, 50))):
        graph = of(mask)
        assert (len(graph.lines), len(graph.nodes), len(graph.calibres), counts(graph)) == (0, 0, 0, (0, 0))
        assert graph.frame.upright(graph.lines.points).shape == (0, 2)


@pytest.mark.parametrize("degrees", [0, 17, 45, 90, 73])
@pytest.mark.parametrize("width", [1.5, 2, 3, 5, 8, 12, 20])
def test_calibres_of_drawn_vessels(width: float, degrees: float) -> None:
    for shift in (0, 0.25, 0.5):
        picture = drawn([[(10 + shift, 80 + shift), (150 + shift, 80 + shift)]], width, degrees=degrees)
        assert calibre(picture) == pytest.approx(width, abs=0.15)
        blurred = np.asarray(cv2.GaussianBlur(picture, (0, 0), 1), np.float32)
        noise = np.random.default_rng(round(width * 10)).normal(0, 0.05, picture.shape).astype(np.float32)
        assert calibre(blurred) == pytest.approx(width, abs=0.4)
        assert calibre(blurred + noise) == pytest.approx(width, abs=0.4)


def calibre(picture: NDArray[np.float32]) -> float:
    """The mean calibre of the longest segment."""
    graph = vessel_graph(*certain(picture), whole(picture.shape))
    return float(graph.mean_calibres[np.argmax(graph.lines.lengths)])


def test_a_parallel_vessel_is_not_measured_too() -> None:
    picture = drawn([[(10, 80), (150, 80)], [(10, 89), (150, 89)]], 5)
    graph = vessel_graph(*certain(picture), whole(picture.shape))
    assert graph.mean_calibres == pytest.approx([5, 5], abs=0.15)


def test_a_mask_alone_gives_calibres_too() -> None:
    mask, _ = certain(drawn([[(10, 80), (150, 80)]], 7, degrees=25))
    assert of(mask).mean_calibres == pytest.approx(7, abs=0.3)


def test_a_calibre_follows_a_vessel_that_tapers() -> None:
    picture = np.zeros((160, 160), np.float32)
    half = np.linspace(6, 2, 160)
    picture[:] = np.clip(half[None] + 0.5 - np.abs(np.arange(160) - 80)[:, None], 0, 1)
    graph = vessel_graph(*certain(picture), whole(picture.shape))
    places = graph.frame.upright(graph.lines.points)
    middle = np.abs(places[:, 0] - 80) < 50
    assert graph.calibres[middle] == pytest.approx(2 * np.interp(places[middle, 0], np.arange(160), half), abs=0.4)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turned_by_90_degrees_it_is_exactly_the_same(turns: int) -> None:
    vessels, probability = certain(drawn(TREE, 6, (288, 300)))
    plain = vessel_graph(vessels, probability, whole(vessels.shape))
    again = vessel_graph(np.rot90(vessels, turns), np.rot90(probability, turns), whole(np.rot90(vessels, turns).shape))
    assert np.array_equal(plain.lines.points, again.lines.points)
    assert np.array_equal(plain.calibres, again.calibres)
    there = again.frame.upright(again.lines.points)
    assert np.rot90(vessels, turns)[there[:, 1].round().astype(int), there[:, 0].round().astype(int)].all()


def test_turned_by_30_degrees_it_differs_by_less_than_two_percent() -> None:
    plain, again = (
        vessel_graph(*certain(drawn(TREE, 6, (300, 300), degrees=degrees)), whole((300, 300))) for degrees in (0, 30)
    )
    assert counts(plain) == counts(again) == (5, 3)
    assert length(again) == pytest.approx(length(plain), rel=0.02)
    assert again.lines.means(again.calibres) @ again.lines.lengths / length(again) == pytest.approx(6, rel=0.03)
    ratios = [np.sort(each.lines.lengths / each.lines.chords) for each in (plain, again)]
    assert ratios[1] == pytest.approx(ratios[0], rel=0.02)
    there = turned([(110, 140)], 30, (300, 300))
    assert np.hypot(*(again.frame.upright(again.nodes) - there).T).min() < 4


def test_twice_as_large_it_is_twice_as_long_and_as_wide() -> None:
    twice = [[(2 * x + 0.5, 2 * y + 0.5) for x, y in line] for line in TREE]
    plain = vessel_graph(*certain(drawn(TREE, 5, (300, 300))), whole((300, 300)))
    large = vessel_graph(*certain(drawn(twice, 10, (600, 600))), whole((600, 600)))
    assert counts(plain) == counts(large)
    assert length(large) == pytest.approx(2 * length(plain), rel=0.02)
    assert large.mean_calibres.mean() == pytest.approx(2 * plain.mean_calibres.mean(), rel=0.02)


def test_of_too_many_segments_the_longest_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = vessel_graph(*certain(drawn(TREE, 6, (300, 300))), whole((300, 300)))
    everything = GraphFeatures.model_validate(features_of(graph))
    assert (len(everything.features), everything.segments_left_out) == (len(graph.nodes) + len(graph.lines), 0)
    longest = int(np.argmax(graph.lines.lengths))
    points = int(np.diff(graph.lines.bounds)[longest])
    monkeypatch.setattr(features, "MOST_POINTS", points)
    written = features_of(graph)
    assert written["segments_left_out"] == len(graph.lines) - 1
    [one, other, segment] = written["features"]
    assert segment["properties"]["length"] == pytest.approx(graph.lines.lengths[longest], abs=0.01)
    assert segment["geometry"]["coordinates"][0] == one["geometry"]["coordinates"]
    assert segment["geometry"]["coordinates"][-1] == other["geometry"]["coordinates"]


def test_a_large_field_of_view_off_the_corner_is_measured_on_a_smaller_copy() -> None:
    vessels = np.zeros((2700, 3000), np.bool_)
    cv2.line(vessels.view(np.uint8), (500, 700), (2500, 1700), (1,), 40)
    width = int(vessels[:, 1500].sum()) * float(np.cos(np.arctan(0.5)))
    view = replace(whole((2500, 2600)), left=300, top=150)
    graph = vessel_graph(vessels, None, view)
    assert counts(graph) == (2, 0)
    assert graph.calibres == pytest.approx(width, abs=1)
    ends = graph.frame.upright(graph.nodes)
    assert np.hypot(*(ends[np.argsort(ends[:, 0])] - ((500, 700), (2500, 1700))).T).max() < 25
    along = graph.frame.upright(graph.lines.points)[5:-5]
    assert along[:, 1] == pytest.approx(700 + (along[:, 0] - 500) / 2, abs=1)


def test_no_calibre_and_no_length_is_nothing_whatever_the_map_says() -> None:
    """A mask of noise, full of holes, over a map with hardly any contrast: as at a threshold of nothing."""
    noise = np.random.default_rng(1)
    mask = cv2.GaussianBlur(noise.random((400, 400), np.float32), (0, 0), 3) > 0.49
    weak = np.rint(noise.random((400, 400)) * 900).astype(np.uint16)
    graph = vessel_graph(mask, weak, whole(mask.shape))
    assert len(graph.lines) > 100
    assert graph.calibres.min() > 0
    assert graph.lines.lengths.min() > 0
    assert graph.degrees.min() > 0
    GraphFeatures.model_validate(features_of(graph))
