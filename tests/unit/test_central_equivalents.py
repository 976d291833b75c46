"""Central retinal equivalents, on spokes of known calibre round a drawn disc."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from retina.imaging.field_of_view import FieldOfView
from retina.imaging.measurements.central_equivalents import ARTERIES, CUT, TOO_FEW_OF, VEINS, combined, widest
from retina.imaging.measurements.observation import NO_KINDS, NOT_LOOKED_FOR, Observation
from retina.imaging.measurements.optic_disc import CUT as DISC_CUT
from retina.imaging.measurements.registry import measure
from retina.imaging.structures.artery_vein import ARTERY, VEIN
from retina.imaging.structures.disc import NOT_IN_VIEW, Disc
from retina.imaging.structures.finding import NO_COLOUR, Structures
from support.drawn_vessels import certain, drawn, whole

SIDE, DIAMETER = 700, 200
ARTERY_WIDTHS, VEIN_WIDTHS = (4, 6, 7, 8, 9, 10, 11), (5, 9, 10, 11, 12, 13, 14)
NAMES = ("crae", "crve", "avr")


@cache
def spokes() -> Observation:
    """Seven arteries and seven veins in turn, out from the disc in the middle; one twig that stays inside the ring."""
    middle, picture, kinds = SIDE / 2, np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.uint8)
    widths = [width for pair in zip(ARTERY_WIDTHS, VEIN_WIDTHS, strict=True) for width in pair]
    for i, width in enumerate(widths):
        x, y = np.cos(2 * np.pi * i / len(widths)), np.sin(2 * np.pi * i / len(widths))
        line = drawn([[(middle + r * x, middle + r * y) for r in (80, 340)]], width, (SIDE, SIDE))
        kinds[line > 0] = VEIN if i % 2 else ARTERY
        picture = np.maximum(picture, line)
    twig = drawn([[(middle + 205, middle + 35), (middle + 235, middle + 35)]], 20, (SIDE, SIDE))
    kinds[twig > 0] = ARTERY
    vessels, probability = certain(np.maximum(picture, twig))
    disc = Disc(middle, middle, DIAMETER, DIAMETER, 0, 0.9)
    view = whole((SIDE, SIDE))
    found = Structures(lambda: kinds, True, disc, None, (SIDE, SIDE), view, 0.0)
    return Observation(vessels, view, probability, found)


def test_the_widest_is_combined_with_the_narrowest() -> None:
    assert combined([10.0], 0.88) == 10
    assert combined([6.0, 8.0], 0.88) == pytest.approx(0.88 * 10)
    six = [8.0, 9.0, 10.0, 11.0, 12.0, 13.0]
    pairs = sorted(VEINS * np.hypot(one, other) for one, other in ((8, 13), (9, 12), (10, 11)))
    two = VEINS * np.hypot(pairs[0], pairs[2]), pairs[1]
    assert combined(six, VEINS) == pytest.approx(VEINS * np.hypot(*two))


@pytest.mark.slow
def test_the_six_widest_of_each_kind_are_measured() -> None:
    found = measure(spokes()).values
    arteries, veins = ([float(each) for each in widths[1:]] for widths in (ARTERY_WIDTHS, VEIN_WIDTHS))
    assert widest(spokes(), "artery") == pytest.approx(arteries[::-1], abs=0.2)
    assert widest(spokes(), "vein") == pytest.approx(veins[::-1], abs=0.2)
    assert found["crae"] == pytest.approx(combined(arteries, ARTERIES), abs=0.2)
    assert found["crve"] == pytest.approx(combined(veins, VEINS), abs=0.2)
    assert found["avr"] == pytest.approx(combined(arteries, ARTERIES) / combined(veins, VEINS), abs=0.01)
    known = measure(replace(spokes(), pixel_size=5.0)).values
    assert known["crae_um"] == pytest.approx(5 * (found["crae"] or 0), rel=1e-5)


@pytest.mark.slow
def test_why_there_are_none() -> None:
    plain = spokes()
    found = plain.structures
    assert found
    of_arteries = found.kinds.copy()
    of_arteries[of_arteries == VEIN] = 0
    cut, narrow = (
        FieldOfView(0, 0, width, SIDE, whole((SIDE, width)).outline, "disc", 1.0) for width in (SIDE // 2, 460)
    )
    for changed, reason in (
        (replace(plain, structures=None), NOT_LOOKED_FOR),
        (replace(plain, structures=replace(found, disc=None)), NOT_IN_VIEW),
        (replace(plain, with_kinds=False), NO_KINDS),
        (replace(plain, structures=replace(found, colour=False)), NO_COLOUR),
        (replace(plain, view=cut), DISC_CUT),
        (replace(plain, view=narrow), CUT),
        (replace(plain, structures=replace(found, find_kinds=lambda: of_arteries)), TOO_FEW_OF.format(kind="veins")),
    ):
        measured = measure(changed)
        assert measured.values["avr"] is None
        assert measured.reasons["avr"] == reason
        assert (measured.values["crae"] is None) == (reason != TOO_FEW_OF.format(kind="veins"))
