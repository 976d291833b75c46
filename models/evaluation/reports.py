"""What an evaluation writes: tables, a CSV file, comparison sheets, and the scores in a model card."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.evaluation import metrics, sheets
from models.evaluation.agreement import FIGURES, Measured, summary
from models.evaluation.measuring import Variant, read_photograph
from models.training.labelled import LabelledPhotograph, read_mask
from retina.imaging.model_card import Score
from retina.imaging.network import VesselNetwork
from retina.imaging.segmentation import segment

THRESHOLDS = tuple(round(0.20 + 0.02 * step, 2) for step in range(31))
"""The thresholds that a sweep compares."""


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
