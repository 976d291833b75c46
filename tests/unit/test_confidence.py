"""Expected Dice, computed from the uncertainty with the fit in the model card."""

import numpy as np
import pytest
from PIL import Image

from conftest import decode
from retina.imaging.arrays import CERTAIN, Mask, Rgb
from retina.imaging.clarity import NUMBERS, clarity
from retina.imaging.confidence import (
    NOTHING_FOUND,
    OUTSIDE,
    Expectation,
    expectation,
    expected_dice,
    interval,
    uncertainty,
)
from retina.imaging.model_card import Confidence, Weight
from retina.imaging.network import VesselNetwork
from retina.imaging.reduction import reduce
from retina.imaging.segmentation import segment
from support.specimens import encode

FITTED = Confidence(intercept=0.9, slope=-0.5, mean_absolute_error=0.03, fitted_on="nothing")


def test_a_map_without_doubt_has_none_and_half_seen_vessels_raise_it() -> None:
    vessels = np.zeros((100, 100), bool)
    vessels[40:50] = True
    sure = np.where(vessels, CERTAIN, 0).astype(np.uint16)
    doubtful = np.where(vessels, CERTAIN * 6 // 10, CERTAIN // 10).astype(np.uint16)
    assert uncertainty(sure, vessels) == 0
    assert uncertainty(doubtful, vessels) == pytest.approx(np.log((1000 * 0.6 + 9000 * 0.1) / 1000), abs=1e-3)


def test_a_large_map_is_thinned_out_without_a_change() -> None:
    random = np.random.default_rng(0)
    probability = random.integers(0, CERTAIN, (1800, 1900), np.uint16)
    vessels = probability > CERTAIN // 2
    whole = np.log(probability.sum(dtype=float) / CERTAIN / vessels.sum())
    assert uncertainty(probability, vessels) == pytest.approx(whole, abs=2e-3)


def test_nothing_found_or_nothing_fitted_is_no_number() -> None:
    empty = np.zeros((64, 64), bool)
    assert expected_dice(empty.astype(np.uint16), empty, FITTED) is None
    full = ~empty
    sure = np.full((64, 64), CERTAIN, np.uint16)
    assert expected_dice(sure, full, None) is None
    assert expected_dice(sure, full, FITTED) == 0.9
    assert expected_dice(sure, full, FITTED.model_copy(update={"intercept": 5.0})) == 1


@pytest.mark.slow
def test_the_shipped_network_expects_less_of_a_noisy_photograph(small_rgb: Rgb, network: VesselNetwork) -> None:
    noise = np.random.default_rng(0).normal(0, 25, small_rgb.shape)
    noisy = np.clip(small_rgb + noise, 0, 255).astype(np.uint8)
    found = []
    for rgb in (small_rgb, noisy):
        photograph = decode(encode(Image.fromarray(rgb), "PNG"))
        made = segment(photograph, network)
        numbers = clarity(reduce(rgb, made.probability, photograph.field_of_view), photograph.field_of_view)
        assert tuple(numbers) == NUMBERS
        found.append(expected_dice(made.probability, made.vessels, network.card.confidence, numbers))
    clear, worse = found
    assert clear is not None
    assert worse is not None
    assert 0.5 < worse < clear < 0.95


def test_an_interval_stays_within_zero_and_one_and_widens_with_doubt() -> None:
    fitted = FITTED.model_copy(update={"below": 0.1, "above": 0.06})
    assert interval(0.8, fitted) == (0.7, 0.86)
    low, high = interval(0.3, fitted) or (0, 0)
    assert high - low > 0.3
    assert interval(0.02, fitted) == pytest.approx((0, 0.314))
    assert (interval(0.99, fitted) or (0, 0))[1] == 1
    assert interval(0.8, FITTED) is None


def test_outside_of_what_was_measured_there_is_a_reason_instead_of_a_number() -> None:
    weights = {"focus": Weight(weight=0.1, low=-1, high=1)}
    fitted = FITTED.model_copy(update={"weights": weights, "slope": 0.0, "below": 0.1, "above": 0.1})
    full = np.ones((64, 64), bool)
    sure = np.full((64, 64), CERTAIN, np.uint16)

    def found(vessels: Mask, focus: float) -> Expectation:
        numbers = {"focus": focus}
        return expectation(expected_dice(sure, vessels, fitted, numbers), fitted, numbers)

    assert found(full, 0.5).dice == 0.95
    assert found(full, 1.5) == Expectation(reason=OUTSIDE)
    assert found(~full, 0.5) == Expectation(reason=NOTHING_FOUND)
