"""How often a measurement's interval contains the value from the mask that a person drew.

Takes a folder of sets with `images/` and `vessels/`, and the maps that `models.evaluation.own_maps` keeps. Each
photograph is measured at the card's threshold, with thresholds whose log-odds are lower and higher by each of `SHIFTS`,
and on the reference mask. Prints the share of photographs whose reference value lies in the interval, by set, split and
shift. The values are kept in a file of JSON lines, by which an interrupted run continues. Nothing is trained.

`python -m models.evaluation.interval_coverage --data DIR --maps DIR --values FILE [--most 10] [--sets CHASE_DB1]`
"""

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from models.evaluation.measuring import read_photograph
from models.evaluation.own_maps import OwnMaps
from models.training.labelled import read_mask
from retina.imaging.arrays import ProbabilityMap
from retina.imaging.measurements.intervals import thresholds_around
from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.registry import measure
from retina.imaging.model_card import ModelCard, read_model_card
from retina.imaging.segmentation import over

SHIFTS = (0.5, 1.0, 2.0)
"""In log-odds."""

MEASURED = (
    *("vascular_density", "length_density", "mean_calibre", "calibre_deviation", "tortuosity", "tortuosity_density"),
    *("squared_curvature", "fractal_dimension", "branch_points", "end_points"),
)

Row = dict[str, Any]


def chosen(folder: Path, most: int) -> list[Path]:
    """At most this many of the set's photographs that have a mask, evenly spread over their names."""
    files = [
        path for path in sorted((folder / "images").iterdir()) if (folder / "vessels" / f"{path.stem}.png").exists()
    ]
    return [files[i] for i in np.linspace(0, len(files) - 1, min(most, len(files))).round().astype(int)]


def measured(path: Path, split: str, probability: ProbabilityMap, card: ModelCard) -> Row:
    """The values of one photograph: of the reference, at the card's threshold, and at those around it."""
    photograph = read_photograph(path)
    view, reference = photograph.field_of_view, read_mask(path.parents[1] / "vessels" / f"{path.stem}.png")
    threshold = card.threshold_at(view.side)
    inside = view.mask((reference.shape[0], reference.shape[1]))

    def at(cut: float) -> dict[str, float | None]:
        return measure(Observation(over(probability, cut), view, probability)).values

    return {
        "set": path.parents[1].name,
        "photograph": path.stem,
        "split": split,
        "reference": measure(Observation(reference & inside, view)).values,
        "value": at(threshold),
        "around": {shift: [at(each) for each in thresholds_around(threshold, shift)] for shift in SHIFTS},
    }


def covered(row: Row, name: str, shift: float) -> bool | None:
    """Whether the interval of one measurement contains the reference's value; None where either is missing."""
    values = [row["value"][name], *(each[name] for each in row["around"][str(shift)])]
    if None in values or row["reference"][name] is None:
        return None
    return bool(min(values) <= row["reference"][name] <= max(values))


def width(row: Row, name: str, shift: float) -> float | None:
    """Of the interval, as a share of the value; None where either is missing."""
    value, values = row["value"][name], [each[name] for each in row["around"][str(shift)]]
    return None if not value or None in values else (max(*values, value) - min(*values, value)) / value


def table(rows: Sequence[Row]) -> str:
    """Coverage in per cent (and the mean width in per cent of the value) of each measurement, by shift."""
    lines = ["| measurement | photographs | " + " | ".join(f"± {shift:g}" for shift in SHIFTS) + " |"]
    lines.append("|---" * (2 + len(SHIFTS)) + "|")
    for name in MEASURED:
        cells, counted = [], 0
        for shift in SHIFTS:
            inside = [each for row in rows if (each := covered(row, name, shift)) is not None]
            widths = [wide for row in rows if (wide := width(row, name, shift)) is not None]
            counted = max(counted, len(inside))
            cells.append(f"{100 * np.mean(inside):.0f} ({100 * np.mean(widths):.0f})" if inside and widths else "")
        lines.append(f"| {name} | {counted} | {' | '.join(cells)} |")
    return "\n".join(lines)


def read(path: Path) -> list[Row]:
    """What the file holds; nothing if it does not exist."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--maps", type=Path, required=True, help="the folder of models.evaluation.own_maps")
    parser.add_argument("--values", type=Path, required=True, help="a file of JSON lines, made if it does not exist")
    parser.add_argument("--most", type=int, default=10, help="photographs of each set")
    parser.add_argument("--sets", nargs="+", default=["CHASE_DB1", "HRF", "FIVES20"])
    options = parser.parse_args()
    cv2.setNumThreads(1)
    card, _ = read_model_card(Path("models/unet.json"))
    known = {(row["set"], row["photograph"]) for row in read(options.values)}
    for name in options.sets:
        with (options.data / name / "split.csv").open(newline="") as lines:
            splits = {row["id"]: row["split"] for row in csv.DictReader(lines)}
        for path in tqdm(chosen(options.data / name, options.most), desc=name, leave=False):
            if (name, path.stem) not in known:
                kept = OwnMaps(options.maps / name, path.stem).probability()
                with options.values.open("a") as lines:
                    lines.write(json.dumps(measured(path, splits[path.stem], kept, card)) + "\n")
    rows = read(options.values)
    for name in options.sets:
        for split in ("train", "test"):
            some = [row for row in rows if (row["set"], row["split"]) == (name, split)]
            if some:
                print(f"{name}, {split}", table(some), sep="\n\n", end="\n\n")


if __name__ == "__main__":
    main()
