"""Evaluate the served pipeline on labelled photographs, or find the best threshold on those of the train splits.

Takes a folder of labelled sets and a model card. Prints a table per set; on request writes a CSV with one row per
photograph, comparison sheets, and the card's scores. Uses `retina.imaging.segmentation.segment`, so that exactly what
is served is measured. Nothing is trained.

`python -m models.evaluation.evaluate --data DIR [--csv FILE] [--sheets DIR] [--widths 1024 1536] [--flips]
[--write-card]`
`python -m models.evaluation.evaluate --data DIR --model CARD --sets HRF --split train --sweep`, for a network that
never saw HRF
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

from models.evaluation import metrics, reliability, sheets
from models.training.labelled import (
    LabelledPhotograph,
    LabelledSetError,
    read_mask,
    read_sets,
)
from retina.errors import ModelCardError, PhotographError
from retina.imaging.arrays import Mask
from retina.imaging.model_card import CanvasSize, Score
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph, decode_photograph, open_photograph
from retina.imaging.segmentation import segment
from retina.settings import Settings

FIGURES = ("dice", "auc", "sensitivity", "specificity", "mcc", "cldice")
THRESHOLDS = tuple(round(0.20 + 0.02 * step, 2) for step in range(31))


@dataclass(frozen=True)
class Agreement:
    """Agreement of one mask with the first observer's. Adding two pools their pixels. An observer has no histogram."""

    counts: metrics.Counts
    lines: metrics.Centrelines
    histogram: metrics.Histogram | None

    def __add__(self, other: "Agreement") -> "Agreement":
        both = self.histogram + other.histogram if self.histogram and other.histogram else None
        return Agreement(self.counts + other.counts, self.lines + other.lines, both)

    def figures(self) -> dict[str, float]:
        """`FIGURES` by name; nan if one cannot be computed."""
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
    """Results of one photograph: how the network and, if there is one, the second observer agree with the first."""

    id: str
    canvas: str
    network: Agreement
    second: Agreement | None


def agreement(found: Mask, truth: Mask, inside: Mask, histogram: metrics.Histogram | None = None) -> Agreement:
    """Compare two masks bool[H,W] inside the field of view bool[H,W]."""
    return Agreement(metrics.count(found, truth, inside), metrics.centrelines(found, truth, inside), histogram)


@dataclass(frozen=True)
class Variant:
    """One way of using a network: its canvases, and whether test-time augmentation (flips) is used."""

    name: str
    network: VesselNetwork
    flips: bool = False


def variants(card: Path, widths: Sequence[int], flips: bool) -> list[Variant]:
    """The card as it is, or at each of `widths` in pixels; with `flips` each also with test-time augmentation."""
    found = [Variant("as the card says", VesselNetwork(card))]
    if widths:
        stride = found[0].network.card.stride
        found = [Variant(f"{width} wide", VesselNetwork(card, canvases_of(width, stride))) for width in widths]
    if flips:
        found += [Variant(f"{variant.name}, flips averaged", variant.network, True) for variant in found]
    return found


