import pytest

from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.registry import DECIMALS, measure
from retina.imaging.measurements.vascular_density import vascular_density
from retina.imaging.photograph import Photograph


def test_density_is_the_share_of_the_field_of_view(photograph: Photograph) -> None:
    view = photograph.field_of_view
    inside = view.mask((1411, 1411))
    assert vascular_density(inside, view) == 1.0
    assert vascular_density(inside & False, view) == 0.0
    half = inside.copy()
    half[:703] = False
    density = vascular_density(half, view)
    assert density == pytest.approx(0.5, abs=0.005)
    assert measure(Observation(half, view)).values["vascular_density"] == round(density or 0, DECIMALS)
