"""Measurements of the whole field's vessels, on shapes whose values are known."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import cv2
import numpy as np
import pytest

from retina.imaging.arrays import Mask
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.graph.vessel_graph import vessel_graph
from retina.imaging.measurements.micrometres import NO_PIXEL_SIZE
from retina.imaging.measurements.observation import NOT_LOOKED_FOR, TOO_FEW, Observation, UnmeasurableError
from retina.imaging.measurements.obstacle import HALF_VISIBLE, UNUSABLE, obstacle
from retina.imaging.measurements.optic_disc import CUT
from retina.imaging.measurements.registry import MEASUREMENTS, Measurements, measure
from retina.imaging.measurements.tortuosity_density import densities
from retina.imaging.quality import GRADES, QualityReport
from retina.imaging.structures.disc import NOT_IN_VIEW, Disc
from retina.imaging.structures.finding import Structures
from retina.imaging.structures.fovea import NOT_SEEN, Fovea
from support.drawn_vessels import certain, drawn, sine, turned, whole

TREE = (
    ((40, 150), (110, 140), (180, 150), (250, 140)),
    ((110, 140), (150, 100), (160, 50)),
    ((180, 150), (210, 190), (200, 250)),
    ((150, 100), (200, 80), (240, 90)),
)
SCALE_FREE = ("tortuosity", "branch_points", "end_points")
OF_VESSELS = [each.name for each in MEASUREMENTS if each.group in ("overview", "vessels")]


def values(mask: Mask) -> Measurements:
    return measure(Observation(mask, whole(mask.shape))).values


def tree(scale: int = 1, degrees: float = 0) -> Observation:
    """A drawn tree of vessels 6 pixels wide, or `scale` times as large."""
    lines = [[(scale * (x + 0.5) - 0.5, scale * (y + 0.5) - 0.5) for x, y in line] for line in TREE]
    vessels, probability = certain(drawn(lines, 6 * scale, (300 * scale, 300 * scale), degrees=degrees))
    return Observation(vessels, whole(vessels.shape), probability)


def test_a_straight_line() -> None:
    mask = np.zeros((256, 256), np.bool_)
    mask[128, 28:229] = True
    found = values(mask)
    assert found["length_density"] == pytest.approx(200 / 256**2, rel=1e-3)
    assert found["tortuosity"] == 1
    assert found["tortuosity_density"] == found["squared_curvature"] == found["calibre_deviation"] == 0
    assert found["mean_calibre"] == pytest.approx(1, abs=0.15)
    assert found["fractal_dimension"] == pytest.approx(1, abs=0.06)
    assert (found["branch_points"], found["branch_point_density"], found["end_points"]) == (0, 0, 2)


def test_a_branching() -> None:
    mask = np.zeros((256, 256), np.uint8)
    for start, end in (((228, 128), (128, 128)), ((128, 128), (48, 58)), ((128, 128), (48, 198))):
        cv2.line(mask, start, end, (1,))
    found = values(mask.view(np.bool_))
    assert (found["branch_points"], found["end_points"]) == (1, 3)
    assert found["branch_point_density"] == pytest.approx(1e6 / 256**2, rel=1e-5)
    assert found["length_density"] == pytest.approx((100 + 2 * np.hypot(80, 70)) / 256**2, rel=0.01)


def test_a_sine() -> None:
    mask = np.zeros((256, 256), np.uint8)
    cv2.polylines(mask, [np.rint(sine((28, 128), 200, 20, 100)).astype(np.int32)], False, (1,))
    found = values(mask.view(np.bool_))
    assert found["tortuosity"] == pytest.approx(1.32, rel=0.01)
    # Four half waves, each as much longer than its chord of 50 pixels as the whole is than its 200.
    assert found["tortuosity_density"] == pytest.approx(1000 * 3 / 4 * 4 * 0.32 / 264, rel=0.05)
    x = np.linspace(0, 200, 20_001)
    slope, bend = 20 * np.cos(x / 50 * np.pi) * np.pi / 50, 20 * np.sin(x / 50 * np.pi) * (np.pi / 50) ** 2
    exact = float(np.mean(bend**2 / (1 + slope**2) ** 2.5) / np.mean(np.sqrt(1 + slope**2)))
    assert found["squared_curvature"] == pytest.approx(1000 * exact, rel=0.15)


def test_a_ring_has_the_curvature_of_its_radius_and_no_tortuosity() -> None:
    mask = np.zeros((1024, 1024), np.uint8)
    cv2.circle(mask, (512, 512), 100, (1,), 5)
    measured = measure(Observation(mask.view(np.bool_), whole((1024, 1024))))
    assert measured.values["squared_curvature"] == pytest.approx(1000 / 100**2, rel=0.25)
    assert measured.values["tortuosity"] is None
    assert measured.reasons["tortuosity"] == TOO_FEW


def test_what_is_nearly_a_ring_does_not_outweigh_the_rest() -> None:
    mask = np.zeros((512, 512), np.uint8)
    cv2.ellipse(mask, (150, 256), (80, 80), 0, 10, 350, (1,), 1)
    cv2.line(mask, (300, 100), (300, 400), (1,))
    found = values(mask.view(np.bool_))
    assert found["end_points"] == 4
    assert found["tortuosity"] == pytest.approx(1, abs=1e-3)


def test_an_arc_never_turns_to_the_other_side() -> None:
    mask = np.zeros((256, 256), np.uint8)
    cv2.ellipse(mask, (128, 200), (100, 100), 0, 200, 340, (1,), 1)
    graph = vessel_graph(mask.view(np.bool_), None, whole((256, 256)))
    assert densities(graph.lines) == pytest.approx(0)


def test_calibre_is_counted_by_length() -> None:
    picture = np.maximum(drawn([[(20, 60), (130, 60)]], 4), drawn([[(20, 110), (130, 110)]], 8))
    vessels, probability = certain(picture)
    found = measure(Observation(vessels, whole(vessels.shape), probability)).values
    assert found["mean_calibre"] == pytest.approx(6, abs=0.15)
    assert found["calibre_deviation"] == pytest.approx(2, abs=0.15)


def test_a_filled_field_has_a_higher_dimension() -> None:
    mask = np.zeros((512, 512), np.bool_)
    mask[::8] = mask[:, ::8] = True
    assert values(mask)["fractal_dimension"] == pytest.approx(2, abs=0.15)
    error = values(mask)["fractal_dimension_error"]
    assert error is not None
    assert error < 0.1


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turned_by_90_degrees_every_value_is_the_same(turns: int) -> None:
    plain = tree()
    assert plain.probability is not None
    vessels, probability = np.rot90(plain.vessels, turns), np.rot90(plain.probability, turns)
    again = Observation(np.ascontiguousarray(vessels), plain.view, np.ascontiguousarray(probability))
    assert measure(again) == measure(plain)


def test_turned_by_30_degrees_or_twice_as_large_scale_free_values_are_the_same() -> None:
    plain, tilted, large = (measure(each).values for each in (tree(), tree(degrees=30), tree(scale=2)))
    for name in SCALE_FREE:
        assert tilted[name] == pytest.approx(plain[name], rel=0.02), name
        assert large[name] == pytest.approx(plain[name], rel=0.02), name
    assert tilted["length_density"] == pytest.approx(plain["length_density"], rel=0.02)
    assert tilted["mean_calibre"] == pytest.approx(plain["mean_calibre"], rel=0.02)
    assert (large["mean_calibre"] or 0) / 2 == pytest.approx(plain["mean_calibre"], rel=0.02)


def test_the_fractal_dimension_does_not_depend_on_rotation_and_resolution() -> None:
    grown = [*branches(np.random.default_rng(1))]

    def dimension(scale: int, degrees: float) -> float | None:
        canvas = np.zeros((600 * scale, 600 * scale), np.uint8)
        for line in grown:
            points = (turned(line, degrees, (600, 600)) + 0.5) * scale - 0.5
            cv2.polylines(canvas, [np.rint(points * 16).astype(np.int32)], False, (1,), 3 * scale, shift=4)
        return values(canvas.view(np.bool_))["fractal_dimension"]

    plain = dimension(1, 0)
    assert 1.1 < (plain or 0) < 1.8
    assert dimension(1, 30) == pytest.approx(plain, rel=0.02)
    assert dimension(2, 0) == pytest.approx(plain, rel=0.02)


def branches(rng: np.random.Generator) -> Iterator[list[tuple[float, float]]]:
    """Winding lines from the middle of 600x600 pixels to all sides, each with a branch."""
    for angle in np.linspace(0, 2 * np.pi, 14, endpoint=False):
        trunk = [*walk(rng, (300 + 20 * np.cos(angle), 300 + 20 * np.sin(angle)), angle, 11)]
        yield trunk
        yield [*walk(rng, trunk[5], angle + 1, 6)]


def walk(
    rng: np.random.Generator, start: tuple[float, float], angle: float, steps: int
) -> Iterator[tuple[float, float]]:
    (x, y), towards = start, angle
    yield x, y
    for _ in range(steps):
        towards += rng.normal(0, 0.35)
        x, y = x + 20 * np.cos(towards), y + 20 * np.sin(towards)
        yield x, y


def test_micrometres_need_a_pixel_size() -> None:
    drawn_tree = tree()
    pixels = measure(drawn_tree)
    known = measure(Observation(drawn_tree.vessels, drawn_tree.view, drawn_tree.probability, pixel_size=8.2))
    assert pixels.values["mean_calibre_um"] is None
    assert pixels.reasons["mean_calibre_um"] == NO_PIXEL_SIZE
    assert known.values["mean_calibre_um"] == pytest.approx(8.2 * (pixels.values["mean_calibre"] or 0), rel=1e-5)
    assert "mean_calibre_um" not in known.reasons


def test_the_optic_disc_is_measured_if_it_was_looked_for() -> None:
    drawn_tree = tree()
    disc = Disc(x=100, y=150, long=100, short=81, angle=30, confidence=0.9)
    found = structures(disc, Fovea(x=100, y=285, confidence=0.8))
    values = measure(replace(drawn_tree, structures=found, pixel_size=8.0)).values
    of_disc = ("disc_diameter", "disc_fovea_distance", "disc_diameter_um")
    assert [values[name] for name in of_disc] == [90, 1.5, 720]
    for structures_, reasons in (
        (None, [NOT_LOOKED_FOR, NOT_LOOKED_FOR, NO_PIXEL_SIZE]),
        (structures(None, None), [NOT_IN_VIEW, NOT_IN_VIEW, NO_PIXEL_SIZE]),
        (structures(disc, None), [None, NOT_SEEN, NO_PIXEL_SIZE]),
        (structures(replace(disc, x=48), None), [CUT, CUT, NO_PIXEL_SIZE]),
        (structures(replace(disc, y=299), None), [CUT, CUT, NO_PIXEL_SIZE]),
    ):
        measured = measure(replace(drawn_tree, structures=structures_))
        assert [measured.reasons.get(name) for name in of_disc] == reasons


def structures(disc: Disc | None, fovea: Fovea | None) -> Structures:
    """What the structures network could have found in `tree`."""
    drawn_tree = tree()
    kinds = np.zeros(drawn_tree.vessels.shape, np.uint8)
    return Structures(lambda: kinds, True, disc, fovea, (0, 0), drawn_tree.view, 0.0)


def test_without_vessels_there_is_no_shape() -> None:
    measured = measure(Observation(np.zeros((200, 200), np.bool_), whole((200, 200))))
    assert {name for name in OF_VESSELS if measured.values[name] is not None} == {
        *("vascular_density", "length_density", "branch_points", "branch_point_density", "end_points")
    }
    assert measured.values["length_density"] == measured.values["end_points"] == 0
    assert measured.reasons["mean_calibre"] == measured.reasons["fractal_dimension"] == TOO_FEW


def test_what_cannot_be_seen_is_not_measured() -> None:
    plain = tree()
    measured = measure(Observation(plain.vessels, plain.view, plain.probability, pixel_size=8.0, obstacle=UNUSABLE))
    assert measured.values["vascular_density"] is not None
    others = [name for name in measured.values if name != "vascular_density"]
    assert {measured.values[name] for name in others} == {None}
    assert {measured.reasons[name] for name in others} == {UNUSABLE}


def test_obstacles() -> None:
    full = whole((100, 100))
    disc = FieldOfView(0, 0, 100, 100, full.outline, "disc", 1.0)
    good, bad = (QualityReport(grade, 0.5, (), {}) for grade in (GRADES[0], GRADES[-1]))
    assert obstacle(good, {"visible": 0.9}, disc) is None
    assert obstacle(good, {"visible": 0.4}, disc) == HALF_VISIBLE
    assert obstacle(good, {"visible": 0.4}, full) is None
    assert obstacle(bad, {"visible": 0.9}, disc) == UNUSABLE


def test_every_value_is_in_its_range_and_described() -> None:
    found = measure(tree()).values
    for each in MEASUREMENTS:
        value = found[each.name]
        if value is not None:
            assert value >= each.minimum, each.name
            assert each.maximum is None or value <= each.maximum, each.name
        assert each.definition.endswith("."), each.name
        assert each.source.endswith("."), each.name
    assert len({each.label for each in MEASUREMENTS}) == len(MEASUREMENTS)


def test_what_uses_structures_says_so() -> None:
    """Charts then tell values apart that were measured with another network for the structures."""
    looked: list[str] = []

    class Watched(Observation):
        def __getattribute__(self, name: str) -> object:
            if name == "structures":
                looked.append(name)
            return super().__getattribute__(name)

    plain = tree()
    for each in MEASUREMENTS:
        watched = Watched(plain.vessels, plain.view, plain.probability, pixel_size=8.2)
        looked.clear()
        with suppress(UnmeasurableError):
            each.measure(watched)
        assert each.uses_structures == bool(looked), each.name
