"""Robustness of the network: Dice on photographs that were blurred, darkened, compressed and so on, at three strengths.

Takes a folder of labelled sets and a model card. Writes a CSV with one row per photograph and perturbation, for
`models.evaluation.trust`, and prints a table of the loss in Dice. Uses the served pipeline. The probability map of a
smaller photograph is enlarged, so that all are compared at the reference's own resolution. Nothing is trained or tuned.

`python -m models.evaluation.robustness --data DIR --csv FILE [--model CARD] [--sets HRF] [--split train]`
"""

import argparse
import csv
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from models.evaluation.measuring import read_photograph
from models.evaluation.metrics import count, dice
from models.evaluation.perturbations import PERTURBATIONS, STRENGTHS
from models.training.labelled import (
    LabelledPhotograph,
    LabelledSetError,
    read_mask,
    read_sets,
)
from retina.errors import ModelCardError, PhotographError
from retina.imaging.arrays import Rgb
from retina.imaging.confidence import uncertainty
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.model_card import read_model_card
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import over, segment

UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Copy:
    """The result for one perturbed photograph; `uncertainty` is computed as by the service, None for an empty mask."""

    set: str
    photograph: str
    perturbation: str
    strength: str
    dice: float
    uncertainty: float | None


def copies(name: str, card: Path, labelled: LabelledPhotograph) -> list[Copy]:
    """Segment and evaluate every perturbed copy of one photograph of the set `name`."""
    network = _network(card)
    original = read_photograph(labelled.photograph)
    truth, inside = read_mask(labelled.vessels), read_mask(labelled.field_of_view)
    found = []
    for perturbation, strength, rgb in perturbed(original.rgb):
        photograph = Photograph(rgb, find_field_of_view(rgb), original.sha256)
        # The labels are those of the photograph's own size, so a smaller copy is not thresholded as one drawn small.
        segmentation = segment(photograph, network, network.card.threshold_at(original.field_of_view.side))
        probability = segmentation.probability
        if probability.shape != truth.shape:
            probability = np.asarray(cv2.resize(probability, truth.shape[::-1]), np.uint16)
        agreement = dice(count(over(probability, segmentation.threshold), truth, inside))
        seen = uncertainty(segmentation.probability, segmentation.vessels)
        found.append(Copy(name, labelled.id, perturbation, strength, agreement, seen))
    return found


def perturbed(rgb: Rgb) -> Iterator[tuple[str, str, Rgb]]:
    """Name, strength and pixels: first `rgb` unchanged, then each perturbation at each strength."""
    yield UNCHANGED, "", rgb
    for name, (change, parameters) in PERTURBATIONS.items():
        for strength, parameter in zip(STRENGTHS, parameters, strict=True):
            yield name, strength, change(rgb, parameter)


_networks: dict[Path, VesselNetwork] = {}


def _network(card: Path) -> VesselNetwork:
    """One network per process, because interpreters cannot be sent to another."""
    if card not in _networks:
        _networks[card] = VesselNetwork(card)
    return _networks[card]


def table(found: Sequence[Copy]) -> str:
    """A Markdown table: mean Dice per set, perturbation and strength, and the loss against unchanged photographs."""
    sets = list(dict.fromkeys(copy.set for copy in found))

    def mean(name: str, perturbation: str, strength: str) -> float:
        wanted = (name, perturbation, strength)
        return float(np.mean([c.dice for c in found if (c.set, c.perturbation, c.strength) == wanted]))

    lines = ["| perturbation | " + " | ".join(f"{name}, {s}" for name in sets for s in STRENGTHS) + " |"]
    lines.append("|---" * (1 + len(sets) * len(STRENGTHS)) + "|")
    plain = {name: mean(name, UNCHANGED, "") for name in sets}
    lines.append("| none | " + " | ".join(f"{plain[name]:.3f}" for name in sets for _ in STRENGTHS) + " |")
    for perturbation, (_, parameters) in PERTURBATIONS.items():
        cells = []
        for name in sets:
            for strength in STRENGTHS:
                value = mean(name, perturbation, strength)
                cells.append(f"{value:.3f} ({value - plain[name]:+.3f})")
        label = f"{perturbation} ({', '.join(f'{p:g}' for p in parameters)})"
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write(path: Path, found: Sequence[Copy]) -> None:
    """Write a CSV with one row per copy."""
    with path.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, [field.name for field in fields(Copy)])
        writer.writeheader()
        writer.writerows(asdict(copy) for copy in found)


def read(path: Path) -> list[Copy]:
    """Read what `write` wrote; raises `ValueError` for any other file."""
    with path.open(newline="") as lines:
        reader = csv.DictReader(lines)
        if reader.fieldnames != [field.name for field in fields(Copy)]:
            raise ValueError(f"{path} was not written by models.evaluation.robustness")
        return [
            Copy(
                row["set"],
                row["photograph"],
                row["perturbation"],
                row["strength"],
                float(row["dice"]),
                float(row["uncertainty"]) if row["uncertainty"] else None,
            )
            for row in reader
        ]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with a folder a set")
    parser.add_argument("--model", type=Path, default=Path("models/unet.json"), help="the card of the network")
    parser.add_argument("--split", choices=("test", "train", "all"), default="test")
    parser.add_argument("--sets", nargs="+", help="names of sets; default: every folder in --data with images/")
    parser.add_argument("--csv", type=Path, required=True, help="where the rows go")
    parser.add_argument("--jobs", type=int, default=1, help="photographs measured at the same time")
    options = parser.parse_args()
    if not options.csv.parent.is_dir():
        parser.error(f"there is no folder {options.csv.parent} to write {options.csv.name} into")
    if options.jobs < 1:
        parser.error("--jobs must be 1 or more")
    found: list[Copy] = []
    try:
        read_model_card(options.model)
        sets = read_sets(options.data, options.sets, options.split)
        with ProcessPoolExecutor(options.jobs) as pool:
            for name, photographs in sets.items():
                rows = pool.map(partial(copies, name, options.model), photographs)
                for one in tqdm(rows, total=len(photographs), unit="photo", desc=name):
                    found += one
    except (LabelledSetError, ModelCardError, PhotographError) as error:
        parser.error(f"{error}")
    write(options.csv, found)
    print(table(found))


if __name__ == "__main__":
    main()
