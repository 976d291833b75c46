"""Dice, AUC and the other scores, checked against their definitions."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.evaluation import metrics
from retina.imaging.arrays import CERTAIN, Mask, ProbabilityMap
from retina.imaging.segmentation import over

EVERYWHERE = np.ones((40, 40), np.bool_)


def stripes() -> Mask:
    """Two horizontal vessels, 3 and 5 pixels thick, 30 long: 240 of 1,600 pixels."""
    mask = np.zeros((40, 40), np.bool_)
    mask[9:12, 5:35] = True
    mask[24:29, 5:35] = True
    return mask


def as_map(probability: NDArray[Any]) -> ProbabilityMap:
    return np.asarray(np.rint(probability * CERTAIN), np.uint16)


def test_a_perfect_map_scores_one() -> None:
    truth = stripes()
    counts = metrics.count(truth, truth)
    assert counts == metrics.Counts(240, 0, 0, 1360)
    measured = [f(counts) for f in (metrics.dice, metrics.sensitivity, metrics.specificity, metrics.mcc)]
    assert measured == [1, 1, 1, 1]
    assert metrics.cldice(metrics.centrelines(truth, truth, EVERYWHERE)) == 1


def test_an_empty_map_finds_nothing() -> None:
    truth, empty = stripes(), np.zeros((40, 40), np.bool_)
    counts = metrics.count(empty, truth)
    measured = [f(counts) for f in (metrics.dice, metrics.sensitivity, metrics.specificity, metrics.mcc)]
    assert measured == [0, 0, 1, 0]
    assert metrics.cldice(metrics.centrelines(empty, truth, EVERYWHERE)) == 0


def test_nothing_found_where_nothing_is() -> None:
    empty = np.zeros((40, 40), np.bool_)
    counts = metrics.count(empty, empty)
    assert metrics.dice(counts) == 1
    assert np.isnan(metrics.sensitivity(counts))
    assert metrics.cldice(metrics.centrelines(empty, empty, EVERYWHERE)) == 1


def test_an_inverted_map_scores_minus_one() -> None:
    truth = stripes()
    counts = metrics.count(~truth, truth)
    measured = [f(counts) for f in (metrics.dice, metrics.sensitivity, metrics.specificity, metrics.mcc)]
    assert measured == [0, 0, 0, -1]


def test_counts_by_hand() -> None:
    counts = metrics.Counts(true_positive=6, false_positive=2, false_negative=3, true_negative=89)
    assert metrics.dice(counts) == pytest.approx(12 / 17)
    assert metrics.sensitivity(counts) == pytest.approx(6 / 9)
    assert metrics.specificity(counts) == pytest.approx(89 / 91)
    assert metrics.mcc(counts) == pytest.approx((6 * 89 - 2 * 3) / (8 * 9 * 91 * 92) ** 0.5)


def test_only_the_field_of_view_counts() -> None:
    truth = stripes()
    inside = np.zeros_like(truth)
    inside[:20] = True
    wrong_below = truth.copy()
    wrong_below[20:] = True
    assert metrics.count(wrong_below, truth, inside) == metrics.Counts(90, 0, 0, 710)
    assert metrics.cldice(metrics.centrelines(wrong_below, truth, inside)) == 1
    assert metrics.histogram(as_map(wrong_below), truth, inside).auc() == 1


def test_a_shifted_line_keeps_its_centreline_until_it_leaves_the_vessel() -> None:
    truth = np.zeros((40, 40), np.bool_)
    truth[18:23] = True
    by_two, by_three = np.roll(truth, 2, axis=0), np.roll(truth, 3, axis=0)
    assert metrics.dice(metrics.count(by_two, truth)) == pytest.approx(0.6)
    # A skeleton's ends bend by a pixel or two towards a corner.
    assert metrics.cldice(metrics.centrelines(by_two, truth, EVERYWHERE)) == pytest.approx(1, abs=0.03)
    assert metrics.dice(metrics.count(by_three, truth)) == pytest.approx(0.4)
    assert metrics.cldice(metrics.centrelines(by_three, truth, EVERYWHERE)) == pytest.approx(0, abs=0.06)


def test_half_a_line_halves_the_topology_sensitivity() -> None:
    truth = np.zeros((40, 40), np.bool_)
    truth[20] = True
    half = truth.copy()
    half[:, 20:] = False
    lines = metrics.centrelines(half, truth, EVERYWHERE)
    assert lines == metrics.Centrelines(found=20, found_in_truth=20, truth=40, truth_in_found=20)
    assert metrics.cldice(lines) == pytest.approx(2 * 1 * 0.5 / 1.5)


def test_auc_equals_the_share_of_pairs_in_the_right_order() -> None:
    random = np.random.default_rng(1)
    truth = random.random((12, 15)) < 0.2
    # Few distinct values, so that many pairs tie.
    probability = as_map((random.integers(0, 16, truth.shape) / 16 + truth * 0.125).clip(0, 1))
    ahead = probability[truth].astype(int)[:, None] - probability[~truth].astype(int)[None, :]
    pairs = float((ahead > 0).mean() + (ahead == 0).mean() / 2)
    assert 0.5 < pairs < 1
    assert metrics.histogram(probability, truth, np.ones_like(truth)).auc() == pytest.approx(pairs, abs=1e-12)


def test_auc_without_a_vessel_is_unknown() -> None:
    none = np.zeros((4, 4), np.bool_)
    assert np.isnan(metrics.histogram(as_map(np.ones((4, 4))), none, ~none).auc())


def test_pooling_adds_pixels() -> None:
    truth = stripes()
    one, other = metrics.count(truth, truth), metrics.count(~truth, truth)
    assert one + other == metrics.Counts(240, 1360, 240, 1360)
    perfect = metrics.histogram(as_map(truth), truth, EVERYWHERE)
    inverted = metrics.histogram(as_map(~truth), truth, EVERYWHERE)
    # Pooled, half of each kind scores 1 and half 0: an even chance.
    assert (perfect + inverted).auc() == pytest.approx(0.5)


def test_dice_from_the_histogram_is_the_masks() -> None:
    random = np.random.default_rng(2)
    truth = random.random((30, 30)) < 0.3
    probability = as_map(random.random((30, 30)))
    levels = metrics.histogram(probability, truth, np.ones_like(truth))
    for threshold in (0.25, 0.5, probability[3, 4] / CERTAIN, 1.0):
        assert levels.dice_at(threshold) == metrics.dice(metrics.count(over(probability, threshold), truth))
