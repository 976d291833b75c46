"""Expected Dice, computed from the uncertainty with the fit in the model card."""

import numpy as np
import pytest
from PIL import Image

from conftest import decode
from retina.imaging.arrays import CERTAIN, Rgb
from retina.imaging.confidence import expected_dice, uncertainty
from retina.imaging.model_card import Confidence
from retina.imaging.network import VesselNetwork
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


def test_the_shipped_network_expects_less_of_a_noisy_photograph(small_rgb: Rgb, network: VesselNetwork) -> None:
    noise = np.random.default_rng(0).normal(0, 25, small_rgb.shape)
    noisy = np.clip(small_rgb + noise, 0, 255).astype(np.uint8)
    found = []
    for rgb in (small_rgb, noisy):
        segmentation = segment(decode(encode(Image.fromarray(rgb), "PNG")), network)
        found.append(expected_dice(segmentation.probability, segmentation.vessels, network.card.confidence))
    clear, worse = found
    assert clear is not None
    assert worse is not None
    assert 0.5 < worse < clear < 0.95
