"""Branchings and crossings, on drawn vessels whose angles, calibres and kinds are known."""

from dataclasses import replace

import numpy as np
import pytest

from retina.imaging.measurements.branchings import TOO_FEW_BRANCHINGS
from retina.imaging.measurements.observation import NO_KINDS, NOT_LOOKED_FOR, Observation
from retina.imaging.measurements.registry import measure
from retina.imaging.structures.artery_vein import ARTERY, UNKNOWN, VEIN
from retina.imaging.structures.finding import NO_COLOUR, Structures
from support.drawn_vessels import Place, certain, drawn, whole

SIZE = (500, 500)
Vessel = tuple[list[Place], float, int]
"""Its line, width and kind."""

OF_BRANCHINGS = ("branching_angle", "branching_coefficient", "asymmetry_ratio", "murray_deviation")


def observed(vessels: list[Vessel]) -> Observation:
    picture, kinds = np.zeros(SIZE, np.float32), np.zeros(SIZE, np.uint8)
    for line, width, kind in vessels:
        one = drawn([line], width, SIZE)
        kinds[one > 0.4] = kind
        picture = np.maximum(picture, one)
    mask, probability = certain(picture)
    found = Structures(lambda: kinds, True, None, None, SIZE, whole(SIZE), 0.0)
    return Observation(mask, whole(SIZE), probability, found)


def fork(x: float, y: float, turn: float, kind: int = UNKNOWN) -> list[Vessel]:
    """A trunk 10 pixels wide that divides into 8 pixels, 40 degrees to one side, and 6 pixels, 50 to the other."""

    def line(degrees: float, length: float, width: float) -> Vessel:
        angle = np.radians(degrees + turn)
        return [(x, y), (x + length * float(np.cos(angle)), y + length * float(np.sin(angle)))], width, kind

    return [line(180, 70, 10), line(40, 80, 8), line(-50, 80, 6)]


@pytest.fixture(scope="module")
def forks() -> Observation:
    return observed([*fork(130, 130, 0), *fork(370, 120, 30), *fork(120, 370, 75), *fork(370, 370, 200)])


def test_angles_and_calibres_of_branchings(forks: Observation) -> None:
    found = measure(forks).values
    assert found["branch_points"] == 4
    assert found["branching_angle"] == pytest.approx(90, abs=2)
    assert found["branching_coefficient"] == pytest.approx(1.00, abs=0.04)
    assert found["asymmetry_ratio"] == pytest.approx(0.5625, abs=0.03)
    assert found["murray_deviation"] == pytest.approx(1 - 0.728, abs=0.04)


@pytest.mark.slow
def test_branchings_twice_as_large_have_the_same_figures(forks: Observation) -> None:
    large = observed_twice()
    for name in OF_BRANCHINGS:
        assert large[name] == pytest.approx(measure(forks).values[name], rel=0.02), name


def observed_twice() -> dict[str, float | None]:
    size = (1000, 1000)
    picture = np.zeros(size, np.float32)
    for x, y, turn in ((130, 130, 0), (370, 120, 30), (120, 370, 75), (370, 370, 200)):
        for line, width, _ in fork(x, y, turn):
            larger = [(2 * a + 0.5, 2 * b + 0.5) for a, b in line]
            picture = np.maximum(picture, drawn([larger], 2 * width, size))
    mask, probability = certain(picture)
    return measure(Observation(mask, whole(size), probability)).values


def test_too_few_branchings_have_no_mean() -> None:
    measured = measure(observed([*fork(130, 130, 0), *fork(370, 370, 30)]))
    assert measured.values["branch_points"] == 2
    assert {measured.reasons.get(name) for name in OF_BRANCHINGS} == {TOO_FEW_BRANCHINGS}


def cross(kind: int, other: int, degrees: float = 90) -> Observation:
    """Two vessels that cross at an angle, 7 pixels wide, and a third one that branches off the first."""
    x, y = 200 * np.cos(np.radians(degrees)), 200 * np.sin(np.radians(degrees))
    return observed(
        [
            ([(250 - x, 250 - y), (250 + x, 250 + y)], 7, other),
            ([(50, 250), (450, 250)], 7, kind),
            ([(120, 250), (190, 350)], 5, kind),
        ]
    )


@pytest.mark.parametrize("degrees", [90, 60, 25])
def test_where_an_artery_and_a_vein_cross_no_vessel_branches(degrees: float) -> None:
    """At right angles they have one joint, at an acute angle two."""
    known = measure(cross(ARTERY, VEIN, degrees)).values
    assert (known["crossings"], known["branch_points"], known["end_points"]) == (1, 1, 5)
    same = measure(cross(VEIN, VEIN, degrees)).values
    assert same["crossings"] == 0
    assert (same["branch_points"] or 0) >= 2, "two veins that cross cannot be told from branchings"


def test_without_kinds_crossings_count_as_before() -> None:
    plain = cross(ARTERY, VEIN)
    assert plain.structures
    gray = replace(plain.structures, colour=False)
    for changed, reason in (
        (replace(plain, structures=None), NOT_LOOKED_FOR),
        (replace(plain, with_kinds=False), NO_KINDS),
        (replace(plain, structures=gray), NO_COLOUR),
    ):
        measured = measure(changed)
        assert measured.reasons["crossings"] == reason
        assert measured.values["crossings"] is None
        assert measured.values["branch_points"] == 2


def test_three_of_four_kinds_are_enough() -> None:
    half: list[Vessel] = [([(250, 250), (250, 450)], 7.0, UNKNOWN), ([(250, 250), (250, 50)], 7.0, VEIN)]
    known = measure(observed([*half, ([(50, 250), (450, 250)], 7, ARTERY)])).values
    assert (known["crossings"], known["branch_points"]) == (1, 0)
    unknown: list[Vessel] = [(line, width, UNKNOWN) for line, width, _ in half]
    less = measure(observed([*unknown, ([(50, 250), (450, 250)], 7, ARTERY)])).values
    assert (less["crossings"], less["branch_points"]) == (0, 1)


def test_a_joint_of_an_artery_with_a_vein_is_not_measured_as_a_branching() -> None:
    mixed = observed([*fork(130, 130, 0, VEIN), *fork(370, 120, 30, VEIN), *fork(120, 370, 75, VEIN)])
    assert measure(mixed).values["branching_angle"] is not None
    found = mixed.structures
    assert found
    kinds = found.kinds.copy()
    kinds[:300, :120] = np.where(kinds[:300, :120] > 0, ARTERY, 0)
    measured = measure(replace(mixed, structures=replace(found, find_kinds=lambda: kinds)))
    assert measured.reasons["branching_angle"] == TOO_FEW_BRANCHINGS
