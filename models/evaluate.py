"""Measure the served pipeline on labelled photographs, or find the threshold on those held out of training.

Enters: a folder of labelled sets and a model card; leaves: a table a set, on request a CSV row a photograph and the
card's scores. Uses `retina.segmentation.segment`, so that what is measured is what is served. Trains nothing.

`python -m models.evaluate --data DIR [--csv FILE] [--write-card]`
`python -m models.evaluate --data DIR --split held-out --sweep`
"""

import argparse
import csv
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial, reduce
from operator import add
from pathlib import Path

import numpy as np
from tqdm import tqdm

from models import metrics
from models.labelled import HELD_OUT, LabelledPhotograph, read_mask, read_set
from retina.arrays import Mask
from retina.model_card import Score
from retina.photograph import decode_photograph, open_photograph
from retina.segmentation import segment
from retina.settings import Settings
from retina.unet import VesselNetwork

FIGURES = ("dice", "auc", "sensitivity", "specificity", "mcc", "cldice")
THRESHOLDS = tuple(round(0.20 + 0.02 * step, 2) for step in range(31))


@dataclass(frozen=True)
class Agreement:
    """How one mask agrees with the first observer's; adding two pools their pixels. A person has no histogram."""

    counts: metrics.Counts
    lines: metrics.Centrelines
    histogram: metrics.Histogram | None

    def __add__(self, other: "Agreement") -> "Agreement":
        both = self.histogram + other.histogram if self.histogram and other.histogram else None
        return Agreement(self.counts + other.counts, self.lines + other.lines, both)

    def figures(self) -> dict[str, float]:
        """`FIGURES` by name; nan where one cannot be computed."""
        return {
            "dice": metrics.dice(self.counts),
            "auc": self.histogram.auc() if self.histogram else float("nan"),
            "sensitivity": metrics.sensitivity(self.counts),
            "specificity": metrics.specificity(self.counts),
            "mcc": metrics.mcc(self.counts),
            "cldice": metrics.cldice(self.lines),
        }


@dataclass(frozen=True)
class Measured:
    """One photograph: how the network and, where there is one, the second observer agree with the first."""

    id: str
    canvas: str
    network: Agreement
    second: Agreement | None


def agreement(found: Mask, truth: Mask, inside: Mask, histogram: metrics.Histogram | None = None) -> Agreement:
    """Compare two masks bool[H,W] inside the field of view bool[H,W]."""
    return Agreement(metrics.count(found, truth, inside), metrics.centrelines(found, truth, inside), histogram)


def measure(labelled: LabelledPhotograph, network: VesselNetwork) -> Measured:
    """Segment one photograph as the service does and compare; `ValueError` where a reference has another size."""
    settings, data = Settings(), labelled.photograph.read_bytes()
    image = open_photograph(data, max_pixels=settings.max_pixels, min_side=settings.min_side)
    result = segment(decode_photograph(image, data), network)
    truth, inside = read_mask(labelled.vessels), read_mask(labelled.field_of_view)
    if not truth.shape == inside.shape == result.vessels.shape:
        raise ValueError(f"{labelled.id}: photograph and references differ in size")
    histogram = metrics.histogram(result.probability, truth, inside)
    second = agreement(read_mask(labelled.second), truth, inside) if labelled.second else None
    return Measured(labelled.id, str(result.canvas), agreement(result.vessels, truth, inside, histogram), second)


def photographs(folder: Path, split: str) -> list[LabelledPhotograph]:
    """Those of one split of the set in `folder`: train, test, or held-out (of train, kept from learning)."""
    if split == "held-out":
        return [p for p in read_set(folder, "train") if p.id in HELD_OUT]
    return list(read_set(folder, split))


def summary(agreements: Sequence[Agreement]) -> tuple[dict[str, float], dict[str, float]]:
    """`FIGURES` as the mean over photographs, and of all pixels pooled."""
    each = [a.figures() for a in agreements]
    mean = {name: float(np.mean([figures[name] for figures in each])) for name in FIGURES}
    return mean, reduce(add, agreements).figures()


