"""Intraclass correlations and limits of agreement are those of published examples, and of sums by hand."""

import numpy as np
import pytest

from models.evaluation.intraclass_correlation import intraclass_correlations
from models.evaluation.limits_of_agreement import limits_of_agreement

JUDGED = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], np.float64)
"""Six things by four judges: table 2 of Shrout and Fleiss 1979, doi 10.1037/0033-2909.86.2.420."""

LARGE_METER = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI_METER = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
"""First readings of 17 people's peak expiratory flow, litres a minute: the table of Bland and Altman 1986."""


def test_correlations_and_intervals_are_those_published() -> None:
    absolute, consistent = intraclass_correlations(JUDGED)
    assert (absolute.value, absolute.low, absolute.high) == pytest.approx((0.29, 0.019, 0.761), abs=0.001)
    assert (consistent.value, consistent.low, consistent.high) == pytest.approx((0.715, 0.342, 0.946), abs=0.001)


def test_a_constant_offset_costs_agreement_and_not_consistency() -> None:
    values = np.array([1.0, 2, 3, 4, 5])
    noise = np.array([0.01, -0.01, 0, 0.01, -0.01])
    absolute, consistent = intraclass_correlations(np.stack([values, values + noise + 1], axis=1))
    assert consistent.value > 0.999
    # By hand: things vary with 2.5, raters with 0.5 for two of them, so 2.5 / (2.5 + 0.5).
    assert absolute.value == pytest.approx(2.5 / 3, abs=0.01)
    assert absolute.low < absolute.value < absolute.high


def test_the_same_values_agree_wholly() -> None:
    values = np.array([1.0, 2, 4])
    for found in intraclass_correlations(np.stack([values, values], axis=1)):
        assert (found.value, found.low, found.high) == (1, 1, 1)
    absolute, consistent = intraclass_correlations(np.stack([values, values + 1], axis=1))
    assert consistent.value == 1
    assert absolute.value == pytest.approx((7 / 3) / (7 / 3 + 0.5))


def test_two_things_are_too_few() -> None:
    with pytest.raises(ValueError, match="too few"):
        intraclass_correlations(np.ones((2, 2)))


def test_limits_of_agreement_are_those_published() -> None:
    limits = limits_of_agreement(np.array(LARGE_METER, np.float64), np.array(MINI_METER, np.float64))
    assert limits.bias == pytest.approx(-2.1, abs=0.05)
    # Published with two standard deviations, of 38.8 litres a minute, where 1.96 are taken here.
    assert limits.high - limits.bias == pytest.approx(1.96 * 38.8, abs=0.1)


def test_limits_of_agreement_are_those_by_hand() -> None:
    limits = limits_of_agreement(np.array([2.0, 4, 9]), np.array([1.0, 4, 7]))  # differences 1, 0, 2
    assert (limits.bias, limits.low, limits.high) == pytest.approx((1, 1 - 1.96, 1 + 1.96))
    with pytest.raises(ValueError, match="two pairs"):
        limits_of_agreement(np.array([1.0]), np.array([1.0]))
