"""Fit and validate the expected Dice of a photograph as a function of its probability map.

Takes the CSV files of `models.evaluation.robustness`. For the fit, they must come from networks that never saw the set
they are measured on, so that the spread between sets is part of the fit. For the examination, they come from the
shipped network on test photographs. Prints the figures and, on request, writes the card's `confidence`: a first one,
for a network of which no maps are kept yet. A card that weighs the photograph too (`models.evaluation.grading`) is left
alone, since its gate, its grade and its interval rest on those weights.

`python -m models.evaluation.trust --fit build/cross-CHASE_DB1.csv build/cross-HRF.csv --examine build/robustness.csv`
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from models.evaluation.robustness import UNCHANGED, Copy, read
from retina.imaging.model_card import Confidence, ModelCard


def fit(copies: Sequence[Copy]) -> tuple[float, float]:
    """Intercept and slope of the least-squares regression of Dice on `uncertainty`; each set has the same weight."""
    seen = [(c.set, c.uncertainty, c.dice) for c in copies if c.uncertainty is not None]
    sets, uncertainties, true = zip(*seen, strict=True)
    slope, intercept = np.polyfit(uncertainties, true, 1, w=[sets.count(name) ** -0.5 for name in sets])
    return float(intercept), float(slope)


def errors(copies: Sequence[Copy], intercept: float, slope: float) -> tuple[float, float]:
    """Mean absolute error and Spearman's rank correlation of expected and true Dice. Empty masks are left out."""
    uncertainties, true = np.array([(c.uncertainty, c.dice) for c in copies if c.uncertainty is not None]).T
    expected = np.clip(intercept + slope * uncertainties, 0, 1)
    return float(np.abs(expected - true).mean()), float(spearmanr(expected, true).statistic)


def validate(copies: Sequence[Copy]) -> tuple[float, list[str]]:
    """Leave-one-set-out validation: the mean error over sets, and a table row for each."""
    lines, found = [], []
    for name in sorted({c.set for c in copies}):
        others, own = [c for c in copies if c.set != name], [c for c in copies if c.set == name]
        error, rank = errors(own, *fit(others))
        found.append(error)
        lines.append(f"| {name}, fitted on the others | {len(own)} | {error:.3f} | {rank:.2f} |")
    return float(np.mean(found)), lines


def examine(copies: Sequence[Copy], intercept: float, slope: float) -> list[str]:
    """A line for each set's photographs as they are, one for its perturbed copies, and one for all of them."""
    parts = {
        f"{name} test, {label}": [c for c in copies if c.set == name and (c.perturbation == UNCHANGED) == unchanged]
        for name in sorted({c.set for c in copies})
        for label, unchanged in (("as photographed", True), ("perturbed", False))
    }
    lines = []
    for label, some in {**parts, "all of them": copies}.items():
        if some:
            error, rank = errors(some, intercept, slope)
            lines.append(f"| {label} | {len(some)} | {error:.3f} | {rank:.2f} |")
    return lines


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", type=Path, nargs="+", required=True, help="rows of networks on sets they never saw")
    parser.add_argument("--examine", type=Path, help="rows of the shipped network on test photographs")
    parser.add_argument("--model", type=Path, default=Path("models/unet.json"), help="the card")
    parser.add_argument("--write-card", action="store_true", help="put the fit into the card")
    options = parser.parse_args()

    for path in [*options.fit, *filter(None, [options.examine])]:
        if not path.is_file():
            parser.error(f"there is no file {path}: models.evaluation.robustness writes such files")
    card = ModelCard.model_validate_json(options.model.read_bytes())
    if options.write_card and card.confidence and card.confidence.weights:
        parser.error(f"{options.model} weighs the photograph as well: models.evaluation.grading writes that")
    try:
        fitted = [copy for path in options.fit for copy in read(path)]
        examined = read(options.examine) if options.examine else []
    except ValueError as wrong:
        parser.error(f"{wrong}")
    if len({copy.set for copy in fitted}) < 2:
        parser.error("--fit needs the rows of two sets or more: one to fit, another to try")
    intercept, slope = fit(fitted)
    mean_error, lines = validate(fitted)
    print("| photographs | copies | mean absolute error | rank correlation |", "|---|---|---|---|", *lines, sep="\n")
    if examined:
        print(*examine(examined, intercept, slope), sep="\n")
    print(f"\nExpected Dice = {intercept:.4f} + {slope:.4f} * uncertainty")
    if options.write_card:
        sets = ", ".join(sorted({c.set for c in fitted}))
        confidence = Confidence(
            intercept=round(intercept, 4),
            slope=round(slope, 4),
            mean_absolute_error=round(mean_error, 3),
            fitted_on=f"{len(fitted)} perturbed copies of {sets} train, seen by networks trained on the other set",
        )
        written = card.model_copy(update={"confidence": confidence}).model_dump_json(indent=2) + "\n"
        options.model.write_text(written)


if __name__ == "__main__":
    main()
