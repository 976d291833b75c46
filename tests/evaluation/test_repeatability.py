"""Simulated photographs of the same retina, and the repeatability computed from them, on values made here."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.evaluation.regional_values import PLACES, column, regional_columns
from models.evaluation.repeatability import (
    Copy,
    coefficient,
    coefficients,
    in_turn,
    regional_coefficients,
    regional_table,
    spread,
    table,
)
from models.evaluation.rephotography import FIELD, Rephotographer
from retina.imaging.arrays import Rgb
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.measurements.calibre import MEAN_CALIBRE
from retina.imaging.measurements.places import REGIONS, Region
from retina.imaging.measurements.regional import KINDS
from retina.imaging.measurements.vascular_density import VASCULAR_DENSITY
from retina.imaging.repeatability import Repeatability


def copies(name: str, deviation: float, *, grows: bool, set: str = "HRF") -> list[Copy]:
    """Sixty photographs of twenty copies each, at two resolutions; at the other one every value is half as large."""
    random = np.random.default_rng(1)
    made = []
    for photograph in range(60):
        mean = 1 + photograph / 60
        for number in range(20):
            value = mean + random.normal(0, deviation * (mean if grows else 1))
            zoom = 1.0 if number < 15 else 0.5
            made.append(
                Copy(set, str(photograph), number, zoom, {name: value * (zoom if name == "mean_calibre" else 1)})
            )
    return made


@pytest.mark.parametrize("grows", [True, False])
def test_a_coefficient_is_relative_where_the_deviation_grows_with_the_value(grows: bool) -> None:
    found = coefficient(copies("vascular_density", 0.02, grows=grows), VASCULAR_DENSITY)
    assert found is not None
    assert (found.relative, found.photographs) == (grows, 60)
    assert found.coefficient == pytest.approx(1.96 * 2**0.5 * 0.02, rel=0.06)


def test_lengths_are_relative_and_compared_at_one_resolution() -> None:
    found = coefficient(copies("mean_calibre", 0.02, grows=True), MEAN_CALIBRE)
    assert found is not None
    assert found.relative
    assert found.coefficient == pytest.approx(1.96 * 2**0.5 * 0.02, rel=0.06)


def test_too_few_values_give_no_coefficient_and_micrometres_take_that_of_pixels() -> None:
    some = copies("mean_calibre", 0.02, grows=True)
    assert coefficient(some, VASCULAR_DENSITY) is None
    assert coefficient([copy for copy in some if copy.number < 2], MEAN_CALIBRE) is None
    found = coefficients(some)
    assert set(found) == {"mean_calibre", "mean_calibre_um"}
    assert found["mean_calibre_um"] == found["mean_calibre"]
    assert "| mean_calibre | 60 |" in table(some)


@pytest.mark.parametrize("region", ["zone_b", "inferior_nasal"])
def test_arteries_veins_zones_and_quadrants_are_judged_apart(region: Region) -> None:
    some = [
        Copy(each.set, each.photograph, each.number, each.zoom, {column("mean_calibre", "artery", region): value})
        for each in copies("mean_calibre", 0.02, grows=True)
        for value in each.values.values()
    ]
    assert regional_coefficients(some, {}) == []
    whole = Repeatability(coefficient=0.1, relative=True, photographs=9)
    [found] = regional_coefficients(some, {"mean_calibre": whole})
    assert (found.name, found.vessels, found.region) == ("mean_calibre", "artery", region)
    assert (found.relative, found.photographs) == (True, 60)
    assert found.coefficient == pytest.approx(1.96 * 2**0.5 * 0.02, rel=0.06)
    assert coefficients(some) == {}
    assert f"| `mean_calibre` | `{region}` |  | {100 * found.coefficient:.1f} % (60) |  |" in regional_table([found])
    [absolute] = regional_coefficients(some, {"mean_calibre": whole.model_copy(update={"relative": False})})
    assert not absolute.relative, "as that of the whole photograph"
    none = [replace(each, values=dict.fromkeys(each.values, 0.0)) if each.photograph < "3" else each for each in some]
    [fewer] = regional_coefficients(none, {"mean_calibre": whole})
    assert fewer.photographs < 60, "nothing is no share of nothing"


def test_only_what_is_measured_in_a_place_has_a_column() -> None:
    names = regional_columns()
    assert len(set(names)) == len(names)
    assert column("fractal_dimension", "vein", "field") in names
    assert column("fractal_dimension", "vein", "zone_b") not in names, "dimensions are measured in the whole field only"
    assert ("all", "field") not in PLACES
    assert not [name for name in names if name.startswith("disc_diameter")]
    everywhere = {(vessels, region) for vessels in KINDS for region in REGIONS}
    assert set(PLACES) == everywhere - {("all", "field")}


def test_an_interrupted_run_has_as_many_photographs_of_each_set() -> None:
    files = spread([(name, f"{i}", Path()) for name in "AB" for i in range(3)], 3)
    turns = in_turn([*enumerate(files)])
    assert [name + id for _, (name, id, _) in turns] == ["A0", "B0", "A1", "B1", "A2", "B2"]
    assert [number for number, _ in turns] == [0, 3, 1, 4, 2, 5], "the seed stays that of the photograph"


def test_the_retina_moves_behind_the_field_of_view(small_rgb: Rgb) -> None:
    again = Rephotographer(small_rgb, seed=3)
    first, second = again.again(0), again.again(1)
    assert np.array_equal(first, Rephotographer(small_rgb, seed=3).again(0)), "the same seed gives the same photograph"
    assert first.shape == second.shape == small_rgb.shape
    assert np.abs(first.astype(int) - second).mean() > 2
    side = find_field_of_view(small_rgb).side
    for copy in (first, second):
        assert find_field_of_view(copy).side == pytest.approx(FIELD * side, rel=0.03)
    assert again.again(2, 0.5).shape[:2] == tuple(round(length / 2) for length in small_rgb.shape[:2])


def test_photographs_are_spread_over_the_names_of_each_set() -> None:
    files = [(name, f"{i:02}", Path()) for name in ("B", "A") for i in range(9)]
    assert [(name, id) for name, id, _ in spread(files, 3)] == [(s, i) for s in "AB" for i in ("00", "04", "08")]