def canvases_of(width: int, stride: int) -> list[CanvasSize]:
    """Canvases of one width for any field of view: a square and a landscape one, multiples of `stride`.

    Raises `ModelCardError` if `width` is not a multiple of `stride`.
    """
    if width % stride:
        raise ModelCardError(f"the width {width} is no multiple of the network's stride {stride}")
    heights = {width, -(-width * 3 // 4 // stride) * stride}
    return [CanvasSize(height=height, width=width, field_of_view_width_up_to=None) for height in sorted(heights)]


def read_photograph(path: Path) -> Photograph:
    """Decode the photograph with the service's decoder and limits, in this process."""
    settings, data = Settings(), path.read_bytes()
    return decode_photograph(open_photograph(data, max_pixels=settings.max_pixels, min_side=settings.min_side), data)


def measure(labelled: LabelledPhotograph, variant: Variant) -> Measured:
    """Segment one photograph as the service does and compare it with its references.

    Raises `LabelledSetError` if a reference has a different size or the service would reject the photograph.
    """
    try:
        photograph = read_photograph(labelled.photograph)
    except PhotographError as error:
        raise LabelledSetError(f"{labelled.photograph}: {error}") from error
    result = segment(photograph, variant.network, flips=variant.flips)
    truth, inside = read_mask(labelled.vessels), read_mask(labelled.field_of_view)
    if not truth.shape == inside.shape == result.vessels.shape:
        raise LabelledSetError(f"{labelled.photograph} and its references differ in size")
    histogram = metrics.histogram(result.probability, truth, inside)
    second = agreement(read_mask(labelled.second), truth, inside) if labelled.second else None
    return Measured(labelled.id, str(result.canvas), agreement(result.vessels, truth, inside, histogram), second)


def summary(agreements: Sequence[Agreement]) -> tuple[dict[str, float], dict[str, float]]:
    """`FIGURES` as the mean over photographs, and for all pixels pooled."""
    each = [a.figures() for a in agreements]
    mean = {name: float(np.mean([figures[name] for figures in each])) for name in FIGURES}
    return mean, reduce(add, agreements).figures()


def table(name: str, measured: dict[str, list[Measured]]) -> str:
    """A Markdown table of one set, with the results of each variant."""
    first = next(iter(measured.values()))
    rows = [(variant, [m.network for m in found]) for variant, found in measured.items()]
    if seconds := [m.second for m in first if m.second]:
        rows.append(("second observer", seconds))
    lines = [
        f"| {name}, {len(first)} photographs | " + " | ".join(FIGURES) + " |",
        "|---" * (len(FIGURES) + 1) + "|",
    ]
    for label, agreements in rows:
        for how, figures in zip(("mean of photographs", "pixels pooled"), summary(agreements), strict=True):
            cells = ["-" if np.isnan(figures[f]) else f"{figures[f]:.4f}" for f in FIGURES]
            lines.append(f"| {label}; {how} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def sweep(sets: dict[str, list[Measured]]) -> str:
    """A table of mean Dice per threshold: over each set's photographs, and over the sets with equal weight."""
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


def write_csv(path: Path, sets: dict[str, dict[str, list[Measured]]]) -> None:
    """Write a CSV with one row per photograph and reader (variant or second observer); missing figures stay empty."""
    with path.open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["set", "photograph", "reader", "canvas", *FIGURES])
        for name, measured in sets.items():
            readers = [(variant, m.canvas, m.id, m.network) for variant, found in measured.items() for m in found]
            readers += [("second observer", "", m.id, m.second) for m in next(iter(measured.values())) if m.second]
            for reader, canvas, photograph, found in readers:
                figures = found.figures()
                cells = ["" if np.isnan(figures[f]) else f"{figures[f]:.5f}" for f in FIGURES]
                writer.writerow([name, photograph, reader, canvas, *cells])


def write_sheets(
    folder: Path, name: str, found: Sequence[LabelledPhotograph], measured: Sequence[Measured], variant: Variant
) -> None:
    """Write comparison sheets of the best, median and worst photograph of a set, by Dice, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    ranked = sorted(zip(measured, found, strict=True), key=lambda pair: metrics.dice(pair[0].network.counts))
    for place, (m, labelled) in {"worst": ranked[0], "median": ranked[len(ranked) // 2], "best": ranked[-1]}.items():
        photograph = read_photograph(labelled.photograph)
        vessels = segment(photograph, variant.network, flips=variant.flips).vessels
        truth, inside = read_mask(labelled.vessels), read_mask(labelled.field_of_view)
        title = f"{name} {m.id}: {place}, Dice {metrics.dice(m.network.counts):.3f}"
        sheets.write(folder / f"{name}-{place}.png", title, photograph.rgb, truth, vessels, inside)


def write_scores(
    path: Path, network: VesselNetwork, sets: dict[str, list[Measured]], split: str, protocol: str
) -> None:
    """Replace the scores of the card at `path` by the means over photographs."""
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
    parser.add_argument("--split", choices=("test", "train", "all"), default="test")
    parser.add_argument("--sets", nargs="+", help="names of sets; default: every folder in --data with images/")
    parser.add_argument(
        "--widths", nargs="+", type=int, default=[], help="working widths instead of the card's canvases"
    )
    parser.add_argument("--flips", action="store_true", help="measure the mean over mirror images, too")
    parser.add_argument("--csv", type=Path, help="write a row a photograph here")
    parser.add_argument("--sheets", type=Path, help="write pictures of the best, median and worst photographs here")
    parser.add_argument("--reliability", type=Path, help="draw how true the probabilities are, a PNG")
    parser.add_argument("--write-card", action="store_true", help="put the means into the card's scores")
    parser.add_argument("--sweep", action="store_true", help="print mean Dice a threshold instead")
    parser.add_argument("--jobs", type=int, default=1, help="photographs measured at the same time")
    options = parser.parse_args()
    if wrong := mistake(options):
        parser.error(wrong)
    try:
        _evaluate(options)
    except (LabelledSetError, ModelCardError) as error:
        parser.error(f"{error}")


def mistake(options: argparse.Namespace) -> str | None:
    """What is wrong with the `options`, if anything."""
    if options.sweep and options.split != "train":
        return "a threshold is not chosen on test photographs: add --split train"
    if options.write_card and (options.widths or options.flips):
        return "the card's scores are those of the card as it is: leave out --widths and --flips"
    if wrong := [width for width in options.widths if width <= 0]:
        return f"a width of {wrong[0]} pixels is none"
    if options.sheets and options.sheets.exists() and not options.sheets.is_dir():
        return f"{options.sheets} is no folder"
    for path in (options.csv, options.reliability):
        if path and not path.parent.is_dir():
            return f"there is no folder {path.parent} to write {path.name} into"
    return "--jobs must be 1 or more" if options.jobs < 1 else None


def _measured(
    ways: list[Variant], wanted: dict[str, list[LabelledPhotograph]], jobs: int
) -> dict[str, dict[str, list[Measured]]]:
    """Each photograph of each set, measured in each way."""
    sets: dict[str, dict[str, list[Measured]]] = {name: {} for name in wanted}
    total = len(ways) * sum(map(len, wanted.values()))
    with ThreadPoolExecutor(jobs) as pool, tqdm(total=total, unit="photo") as progress:
        for name, found in wanted.items():
            for way in ways:
                sets[name][way.name] = []
                for measured in pool.map(partial(measure, variant=way), found):
                    sets[name][way.name].append(measured)
                    progress.update()
    return sets


def _evaluate(options: argparse.Namespace) -> None:
    ways = variants(options.model, options.widths, options.flips)
    wanted = read_sets(options.data, options.sets, options.split)
    sets = _measured(ways, wanted, options.jobs)
    if options.sweep:
        for way in ways:
            print(f"{way.name}:\n", sweep({name: measured[way.name] for name, measured in sets.items()}), sep="\n")
        return
    card = ways[0].network.card
    protocol = (
        "pixels inside the set's own field-of-view mask, at the photograph's own resolution, against the first "
        f"observer; threshold {card.threshold:g}, fixed beforehand; mean over photographs"
    )
    print(*(table(name, measured) for name, measured in sets.items()), f"Protocol: {protocol}.", sep="\n\n")
    if options.csv:
        write_csv(options.csv, sets)
    if options.sheets:
        for name, found in wanted.items():
            write_sheets(options.sheets, name, found, sets[name][ways[0].name], ways[0])
    first = {name: measured[ways[0].name] for name, measured in sets.items()}
    if options.reliability:
        pooled = {name: reduce(add, [m.network for m in measured]).histogram for name, measured in first.items()}
        drawn = {f"{name} {options.split}": histogram for name, histogram in pooled.items() if histogram}
        reliability.draw(options.reliability, drawn, f"{card.name} {card.sha256[:8]}, inside the field of view")
    if options.write_card:
        write_scores(options.model, ways[0].network, first, options.split, protocol)


if __name__ == "__main__":
    main()
