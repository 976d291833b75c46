"""Statistics of a batch, on values whose quartiles and outliers are known."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from retina.batches.statistics import statistics_of
from retina.batches.statistics_schemas import MOST_OUTLIERS, BatchStatistics, MeasurementStatistics
from retina.imaging.measurements.registry import MEASUREMENTS
from retina.imaging.schemas import Findings

NAME = "vascular_density"


def findings(value: float | None, grade: str | None = "good", **others: Any) -> Findings:
    facts = {
        "id": "0" * 32,
        "model": {"name": "unet", "sha256": "a" * 64},
        "threshold": 0.4,
        "canvas": "512x512",
        "flips": False,
        "photograph": {
            "width": 500,
            "height": 500,
            "field_of_view": {"left": 0, "top": 0, "width": 500, "height": 500},
            "sha256": "b" * 64,
        },
        "quality": {
            "field_of_view": "disc",
            "roundness": 0.9,
            "fundus_like": True,
            "grade": grade,
            "expected_dice": None,
            "expected_dice_error": None,
        },
        "measurements": {NAME: value},
    }
    return Findings.model_validate(facts | others)


def statistics(*values: float | None) -> MeasurementStatistics:
    found = ((number, findings(value)) for number, value in enumerate(values))
    return of(statistics_of(found, [f"{number}.jpg" for number in range(len(values))]))


def of(found: BatchStatistics, name: str = NAME) -> MeasurementStatistics:
    [each] = [each for each in found.measurements if each.measurement == name]
    return each


def test_quartiles_fences_and_outliers() -> None:
    found = statistics(0.11, 0.12, None, 0.13, 0.14, 0.15, 0.95)
    assert (found.count, found.missing) == (6, 1)
    assert (found.minimum, found.median, found.maximum) == (0.11, 0.135, 0.95)
    assert (found.lower_quartile, found.upper_quartile) == (0.1225, 0.1475)
    assert found.fences == (0.085, 0.185)
    assert found.outlier_count == 1
    [outlier] = found.outliers
    assert (outlier.number, outlier.name, outlier.value) == (6, "6.jpg", 0.95)
    assert found.histogram is not None
    assert (found.histogram.low, found.histogram.high, found.histogram.counts) == (0.11, 0.95, [5, 0, 0, 0, 1])


def test_an_empty_batch_and_a_tiny_one_say_no_more_than_is_known() -> None:
    nothing = statistics()
    assert (nothing.count, nothing.missing, nothing.median, nothing.minimum) == (0, 0, None, None)
    unmeasured = statistics(None, None)
    assert (unmeasured.count, unmeasured.missing, unmeasured.histogram, unmeasured.by_grade) == (0, 2, None, {})
    one = statistics(0.2)
    assert (one.count, one.minimum, one.median, one.maximum) == (1, 0.2, 0.2, 0.2)
    few = statistics(0.1, 0.1, 0.1, 0.9)
    assert (few.lower_quartile, few.upper_quartile, few.fences, few.histogram, few.outliers) == (None,) * 4 + ([],)
    same = statistics(*[0.3] * 7)
    assert same.fences == (0.3, 0.3)
    assert same.outlier_count == 0
    assert same.histogram is not None
    assert same.histogram.counts == [7]


def test_only_the_farthest_outliers_are_named() -> None:
    found = statistics(*[0.5 + i / 10_000 for i in range(200)], *[0.9 + i / 1000 for i in range(30)])
    assert (found.outlier_count, len(found.outliers)) == (30, MOST_OUTLIERS)
    assert found.outliers[0].value == 0.929


def test_photographs_are_told_apart_by_grade() -> None:
    grades = ["good"] * 5 + ["poor"] * 2 + [None]
    each = [(n, findings(n / 100, grade)) for n, grade in enumerate(grades)]
    found = statistics_of(each, [str(n) for n in range(8)])
    assert (found.photographs, found.grades) == (8, {"good": 5, "poor": 2, "unknown": 1})
    by = of(found).by_grade
    assert {grade: (spread.count, spread.median) for grade, spread in by.items()} == {
        "good": (5, 0.02),
        "poor": (2, 0.055),
        "unknown": (1, 0.07),
    }
    assert by["good"].lower_quartile == 0.01
    assert by["poor"].lower_quartile is None


def test_what_differs_between_photographs_is_said() -> None:
    structures = {"sha256": "c" * 64, "disc": None, "fovea": None}
    each = [findings(0.1), findings(0.1, canvas="640x640"), findings(0.1, structures=structures)]
    assert statistics_of(enumerate(each), "abc").differing == ["canvas"], "none looked for, none differ"
    each.append(findings(0.1, structures=structures | {"sha256": "d" * 64}))
    assert statistics_of(enumerate(each), "abcd").differing == ["structures_sha256", "canvas"]


def test_photographs_are_taken_one_at_a_time() -> None:
    """Of 10,000, only the values are kept."""
    one = findings(0.1).model_dump()

    def many() -> Iterator[tuple[int, Findings]]:
        return ((number, Findings.model_validate(one)) for number in range(3000))

    tracemalloc.start()
    try:
        found = statistics_of(many(), ["a.jpg"] * 3000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.photographs == 3000
    assert peak < 3000 * len(MEASUREMENTS) * 8 * 6, "numbers only: the findings would take ten times as much"


@pytest.mark.parametrize("name", [each.name for each in MEASUREMENTS])
def test_every_measurement_has_statistics(name: str) -> None:
    assert of(statistics_of([], []), name).count == 0
