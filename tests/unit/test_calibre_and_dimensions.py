"""The distribution of the calibre, and generalised dimensions, on shapes whose values are known."""

import numpy as np
import pytest

from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.registry import measure
from support.drawn_vessels import certain, drawn, whole

DIMENSIONS = ("fractal_dimension", "information_dimension", "correlation_dimension")


def test_percentiles_of_the_calibre_count_length() -> None:
    lines = [([(20, 20 + 25 * i), (140, 20 + 25 * i)], 3.0 + 2 * i) for i in range(5)]
    picture = np.max([drawn([line], width) for line, width in lines], axis=0)
    vessels, probability = certain(picture)
    found = measure(Observation(vessels, whole(vessels.shape), probability, pixel_size=10)).values
    for name, expected in (("calibre_p10", 3), ("calibre_median", 7), ("calibre_p90", 11)):
        assert found[name] == pytest.approx(expected, abs=0.25), name
        assert found[f"{name}_um"] == pytest.approx(10 * (found[name] or 0), rel=1e-5)


def test_a_line_has_dimension_1_and_a_plane_2_of_every_order() -> None:
    line, plane = np.zeros((512, 512), np.bool_), np.zeros((512, 512), np.bool_)
    line[200, 20:490] = True
    plane[::8] = plane[:, ::8] = True
    for mask, dimension in ((line, 1), (plane, 2)):
        found = measure(Observation(mask, whole(mask.shape))).values
        for name in DIMENSIONS:
            assert found[name] == pytest.approx(dimension, abs=0.15), name
            assert 0 <= (found[f"{name}_error"] or 0) < 0.1, name


def test_the_information_dimension_is_the_mean_of_the_parts_by_length() -> None:
    """As much vessel is in a filled corner, of dimension 2, as in lines far apart, of dimension 1."""
    mask = np.zeros((1024, 1024), np.bool_)
    mask[:160:8, :160] = mask[:160, :160:8] = True
    mask[64::128, 260:] = True
    values = measure(Observation(mask, whole(mask.shape))).values
    assert values["information_dimension"] == pytest.approx(1.5, abs=0.15)
    assert (values["fractal_dimension"] or 0) < 1.3, "most boxes are those of the lines"
    assert (values["correlation_dimension"] or 0) > 1.6, "the fullest boxes are those of the corner"
