"""Where the fovea is, and how far from it the nearest vessel, on a drawn retina."""

from dataclasses import replace

import numpy as np
import pytest

from retina.imaging.measurements.avascular_radius import TOO_CLOSE
from retina.imaging.measurements.observation import NOT_LOOKED_FOR, TOO_FEW, Observation
from retina.imaging.measurements.optic_disc import CUT
from retina.imaging.measurements.registry import measure
from retina.imaging.structures.disc import NOT_IN_VIEW, Disc
from retina.imaging.structures.finding import Structures
from retina.imaging.structures.fovea import NOT_SEEN, Fovea
from support.drawn_vessels import certain, drawn, whole

SIZE = (400, 600)
NAMES = ("avascular_radius", "avascular_radius_dd", "disc_fovea_angle")
DISC = Disc(x=150, y=180, long=80, short=80, angle=0, confidence=0.9)
FOVEA = Fovea(x=390, y=204, confidence=0.8)


def retina(disc: Disc | None = DISC, fovea: Fovea | None = FOVEA) -> Observation:
    """An arch of vessel 8 pixels wide over the fovea, 60 pixels from it to its middle."""
    vessels, probability = certain(drawn([[(100, 144), (550, 144)]], 8, SIZE))
    found = Structures(lambda: np.zeros(SIZE, np.uint8), True, disc, fovea, SIZE, whole(SIZE), 0.0)
    return Observation(vessels, whole(SIZE), probability, found, pixel_size=8.0)


def test_how_far_from_the_fovea_the_nearest_vessel_is() -> None:
    found = measure(retina()).values
    assert found["avascular_radius"] == pytest.approx(56, abs=0.3)
    assert found["avascular_radius_dd"] == pytest.approx(0.7, abs=0.01)
    assert found["avascular_radius_um"] == pytest.approx(448, abs=3)


@pytest.mark.parametrize("side", [-1, 1])
def test_the_angle_is_positive_where_the_fovea_lies_below(side: int) -> None:
    below = retina(replace(DISC, x=300), replace(FOVEA, x=300 + side * 200, y=200))
    assert measure(below).values["disc_fovea_angle"] == pytest.approx(np.degrees(np.arctan(0.1)), abs=1e-4)
    above = retina(replace(DISC, x=300), replace(FOVEA, x=300 + side * 200, y=160))
    assert measure(above).values["disc_fovea_angle"] == pytest.approx(-np.degrees(np.arctan(0.1)), abs=1e-4)


def test_why_there_are_none() -> None:
    plain = retina()
    for changed, reasons in (
        (replace(plain, structures=None), [NOT_LOOKED_FOR] * 3),
        (retina(fovea=None), [NOT_SEEN] * 3),
        (retina(disc=None), [None, NOT_IN_VIEW, NOT_IN_VIEW]),
        (retina(disc=replace(DISC, x=30)), [None, CUT, CUT]),
        (retina(fovea=replace(FOVEA, y=380)), [TOO_CLOSE, TOO_CLOSE, None]),
        (replace(plain, vessels=np.zeros(SIZE, np.bool_), probability=None), [TOO_FEW, TOO_FEW, None]),
    ):
        measured = measure(changed)
        assert [measured.reasons.get(name) for name in NAMES] == reasons
