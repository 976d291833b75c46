"""Arteries and veins apart, by zone and quadrant, on a drawn retina."""

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from retina.imaging.decoding.facts import Laterality
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.measurements.observation import TOO_FEW, Observation
from retina.imaging.measurements.obstacle import UNUSABLE
from retina.imaging.measurements.optic_disc import CUT
from retina.imaging.measurements.parts import TOO_LITTLE
from retina.imaging.measurements.places import REGIONS, Region, Vessels
from retina.imaging.measurements.regional import KINDS, RegionalValue, measure_regions
from retina.imaging.measurements.regions import CONTRADICTED, NO_SIDE, NO_UP, QUADRANTS, directions
from retina.imaging.measurements.registry import MEASUREMENTS, measure
from retina.imaging.structures.artery_vein import ARTERY, UNKNOWN, VEIN, Kinds
from retina.imaging.structures.disc import NOT_IN_VIEW, Disc
from retina.imaging.structures.finding import NO_COLOUR, Structures
from retina.imaging.structures.fovea import Fovea
from support.drawn_vessels import certain, whole

SIZE = (640, 800)
DISC = Disc(x=300.3, y=310.2, long=100, short=100, angle=0, confidence=0.9)
FOVEA = Fovea(x=550, y=330, confidence=0.8)
SPOKES = 12
FINE = 4
PIXELS_IN = {"zone_b": np.pi * (150**2 - 100**2), "zone_c": np.pi * (250**2 - 100**2)}


@cache
def pictures() -> tuple[np.ndarray, Kinds]:
    """Bent spokes round the disc, arteries, veins and unknown ones in turn, each with a branch."""
    picture, kinds = np.zeros(SIZE, np.float32), np.zeros(SIZE, np.uint8)
    for i in range(SPOKES):
        angle = 2 * np.pi * (i + 0.35) / SPOKES
        bends = [angle + turn for turn in (0, 0.05, -0.02, 0.06)]
        line = [place(r, a) for r, a in zip((70, 130, 200, 290), bends, strict=True)]
        branch = [line[2], place(280, bends[2] + 0.28)]
        one = painted([line, branch], 5 + i % 4)
        kinds[one > 0.4] = (ARTERY, VEIN, UNKNOWN)[i % 3]
        picture = np.maximum(picture, one)
    return picture, kinds


def painted(lines: list[list[tuple[float, float]]], width: int) -> np.ndarray:
    """Lines `width` pixels wide, float32[H,W]: quicker than `drawn`, and wide to half a pixel."""
    fine = np.zeros([FINE * side for side in SIZE], np.uint8)
    points = [np.rint(((np.array(line) + 0.5) * FINE - 0.5) * 16).astype(np.int32) for line in lines]
    cv2.polylines(fine, points, False, (255,), FINE * width, cv2.LINE_8, 4)
    return np.asarray(cv2.resize(fine, SIZE[::-1], interpolation=cv2.INTER_AREA) / np.float32(255))


def place(radius: float, angle: float) -> tuple[float, float]:
    return DISC.x + radius * float(np.cos(angle)), DISC.y + radius * float(np.sin(angle))


def retina(turns: int = 0, fovea: Fovea | None = FOVEA, eye: Laterality | None = "left") -> Observation:
    """The drawn retina after so many quarter turns, as of `np.rot90`."""
    picture, kinds = (np.ascontiguousarray(np.rot90(each, turns)) for each in pictures())
    x, y = turned((DISC.x, DISC.y), turns)
    disc = replace(DISC, x=x, y=y)
    if fovea:
        x, y = turned((fovea.x, fovea.y), turns)
        fovea = replace(fovea, x=x, y=y)
    vessels, probability = certain(picture)
    shape = (vessels.shape[0], vessels.shape[1])
    found = Structures(lambda: kinds, True, disc, fovea, shape, whole(shape), 0.0)
    return Observation(vessels, whole(shape), probability, found, eye=eye)


def turned(point: tuple[float, float], turns: int) -> tuple[float, float]:
    (height, width), (x, y) = SIZE, point
    for _ in range(turns):
        x, y, height, width = y, width - 1 - x, width, height
    return x, y


def regional(observation: Observation) -> dict[tuple[str, Vessels, Region], RegionalValue]:
    found = measure_regions(observation, measure(observation))
    return {(each.name, each.vessels, each.region): each for each in found}


def values(observation: Observation) -> dict[tuple[str, Vessels, Region], float]:
    return {place: each.value for place, each in regional(observation).items() if each.value is not None}


@pytest.fixture(scope="module")
def plain() -> dict[tuple[str, Vessels, Region], float]:
    return values(retina())


