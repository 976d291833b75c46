"""An interval contains its value, stays within what is possible, and is null where it would say nothing."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from retina.imaging.arrays import CERTAIN
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.measurements.intervals import measured_intervals, thresholds_around
from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.registry import MEASUREMENTS, measure
from retina.imaging.segmentation import over


@pytest.fixture(scope="module")
def observation() -> Observation:
    """Three blurred vessels that cross a round field of view, one of them uncertain."""
    lit, drawn = np.zeros((600, 600, 3), np.uint8), np.zeros((600, 600), np.float32)
    cv2.circle(lit, (300, 300), 280, (90, 60, 30), cv2.FILLED)
    for (start, end), sure in zip([((60, 250), (540, 350)), ((250, 60), (350, 540))], (1.0, 1.0), strict=True):
        cv2.line(drawn, start, end, (sure,), 11)
    cv2.line(drawn, (100, 420), (500, 420), (0.4,), 7)
    probability = np.asarray(cv2.GaussianBlur(drawn, (0, 0), 2) * CERTAIN, np.uint16)
    return Observation(over(probability, 0.5), find_field_of_view(lit), probability)


def test_the_log_odds_move_by_one() -> None:
    assert thresholds_around(0.5) == pytest.approx((0.2689, 0.7311), abs=1e-4)
    low, high = thresholds_around(0.15)
    assert 0 < low < 0.15 < high < 0.4
    assert thresholds_around(0) == (0, 0)
    assert thresholds_around(1) == (1, 1)


def test_an_interval_contains_its_value_and_stays_within_what_is_possible(observation: Observation) -> None:
    values = measure(observation).values
    found = measured_intervals(observation, 0.5, values)
    assert found.keys() == values.keys()
    known = {name: interval for name, interval in found.items() if interval is not None}
    assert {"vascular_density", "length_density", "mean_calibre"} <= known.keys()
    for measurement in MEASUREMENTS:
        if measurement.name not in known:
            continue
        (low, high), value = known[measurement.name], values[measurement.name]
        assert value is not None
        assert measurement.minimum <= low <= value <= high <= (measurement.maximum or np.inf)
        assert low < high
    lowest, _ = known["length_density"]
    assert lowest == pytest.approx(values["length_density"] or 0, rel=0.05), "the uncertain vessel is only above it"
    assert known["length_density"][1] > 1.2 * lowest


def test_no_interval_where_there_is_no_value_or_no_probability(observation: Observation) -> None:
    values = measure(observation).values
    found = measured_intervals(observation, 0.5, values)
    assert all(found[name] is None for name, value in values.items() if value is None)
    assert found["disc_diameter"] is None
    bare = replace(observation, probability=None)
    assert set(measured_intervals(bare, 0.5, measure(bare).values).values()) == {None}