def table(name: str, measured: Sequence[Measured]) -> str:
    """A Markdown table of one set."""
    rows = [("U-Net", [m.network for m in measured])]
    if seconds := [m.second for m in measured if m.second]:
        rows.append(("second observer", seconds))
    lines = [
        f"| {name}, {len(measured)} photographs | " + " | ".join(FIGURES) + " |",
        "|---" * (len(FIGURES) + 1) + "|",
    ]
    for label, agreements in rows:
        for how, figures in zip(("mean of photographs", "pixels pooled"), summary(agreements), strict=True):
            cells = ["-" if np.isnan(figures[f]) else f"{figures[f]:.4f}" for f in FIGURES]
            lines.append(f"| {label}, {how} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def sweep(sets: dict[str, list[Measured]]) -> str:
    """Mean Dice a threshold: of each set's photographs, and of the sets, each counting the same."""
    lines = ["| threshold | " + " | ".join(sets) + " | mean of sets |", "|---" * (len(sets) + 2) + "|"]
    means = {}
    for threshold in THRESHOLDS:
        dices = [
            float(np.mean([m.network.histogram.dice_at(threshold) for m in measured if m.network.histogram]))
            for measured in sets.values()
        ]
        means[threshold] = float(np.mean(dices))
        lines.append(" | ".join([f"| {threshold:.2f}", *(f"{d:.4f}" for d in [*dices, means[threshold]])]) + " |")
    return "\n".join([*lines, "", f"Best threshold: {max(THRESHOLDS, key=lambda t: means[t]):.2f}"])


def write_csv(path: Path, sets: dict[str, list[Measured]]) -> None:
    """A row for each photograph and reader (network or second observer); empty where a figure does not exist."""
    with path.open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["set", "photograph", "canvas", "reader", *FIGURES])
        for name, measured in sets.items():
            for m in measured:
                for reader, found in (("network", m.network), ("second observer", m.second)):
                    if found:
                        figures = found.figures()
                        cells = ["" if np.isnan(figures[f]) else f"{figures[f]:.5f}" for f in FIGURES]
                        writer.writerow([name, m.id, m.canvas if reader == "network" else "", reader, *cells])


def write_scores(
    path: Path, network: VesselNetwork, sets: dict[str, list[Measured]], split: str, protocol: str
) -> None:
    """Put the means over photographs into the card at `path`, in place of the scores it had."""
    scores = tuple(
        Score(
            photographs=f"{name} {split}, {len(measured)} photographs",
            protocol=protocol,
            **{figure: round(value, 4) for figure, value in summary([m.network for m in measured])[0].items()},
        )
        for name, measured in sets.items()
    )
    path.write_text(network.card.model_copy(update={"scores": scores}).model_dump_json(indent=2) + "\n")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with a folder a set")
    parser.add_argument("--model", type=Path, default=Path("models/unet.json"), help="the card of the network")
    parser.add_argument("--split", choices=("test", "train", "held-out"), default="test")
    parser.add_argument("--sets", nargs="+", help="names of sets; default: every folder in --data with images/")
    parser.add_argument("--csv", type=Path, help="write a row a photograph here")
    parser.add_argument("--write-card", action="store_true", help="put the means into the card's scores")
    parser.add_argument("--sweep", action="store_true", help="print mean Dice a threshold instead")
    parser.add_argument("--jobs", type=int, default=1, help="photographs measured at the same time")
    options = parser.parse_args()
    if options.sweep and options.split == "test":
        parser.error("a threshold is not chosen on the test photographs: add --split held-out")

    network = VesselNetwork(options.model)
    names = options.sets or sorted(folder.parent.name for folder in options.data.glob("*/images"))
    wanted = {name: photographs(options.data / name, options.split) for name in names}
    sets: dict[str, list[Measured]] = {}
    with ThreadPoolExecutor(options.jobs) as pool, tqdm(total=sum(map(len, wanted.values())), unit="photo") as progress:
        for name, found in wanted.items():
            sets[name] = []
            for measured in pool.map(partial(measure, network=network), found):
                sets[name].append(measured)
                progress.update()
    sets = {name: measured for name, measured in sets.items() if measured}
    if options.sweep:
        print(sweep(sets))
        return
    protocol = (
        "pixels inside the set's own field-of-view mask, at the photograph's own resolution, against the first "
        f"observer; threshold {network.card.threshold:g}, fixed beforehand; mean over photographs"
    )
    print(*(table(name, measured) for name, measured in sets.items()), f"Protocol: {protocol}.", sep="\n\n")
    if options.csv:
        write_csv(options.csv, sets)
    if options.write_card:
        write_scores(options.model, network, sets, options.split, protocol)


if __name__ == "__main__":
    main()
