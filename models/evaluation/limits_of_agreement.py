"""Bias and limits of agreement of two ways to measure: Bland and Altman 1986, doi 10.1016/S0140-6736(86)90837-8."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NORMAL = 1.96
"""Standard deviations within which 95 % of normally distributed differences lie."""


@dataclass(frozen=True)
class Limits:
    """The mean difference, and the bounds between which 95 % of the differences are expected, in the values' unit."""

    bias: float
    low: float
    high: float


def limits_of_agreement(one: NDArray[np.float64], other: NDArray[np.float64]) -> Limits:
    """Of `one` less `other`, both float64[N], pair by pair. Raises `ValueError` for fewer than two pairs."""
    if len(one) < 2:
        raise ValueError("two pairs are needed")
    differences = one - other
    bias, spread = float(differences.mean()), NORMAL * float(differences.std(ddof=1))
    return Limits(bias, bias - spread, bias + spread)
