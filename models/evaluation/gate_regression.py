"""The regression behind the gate: retinas against other pictures, by the numbers of `vessel_pattern`.

`fit` fits it and `left_out` tries it on kinds of pictures that the fit has not seen. Nothing is read or written.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from retina.imaging.gate_fit import Term
from retina.imaging.retina_gate import FARTHEST
from retina.imaging.vessel_pattern import NAMES

RIDGE = 0.001

UNUSUAL = 0.3
"""Weight of an enhanced retina, or a part of one, beside a whole one as a camera or a clumsy hand leaves it."""

FAR = -99.0
"""The logit of a picture that is too far from every retina."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Picture:
    """The pattern of one picture; `kind` is its set or what it shows, `what` says how it was changed.

    `impossible` is true where the gate refuses it before the network runs.
    """

    kind: str
    retina: bool
    what: str
    label: str
    pattern: Floats
    impossible: bool = False

    @property
    def unusual(self) -> bool:
        """Whether it is a retina that was enhanced or cut to a part of it after it was taken."""
        return self.retina and self.what.startswith(("enhanced", "part"))


@dataclass(frozen=True)
class Fit:
    """A regression: `centre`, `spread`, `slope` and `bend` float64[features]."""

    intercept: float
    centre: Floats
    spread: Floats
    slope: Floats
    bend: Floats

    def logits(self, patterns: Floats) -> Floats:
        """float64[pictures] for float64[pictures, features]."""
        columns = _columns(patterns, self.centre, self.spread)
        logits = columns @ np.concatenate([self.slope, self.bend]) + self.intercept
        far = np.abs((patterns - self.centre) / self.spread).max(axis=1) > FARTHEST
        return np.where(far, FAR, logits)

    def terms(self) -> dict[str, Term]:
        """The terms by name, rounded."""
        rows = np.stack([self.centre, self.spread, self.slope, self.bend], axis=1)
        return {name: Term(*(round(float(v), 4) for v in row)) for name, row in zip(NAMES, rows, strict=True)}


def _columns(patterns: Floats, centre: Floats, spread: Floats) -> Floats:
    away = np.clip((patterns - centre) / spread, -6, 6)
    return np.hstack([away, np.minimum(np.abs(away), 4) ** 2 / 4])


def fit(pictures: Sequence[Picture]) -> Fit:
    """Retinas and foreign pictures have the same weight together; unusual ones count `UNUSUAL`."""
    patterns = np.stack([p.pattern for p in pictures])
    retina = np.array([p.retina for p in pictures])
    own = patterns[retina]
    centre = np.median(own, axis=0)
    spread = np.ptp(np.percentile(own, (10, 90), axis=0), axis=0) / 2 + 0.5 * own.std(axis=0) + 1e-3
    columns = _columns(patterns, centre, spread)
    sign, weight = np.where(retina, 1, -1), np.where([p.unusual for p in pictures], UNUSUAL, 1.0)
    weight = np.where(retina, weight / weight[retina].sum(), weight / weight[~retina].sum())

    def loss(beta: Floats) -> tuple[float, Floats]:
        margin = sign * (columns @ beta[1:] + beta[0])
        pull = -weight * sign / (1 + np.exp(np.clip(margin, -50, 50)))
        slope = columns.T @ pull + 2 * RIDGE * beta[1:]
        total = (weight * np.logaddexp(0, -margin)).sum() + RIDGE * (beta[1:] ** 2).sum()
        return float(total), np.concatenate([[pull.sum()], slope])

    beta = minimize(loss, np.zeros(columns.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    half = 1 + len(NAMES)
    return Fit(float(beta[0]), centre, spread, beta[1:half], beta[half:])


def left_out(pictures: Sequence[Picture]) -> Floats:
    """The logit of each picture by a fit that has seen no picture of its kind."""
    found = np.zeros(len(pictures))
    for kind in {p.kind for p in pictures}:
        own = np.array([p.kind == kind for p in pictures])
        rest = fit([p for p in pictures if p.kind != kind])
        found[own] = rest.logits(np.stack([p.pattern for p in pictures if p.kind == kind]))
    return np.where([p.impossible for p in pictures], FAR, found)
