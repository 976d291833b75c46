"""The change of density by surround is none where nothing changes, and seen where the field of view is mistaken."""

import numpy as np
import pytest

from models.evaluation import density_drift
from models.training.surrounds import FILLS
from retina.imaging.arrays import Rgb
from retina.imaging.field_of_view import FieldOfView, find_field_of_view
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph


@pytest.fixture
def two_surrounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(density_drift, "FILLS", {name: FILLS[name] for name in ("black", "white")})
    monkeypatch.setattr(density_drift, "HELD_OUT", {})


@pytest.mark.usefixtures("two_surrounds")
def test_a_mistaken_field_of_view_changes_the_density(
    photograph: Photograph, network: VesselNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    rgb = np.ascontiguousarray(photograph.rgb[::4, ::4])
    inside = np.ascontiguousarray(photograph.field_of_view.mask(photograph.rgb.shape[:2])[::4, ::4])
    right = density_drift.drifts(rgb, inside, network, seed=1)
    assert list(right) == ["white"]
    assert abs(right["white"]) < 0.03

    def fooled(rgb: Rgb) -> FieldOfView:
        """Takes white for a part of the field of view."""
        view = find_field_of_view(rgb)
        return view.widened(rgb.shape[:2]) if rgb[0, 0].min() > 200 else view

    monkeypatch.setattr(density_drift, "find_field_of_view", fooled)
    assert abs(density_drift.drifts(rgb, inside, network, seed=1)["white"]) > 0.1