@pytest.fixture(scope="module")
def areas() -> dict[Region, float]:
    """Pixels of each region, counted one by one."""
    rows, columns = np.indices(SIZE)
    x, y = columns - DISC.x, rows - DISC.y
    u, v = FOVEA.x - DISC.x, FOVEA.y - DISC.y
    temporal, superior = x * u + y * v > 0, x * v - y * u > 0
    away = np.hypot(x, y)
    masks: dict[Region, np.ndarray] = {
        "field": np.ones(SIZE, np.bool_),
        "zone_b": (away >= 100) & (away <= 150),
        "zone_c": (away >= 100) & (away <= 250),
        "superior_temporal": superior & temporal,
        "inferior_temporal": ~superior & temporal,
        "superior_nasal": superior & ~temporal,
        "inferior_nasal": ~superior & ~temporal,
    }
    return {region: float(mask.sum()) for region, mask in masks.items()}


def test_every_measurement_that_says_so_has_every_row() -> None:
    found = regional(retina())
    wanted = {
        (each.name, vessels, region)
        for each in MEASUREMENTS
        for vessels in KINDS
        for region in REGIONS
        if ("kind" if region == "field" else "region") in each.scopes
    }
    assert {*found} == wanted
    assert all((each.value is None) == (each.reason is not None) for each in found.values())


def test_all_vessels_of_the_field_are_those_of_the_measurements() -> None:
    observation = retina()
    measured = measure(observation)
    for each in measure_regions(observation, measured):
        if (each.vessels, each.region) == ("all", "field"):
            assert each.value == measured.values[each.name], each.name


@pytest.mark.parametrize("name", ["vascular_density", "length_density", "branch_point_density"])
def test_quadrants_add_up_to_the_field(
    name: str, plain: dict[tuple[str, Vessels, Region], float], areas: dict[Region, float]
) -> None:
    for vessels in KINDS:
        parts = sum(plain[name, vessels, region] * areas[region] for region in QUADRANTS)
        assert parts == pytest.approx(plain[name, vessels, "field"] * areas["field"], rel=3e-4), vessels


@pytest.mark.parametrize("name", ["branch_points", "end_points"])
def test_what_is_counted_in_quadrants_is_that_of_the_field(
    name: str, plain: dict[tuple[str, Vessels, Region], float]
) -> None:
    for vessels in KINDS:
        assert sum(plain[name, vessels, region] for region in QUADRANTS) == plain[name, vessels, "field"]


@pytest.mark.parametrize("name", ["vascular_density", "length_density", "branch_points", "end_points"])
@pytest.mark.parametrize("region", REGIONS)
def test_arteries_veins_and_unknown_vessels_are_all(
    name: str, region: Region, plain: dict[tuple[str, Vessels, Region], float]
) -> None:
    """With the unknown ones called veins, arteries and veins are all."""
    observation = retina()
    found = observation.structures
    assert found
    kinds = found.kinds.copy()
    kinds[(pictures()[0] > 0.4) & (kinds == UNKNOWN)] = VEIN
    both = values(replace(observation, structures=replace(found, find_kinds=lambda: kinds)))
    of_all, of_arteries, of_veins = (both[name, vessels, region] for vessels in ("all", "artery", "vein"))
    assert of_arteries + of_veins == pytest.approx(of_all, abs=3e-6)
    assert of_arteries == pytest.approx(plain[name, "artery", region])
    assert of_veins >= plain[name, "vein", region]


def test_a_zone_is_as_large_as_it_is_defined(plain: dict[tuple[str, Vessels, Region], float]) -> None:
    for region in ("zone_b", "zone_c"):
        counted, density = plain["branch_points", "all", region], plain["branch_point_density", "all", region]
        if counted:
            assert counted / density * 1e6 == pytest.approx(PIXELS_IN[region], rel=1e-3)
    assert plain["branch_points", "all", "zone_c"] == SPOKES, "all vessels branch there"
    assert plain["branch_points", "all", "zone_b"] == 0


def test_calibres_are_those_of_the_kind_in_the_region(plain: dict[tuple[str, Vessels, Region], float]) -> None:
    """Spokes are 5 to 8 pixels wide in turn: the arteries 5, 8, 7 and 6, from the fourth on again."""
    for vessels in KINDS:
        assert plain["mean_calibre", vessels, "zone_b"] == pytest.approx(6.5, abs=0.4), vessels
    assert plain["calibre_p10", "artery", "zone_b"] == pytest.approx(5, abs=0.4)
    assert plain["calibre_p90", "artery", "zone_b"] == pytest.approx(8, abs=0.4)
    # The arteries of this quadrant are the first, 5 pixels wide.
    assert plain["mean_calibre", "artery", "inferior_temporal"] == pytest.approx(5, abs=0.3)


@pytest.mark.parametrize("turns", [1, 3])
def test_a_quarter_turn_changes_nothing(turns: int, plain: dict[tuple[str, Vessels, Region], float]) -> None:
    """A vessel map that is turned has the same figures, if which eye it is says where up is."""
    again = values(retina(turns))
    assert {*again} == {*plain}
    for place, value in plain.items():
        assert again[place] == pytest.approx(value, rel=1e-4, abs=1e-6), place


