"""A person's correction: what of it counts, and how wide its vessels are measured to be."""

import numpy as np
import pytest

from retina.imaging.correction import Correction
from retina.imaging.graph.vessel_graph import VesselGraph, vessel_graph
from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.registry import measure
from retina.imaging.structures.artery_vein import ARTERY, UNKNOWN, VEIN
from support.drawn_vessels import certain, drawn, whole

UPPER, LOWER = [(20.0, 40.0), (140.0, 40.0)], [(20.0, 120.0), (140.0, 120.0)]


def calibre_at(graph: VesselGraph, y: float, x: float = 80) -> float:
    """The calibre of the line through (x, y)."""
    points = graph.frame.upright(graph.lines.points)
    return float(graph.calibres[np.argmin(np.hypot(*(points - (x, y)).T))])


def test_a_vessel_that_was_drawn_is_as_wide_as_it_was_drawn_and_the_others_stay_as_they_were() -> None:
    """The map knows nothing of it: by its levels, the new vessel would have no width at all."""
    mask, probability = certain(drawn([UPPER], 7.4))
    person = mask | (drawn([LOWER], 9) > 0.5)
    view = whole(mask.shape)
    before = vessel_graph(mask, probability, view)
    after = vessel_graph(person, probability, view, person != mask)
    assert calibre_at(after, 40) == pytest.approx(calibre_at(before, 40), abs=1e-9)
    assert calibre_at(before, 40) == pytest.approx(7.4, abs=0.1)
    assert calibre_at(after, 120) == pytest.approx(9, abs=0.3)


def test_a_vessel_that_was_widened_is_measured_by_its_new_edge_only_there() -> None:
    mask, probability = certain(drawn([UPPER, LOWER], 6))
    wider = mask | (drawn([[(90.0, 40.0), (140.0, 40.0)]], 13) > 0.5)
    graph = vessel_graph(wider, probability, whole(mask.shape), wider != mask)
    assert calibre_at(graph, 40, 115) == pytest.approx(13, abs=0.3)
    assert calibre_at(graph, 40, 50) == pytest.approx(6, abs=0.1)
    assert calibre_at(graph, 120) == pytest.approx(6, abs=0.1)


def test_an_erased_vessel_is_no_longer_measured_whatever_the_map_says() -> None:
    mask, probability = certain(drawn([UPPER, LOWER], 6))
    one, _ = certain(drawn([UPPER], 6))
    view = whole(mask.shape)
    erased = measure(Observation(one, view, probability, changed=one != mask)).values
    alone = measure(Observation(one, view, certain(drawn([UPPER], 6))[1])).values
    assert erased == pytest.approx(alone)


def test_nothing_changed_changes_nothing() -> None:
    mask, probability = certain(drawn([UPPER, LOWER], 6))
    own = measure(Observation(mask, whole(mask.shape), probability)).values
    again = measure(Observation(mask, whole(mask.shape), probability, changed=np.zeros_like(mask))).values
    assert again == own


def test_only_what_is_in_the_field_of_view_and_on_vessels_counts() -> None:
    everywhere = np.ones((60, 80), np.bool_)
    vessels, upper, lower = np.zeros_like(everywhere), everywhere.copy(), everywhere.copy()
    vessels[:, 10:70] = True
    upper[32:], lower[:28] = False, False
    view = whole((60, 75))
    found = Correction(vessels, upper, lower).within(view)
    assert found.vessels.sum() == 60 * 60
    kinds = found.kinds()
    assert {(int(kind), int((kinds == kind).sum())) for kind in np.unique(kinds[found.vessels])} >= {
        (ARTERY, 28 * 60),
        (VEIN, 28 * 60),
    }
    assert (kinds[28:32] == UNKNOWN).all(), "what is both"
    assert (kinds[~vessels] == UNKNOWN).all()
    assert not Correction(everywhere).within(view).vessels[:, 75:].any()
    assert Correction(vessels).within(view).has_kinds is False
    with pytest.raises(ValueError, match="nothing about arteries"):
        Correction(vessels).kinds()
