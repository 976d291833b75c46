"""The intraclass correlation: how much of the spread of values is due to what is measured, and not to who measures it.

McGraw and Wong 1996, doi 10.1037/1082-989X.1.1.30: two-way model, single measures, with their intervals of 95 %.
`ICC(A,1)` asks for the same values, `ICC(C,1)` allows each rater a constant offset.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as f_distribution

FEWEST = 3
"""Things that must have been measured: with two there is nothing left to estimate an interval from."""

TAIL = 0.025

NOTHING = 1e-12
"""Share of the spread that is but the rounding of sums."""


@dataclass(frozen=True)
class Correlation:
    """An estimate, at most 1, and the bounds of its interval of 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class _MeanSquares:
    """Of `n` things that `k` raters measured: between things, between raters, and the rest."""

    n: int
    k: int
    things: float
    raters: float
    rest: float


def intraclass_correlations(values: NDArray[np.float64]) -> tuple[Correlation, Correlation]:
    """ICC(A,1) and ICC(C,1) of float64[things, raters]; nan where nothing varies.

    Raises `ValueError` for fewer than three things or two raters.
    """
    n, k = values.shape
    if n < FEWEST or k < 2:
        raise ValueError(f"{n} things and {k} raters are too few")
    rows, columns, mean = values.mean(axis=1), values.mean(axis=0), values.mean()
    found = _MeanSquares(
        n,
        k,
        float(k * ((rows - mean) ** 2).sum() / (n - 1)),
        float(n * ((columns - mean) ** 2).sum() / (k - 1)),
        float(((values - rows[:, None] - columns + mean) ** 2).sum() / ((n - 1) * (k - 1))),
    )
    if found.rest <= NOTHING * found.things:
        same = 1.0 if found.things > 0 else float("nan")
        consistent = Correlation(same, same, same)
        absolute = found.things / (found.things + k * found.raters / n) if found.things > 0 else same
        return (consistent if absolute == 1 else Correlation(absolute, float("nan"), float("nan"))), consistent
    return _absolute(found), _consistent(found)


def _consistent(m: _MeanSquares) -> Correlation:
    """ICC(C,1)."""
    ratio, free, k = m.things / m.rest, (m.n - 1) * (m.k - 1), m.k
    low = ratio / f_distribution.isf(TAIL, m.n - 1, free)
    high = ratio * f_distribution.isf(TAIL, free, m.n - 1)
    return Correlation(*(float((each - 1) / (each + k - 1)) for each in (ratio, low, high)))


def _absolute(m: _MeanSquares) -> Correlation:
    """ICC(A,1). Its interval approximates degrees of freedom, by Satterthwaite."""
    n, k = m.n, m.k
    value = (m.things - m.rest) / (m.things + (k - 1) * m.rest + k * (m.raters - m.rest) / n)
    a = k * value / (n * (1 - value))
    b = 1 + k * value * (n - 1) / (n * (1 - value))
    free = (a * m.raters + b * m.rest) ** 2 / ((a * m.raters) ** 2 / (k - 1) + (b * m.rest) ** 2 / ((n - 1) * (k - 1)))
    others = k * m.raters + (k * n - k - n) * m.rest
    low, high = f_distribution.isf(TAIL, n - 1, free), f_distribution.isf(TAIL, free, n - 1)
    return Correlation(
        float(value),
        float(n * (m.things - low * m.rest) / (low * others + n * m.things)),
        float(n * (high * m.things - m.rest) / (others + n * high * m.things)),
    )