def test_the_quadrants_of_a_right_eye() -> None:
    """The mirror image of a left eye has the same figures, apart from what thinning and smoothing make of it."""
    left = retina()
    assert left.probability is not None
    assert left.structures
    kinds = np.ascontiguousarray(left.structures.kinds[:, ::-1])
    mirrored = replace(
        left,
        vessels=np.ascontiguousarray(left.vessels[:, ::-1]),
        probability=np.ascontiguousarray(left.probability[:, ::-1]),
        structures=replace(
            left.structures,
            find_kinds=lambda: kinds,
            disc=replace(DISC, x=SIZE[1] - 1 - DISC.x),
            fovea=replace(FOVEA, x=SIZE[1] - 1 - FOVEA.x),
        ),
        eye="right",
    )
    found, plain = values(mirrored), values(left)
    for region in QUADRANTS:
        for name in ("vascular_density", "length_density", "mean_calibre"):
            assert found[name, "all", region] == pytest.approx(plain[name, "all", region], rel=0.02), region


def test_directions() -> None:
    disc = replace(DISC, x=300, y=300)
    left, right = replace(FOVEA, x=200, y=300), replace(FOVEA, x=400, y=300)
    above, below = replace(FOVEA, x=300, y=200), replace(FOVEA, x=300, y=400)
    cases: tuple[tuple[Fovea | None, Laterality | None, tuple[int, int], tuple[int, int]], ...] = (
        (left, None, (-1, 0), (0, -1)),
        (left, "right", (-1, 0), (0, -1)),
        (right, None, (1, 0), (0, -1)),
        (None, "right", (-1, 0), (0, -1)),
        (None, "left", (1, 0), (0, -1)),
        (above, "left", (0, -1), (-1, 0)),
        (above, "right", (0, -1), (1, 0)),
        (below, "left", (0, 1), (1, 0)),
    )
    for fovea, eye, temporal, superior in cases:
        found = directions(disc, fovea, eye)
        assert found.temporal == pytest.approx(temporal)
        assert found.superior == pytest.approx(superior)


def seen(left: int, top: int, right: int, bottom: int) -> FieldOfView:
    """A field of view with straight edges."""
    outline = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int32)
    return FieldOfView(left, top, right - left + 1, bottom - top + 1, outline, "disc", 1.0)


def test_why_there_are_none() -> None:
    plain = retina()
    found = plain.structures
    assert found
    zones: tuple[Region, ...] = ("zone_b", "zone_c")
    quadrants = QUADRANTS
    each: tuple[Vessels, ...] = ("all", "artery", "vein")
    high, narrow, aside = seen(0, 0, 799, 479), seen(0, 200, 799, 363), seen(245, 250, 799, 639)
    cases: tuple[tuple[Observation, tuple[Vessels, ...], tuple[Region, ...], str], ...] = (
        (retina(eye="right"), each, quadrants, CONTRADICTED),
        (retina(fovea=None, eye=None), each, quadrants, NO_SIDE),
        (retina(turns=1, eye=None), each, quadrants, NO_UP),
        (replace(plain, structures=replace(found, disc=None)), each, (*zones, *quadrants), NOT_IN_VIEW),
        (replace(plain, view=high, structures=replace(found, disc=replace(DISC, y=450))), each, zones, CUT),
        (replace(plain, view=narrow), each, ("zone_c",), TOO_LITTLE),
        (replace(plain, view=aside), each, ("superior_nasal",), TOO_LITTLE),
        (replace(plain, structures=replace(found, colour=False)), each[1:], REGIONS, NO_COLOUR),
        (replace(plain, obstacle=UNUSABLE), each[1:], REGIONS, UNUSABLE),
    )
    for changed, kinds, regions, reason in cases:
        rows = regional(changed)
        for vessels in kinds:
            for region in regions:
                row = rows["length_density", vessels, region]
                assert (row.value, row.reason) == (None, reason), row
        assert rows["vascular_density", "all", "field"].value is not None


def test_a_quadrant_without_vessels_has_no_shape() -> None:
    plain = retina()
    vessels = plain.vessels.copy()
    vessels[: int(DISC.y) + 40] = False
    rows = regional(replace(plain, vessels=vessels, probability=None))
    assert rows["tortuosity", "all", "superior_nasal"].reason == TOO_FEW
    assert rows["mean_calibre", "artery", "superior_temporal"].reason == TOO_FEW
    assert rows["length_density", "artery", "superior_temporal"].value == 0
    assert (rows["length_density", "artery", "inferior_temporal"].value or 0) > 0


def test_with_an_eye_alone_the_horizontal_divides_the_quadrants() -> None:
    alone = values(retina(fovea=None, eye="left"))
    level = values(retina(fovea=replace(FOVEA, y=DISC.y), eye=None))
    assert {place: value for place, value in alone.items() if place[2] in QUADRANTS} == {
        place: value for place, value in level.items() if place[2] in QUADRANTS
    }
