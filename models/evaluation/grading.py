"""Fit and try the Dice that a photograph promises, from which its quality grade and the expected Dice are read.

Takes the maps that `models.evaluation.maps` keeps. The fit is a ridge regression on the numbers of `clarity`, from the
train photographs of the labelled sets and their changed copies, without the enhanced forms, which few people send.
Prints how well the promise follows the true Dice on the test photographs and their copies, and how often the interval
covers it for each set left out of the fit; on request writes the card's `confidence`. Nothing is chosen by a test
photograph: `--split train` prints what the numbers of `CHOSEN` were chosen by, sets left out of a fit on train ones.

`python -m models.evaluation.grading --maps DIR [--split train] [--write-card]`
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from models.evaluation.kept_maps import Kept, kept
from retina.imaging.clarity import clarity
from retina.imaging.confidence import widening
from retina.imaging.model_card import Confidence, ModelCard, Weight
from retina.imaging.reduction import reduce

CHOSEN = ("entropy", "focus")
RIDGE = 2.0
COVERED = (0.05, 0.95)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Graded:
    """A photograph or a changed copy of one: its true Dice, and the numbers of `CHOSEN`."""

    set: str
    split: str
    what: str
    dice: float
    numbers: Floats


def graded(one: Kept) -> Graded:
    """The numbers of one kept map whose Dice is known."""
    numbers = clarity(reduce(one.rgb, one.probability, one.view), one.view)
    return Graded(one.set, one.split, one.what, one.dice or 0.0, np.array([numbers[name] for name in CHOSEN]))


def fit(copies: Sequence[Graded]) -> Confidence:
    """The regression on `copies`, each set with the same weight."""
    numbers = np.stack([c.numbers for c in copies])
    low, high = np.percentile(numbers, (1, 99), axis=0)
    held = np.clip(numbers, low, high)
    centre = held.mean(axis=0)
    bent = (held - centre) ** 2
    columns = np.hstack([held - centre, bent - bent.mean(axis=0)])
    spread = columns.std(axis=0) + 1e-6
    sets = [c.set for c in copies]
    weight = np.array([1 / sets.count(name) for name in sets])
    weight /= weight.mean()
    true = np.array([c.dice for c in copies])
    mean = float(np.average(true, weights=weight))
    scaled = columns / spread
    gram = (scaled * weight[:, None]).T @ scaled + RIDGE * len(true) / 20 * np.eye(scaled.shape[1])
    slopes = np.linalg.solve(gram, (scaled * weight[:, None]).T @ (true - mean)) / spread
    linear, bend = slopes[: len(CHOSEN)], slopes[len(CHOSEN) :]
    intercept = mean - float(linear @ centre) - float(bend @ bent.mean(axis=0))
    margin = 0.35 * (high - low)
    rows = zip(CHOSEN, linear, bend, centre, low - margin, high + margin, strict=True)
    weights = {
        name: Weight(
            weight=round(float(w), 5), bend=round(float(b), 5), centre=round(float(c), 4), low=float(lo), high=float(hi)
        )
        for name, w, b, c, lo, hi in rows
    }
    return Confidence(intercept=round(intercept, 4), weights=weights, mean_absolute_error=0, fitted_on="")


def promised(fitted: Confidence, copies: Sequence[Graded]) -> Floats:
    """The Dice that the fit promises, float64[copies], 0 to 1."""
    parts = [[fitted.weights[n].of(v) for n, v in zip(CHOSEN, c.numbers, strict=True)] for c in copies]
    return np.asarray(np.clip(np.sum(parts, axis=1) + fitted.intercept, 0, 1))


def with_interval(fitted: Confidence, copies: Sequence[Graded]) -> Confidence:
    """The fit with the interval that covers nine of ten of what fits without one set promise for it, for every set.

    How far a fit is off on a set that it has not seen differs from set to set, and a new camera is such a set. So the
    interval is as wide as the set asks for that the others foresee worst.
    """
    reach, errors = [], []
    for name in sorted({c.set for c in copies}):
        own, rest = [c for c in copies if c.set == name], [c for c in copies if c.set != name]
        said = promised(fit(rest), own) if rest else promised(fitted, own)
        residuals = [(c.dice - s) / widening(s) for c, s in zip(own, said, strict=True)]
        reach.append(np.quantile(residuals, COVERED))
        errors.append(np.mean(np.abs(residuals)))
    below, above = (float(max(ends)) for ends in ((-low for low, _ in reach), (high for _, high in reach)))
    return fitted.model_copy(
        update={
            "below": round(below, 3),
            "above": round(above, 3),
            "mean_absolute_error": round(float(np.mean(errors)), 3),
        }
    )


def covered(fitted: Confidence, copies: Sequence[Graded]) -> float:
    """Share of the copies whose true Dice lies in the interval."""
    said = promised(fitted, copies)
    below, above = fitted.below or 0, fitted.above or 0
    inside = [s - below * widening(s) <= c.dice <= s + above * widening(s) for c, s in zip(copies, said, strict=True)]
    return float(np.mean(inside))


def row(label: str, fitted: Confidence, copies: Sequence[Graded]) -> str:
    """The figures of a fit on some copies, a row of a table."""
    said, true = promised(fitted, copies), np.array([c.dice for c in copies])
    rank, error = float(spearmanr(said, true).statistic), float(np.abs(said - true).mean())
    return f"| {label} | {len(copies)} | {error:.3f} | {rank:.2f} | {100 * covered(fitted, copies):.0f} % |"


def left_out(fit_on: Sequence[Graded], tried_on: Sequence[Graded]) -> list[str]:
    """A row for each set: fitted on the copies of the other sets, tried on its own."""
    rows = []
    for name in sorted({c.set for c in tried_on}):
        rest = [c for c in fit_on if c.set != name]
        rows.append(row(name, with_interval(fit(rest), rest), [c for c in tried_on if c.set == name]))
    return rows


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--maps", type=Path, required=True, help="the folder of models.evaluation.maps")
    parser.add_argument("--model", type=Path, default=Path("models/unet.json"), help="the card")
    parser.add_argument("--split", choices=["train", "test"], default="test", help="which photographs it is tried on")
    parser.add_argument("--write-card", action="store_true", help="put the fit into the card")
    options = parser.parse_args()

    copies = [graded(one) for one in kept(options.maps, labelled=True) if not one.what.startswith("enhanced")]
    train, tried = ([c for c in copies if c.split == split] for split in ("train", options.split))
    fitted = with_interval(fit(train), train)
    heads = "| number | mean absolute error | rank correlation | covered |\n|---|---|---|---|---|"
    if options.split == "test":
        print(f"| test photographs and copies {heads}")
        for name in sorted({c.set for c in tried}):
            print(row(name, fitted, [c for c in tried if c.set == name]))
        print(row("all of them", fitted, tried))
        for label, blurred in (("not out of focus", False), ("out of focus", True)):
            if some := [c for c in tried if c.what.startswith("defocus") == blurred]:
                print(row(label, fitted, some))
        print()
    print(f"| {options.split} photographs and copies of a set left out of the fit {heads}")
    print(*left_out(train, tried), sep="\n")
    if options.write_card:
        card = ModelCard.model_validate_json(options.model.read_bytes())
        sets = ", ".join(sorted({c.set for c in train}))
        told = fitted.model_copy(update={"fitted_on": f"{len(train)} train photographs and changed copies of {sets}"})
        written = card.model_copy(update={"confidence": told}).model_dump_json(indent=2) + "\n"
        options.model.write_text(written)


if __name__ == "__main__":
    main()
