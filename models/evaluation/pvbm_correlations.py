"""How the service's measurements correlate with PVBM's on the same reference masks.

Takes PVBM's values from `models.evaluation.pvbm_values`, measures the same copies of the masks, and prints for each
comparable pair and set both means, Spearman's and Pearson's correlation.

`python -m models.evaluation.pvbm_correlations --data DIR --values FILE`
"""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from scipy.stats import pearsonr, spearmanr
from tqdm import tqdm

from models.evaluation.pvbm_values import working_copy
from models.training import annotations
from models.training.labelled import read_mask
from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.registry import MEASUREMENTS, measure

COMPARABLE = (
    ("vascular_density", "tree_area"),
    ("length_density", "tree_length"),
    ("length_density", "skeleton_chords"),
    ("tortuosity", "tree_tortuosity_index"),
    ("tortuosity", "tree_median_tortuosity"),
    ("tortuosity", "skeleton_median_tortuosity"),
    ("end_points", "tree_end_points"),
    ("end_points", "skeleton_end_points"),
    ("branch_points", "tree_intersections"),
    ("branch_points", "skeleton_intersections"),
    ("branching_angle", "tree_median_angle"),
    ("fractal_dimension", "d0"),
    ("information_dimension", "d1"),
    ("correlation_dimension", "d2"),
)
"""A measurement of the registry and PVBM's column; pairs whose measurement there is not are left out."""

FEWEST = 4


Both = tuple[str, dict[str, float]]
"""A set, and what both tools measured in one of its photographs, by name of measurement or column."""


def measured(data: Path, values: Path) -> Iterator[Both]:
    """PVBM's rows with the service's measurements."""
    discs = annotations.discs()
    with values.open(newline="") as lines:
        for row in tqdm([*csv.DictReader(lines)], mininterval=10):
            name, id = row.pop("set"), row.pop("photograph")
            disc, path = discs[(name, id)], next((data / name / "images").glob(f"{id}.*"))
            if disc:
                vessels, view, _, _ = working_copy(path, read_mask(data / name / "vessels" / f"{id}.png"), disc)
                here = measure(Observation(vessels, view)).values
                known = {key: value for key, value in here.items() if value is not None}
                yield name, {**known, **{key: float(value) for key, value in row.items()}}


def lines_of(rows: list[Both]) -> list[str]:
    """The table: a row for each pair, a column for each set."""
    sets = list(dict.fromkeys(name for name, _ in rows))
    known = {each.name for each in MEASUREMENTS}
    lines = [f"| here | PVBM | {' | '.join(sets)} |", "|---" * (len(sets) + 2) + "|"]
    for one, other in COMPARABLE:
        if one in known:
            cells = [cell([values for of, values in rows if of == name], one, other) for name in sets]
            lines.append(f"| `{one}` | `{other}` | {' | '.join(cells)} |")
    return lines


def cell(rows: list[dict[str, float]], one: str, other: str) -> str:
    """Both means; Spearman's and Pearson's correlation. Empty for too few values."""
    values = np.array([(row[one], row[other]) for row in rows if one in row and other in row], np.float64)
    values = values.reshape(-1, 2)
    values = values[np.isfinite(values).all(axis=1)]
    if len(values) < FEWEST:
        return ""
    here, there = values.T
    rank, linear = spearmanr(here, there).statistic, pearsonr(here, there).statistic
    return f"{here.mean():.4g}, {there.mean():.4g}; {rank:.2f}, {linear:.2f}"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--values", type=Path, required=True)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    print(*lines_of([*measured(arguments.data, arguments.values)]), sep="\n")


if __name__ == "__main__":
    main()
