"""Fit and try the gate: a logistic regression that tells retinas from other pictures by `vessel_pattern`.

Takes the maps that `models.evaluation.maps` keeps in a folder. Prints how many retinas would be refused and how many
foreign pictures let in when each kind of picture (each set, each kind of drawing) is left out of the fit in turn, and
on request writes `gate_fit.py`.

`python -m models.evaluation.gate --maps DIR [--write]`
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.evaluation.maps import Kept, kept
from retina.imaging import gate_fit
from retina.imaging.gate_fit import Term
from retina.imaging.reduction import reduce
from retina.imaging.vessel_pattern import vessel_pattern

CHOSEN = (
    *("largest", "main", "extent", "length", "calibre", "taper", "uncertainty", "density", "directions", "straight"),
    *("contrast", "red_share", "polarity", "dark_lines", "edges", "edge_lift", "coarse", "patches", "warm_spread"),
)
RIDGE = 0.01
UNSURE = 1.5
"""Width of the range of logits in which the gate lets a picture in and says that it is unsure."""

RUINED = ("small, noise 20", "small, noise 35", "small, size", "size 0.12", "JPEG 5", "exposure 3", "blur 8", "glare 1")
"""Copies on which hardly anything is left to be seen; they count neither as retinas nor as anything else."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Picture:
    """The pattern of one picture; `kind` is its set or what it shows."""

    kind: str
    retina: bool
    what: str
    pattern: Floats


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
        return np.asarray(columns @ np.concatenate([self.slope, self.bend]) + self.intercept)

    def terms(self) -> dict[str, Term]:
        """The terms by name, rounded."""
        rows = np.stack([self.centre, self.spread, self.slope, self.bend], axis=1)
        return {name: Term(*(round(float(v), 4) for v in row)) for name, row in zip(CHOSEN, rows, strict=True)}


def _columns(patterns: Floats, centre: Floats, spread: Floats) -> Floats:
    away = np.clip((patterns - centre) / spread, -6, 6)
    return np.hstack([away, np.minimum(np.abs(away), 4) ** 2 / 4])


def fit(pictures: Sequence[Picture]) -> Fit:
    """Retinas and foreign pictures have the same weight together."""
    patterns = np.stack([p.pattern for p in pictures])
    retina = np.array([p.retina for p in pictures])
    own = patterns[retina]
    centre = np.median(own, axis=0)
    spread = np.ptp(np.percentile(own, (10, 90), axis=0), axis=0) / 2 + 0.5 * own.std(axis=0) + 1e-3
    columns = _columns(patterns, centre, spread)
    sign, weight = np.where(retina, 1, -1), np.where(retina, 1 / retina.sum(), 1 / (~retina).sum())

    def loss(beta: Floats) -> tuple[float, Floats]:
        margin = sign * (columns @ beta[1:] + beta[0])
        pull = -weight * sign / (1 + np.exp(np.clip(margin, -50, 50)))
        slope = columns.T @ pull + 2 * RIDGE * beta[1:]
        total = (weight * np.logaddexp(0, -margin)).sum() + RIDGE * (beta[1:] ** 2).sum()
        return float(total), np.concatenate([[pull.sum()], slope])

    beta = minimize(loss, np.zeros(columns.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    half = 1 + len(CHOSEN)
    return Fit(float(beta[0]), centre, spread, beta[1:half], beta[half:])


def left_out(pictures: Sequence[Picture]) -> Floats:
    """The logit of each picture by a fit that has seen no picture of its kind."""
    found = np.zeros(len(pictures))
    for kind in {p.kind for p in pictures}:
        own = np.array([p.kind == kind for p in pictures])
        rest = fit([p for p in pictures if p.kind != kind])
        found[own] = rest.logits(np.stack([p.pattern for p in pictures if p.kind == kind]))
    return found


def picture(one: Kept) -> Picture:
    """The pattern of one kept map."""
    pattern = vessel_pattern(reduce(one.rgb, one.probability, one.view))
    kind = one.set.split("_")[0] if one.retina else one.set
    return Picture(kind, one.retina, f"{one.key} ({one.what})", np.array([pattern[name] for name in CHOSEN]))


def module(fitted: Fit, no_below: float, yes_from: float) -> str:
    """The text of `gate_fit.py` with this fit in place of its own."""
    path = Path(gate_fit.__file__)
    head = path.read_text().split("INTERCEPT, YES_FROM")[0]
    lines = [f'    "{name}": Term({t.centre}, {t.spread}, {t.slope}, {t.bend}),' for name, t in fitted.terms().items()]
    limits = f"INTERCEPT, YES_FROM, NO_BELOW = {fitted.intercept:.4f}, {yes_from:.2f}, {no_below:.2f}"
    return "\n".join([f"{head}{limits}", "", "TERMS: dict[str, Term] = {", *lines, "}", ""])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--maps", type=Path, required=True, help="the folder of models.evaluation.maps")
    parser.add_argument("--write", action="store_true", help="put the fit into function/retina/imaging/gate_fit.py")
    options = parser.parse_args()

    whole = (one for one in kept(options.maps) if not any(ruin in one.what for ruin in RUINED))
    pictures = [picture(one) for one in whole]
    retina = np.array([p.retina for p in pictures])
    found = left_out(pictures)
    no_below = float(np.percentile(found[retina], 1) + np.percentile(found[~retina], 99)) / 2
    yes_from = no_below + UNSURE
    print("| kind | pictures | no | unsure | yes |", "|---|---|---|---|---|", sep="\n")
    for is_retina in (True, False):
        kinds = sorted({p.kind for p in pictures if p.retina == is_retina})
        for kind in [*kinds, "all"]:
            own = np.array([p.retina == is_retina and kind in (p.kind, "all") for p in pictures])
            logits = found[own]
            no, yes = (logits < no_below).mean(), (logits >= yes_from).mean()
            label = f"{'retinas' if is_retina else 'foreign'}, {kind}"
            print(f"| {label} | {own.sum()} | {100 * no:.1f} % | {100 * (1 - no - yes):.1f} % | {100 * yes:.1f} % |")
    order = np.argsort(found)
    print("retinas nearest to a no:", [f"{pictures[i].what} {found[i]:.1f}" for i in order if retina[i]][:8])
    print("foreign nearest to a yes:", [f"{pictures[i].what} {found[i]:.1f}" for i in order[::-1] if not retina[i]][:8])
    fitted = fit(pictures)
    if options.write:
        Path(gate_fit.__file__).write_text(module(fitted, no_below, yes_from))


if __name__ == "__main__":
    main()
