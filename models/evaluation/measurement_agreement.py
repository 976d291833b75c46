"""How well measurements from the network's vessel maps agree with those from the masks that people drew.

Takes the values of `models.evaluation.measured_values`. For every measurement of the registry, of all vessels, arteries
and veins, in the field, zones and quadrants, and for every set and split: means, the intraclass correlations for
absolute agreement and for consistency with intervals of 95 %, bias and limits of agreement. The network against the
first observer, and where there is one the second observer against the first. Prints short tables; the whole one is
written as CSV. Nothing is trained or tuned.

`python -m models.evaluation.measurement_agreement --values FILE [--csv FILE] [--figure FILE]`
"""

import argparse
import csv
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from models.evaluation.intraclass_correlation import intraclass_correlations
from models.evaluation.limits_of_agreement import limits_of_agreement
from models.evaluation.measured_values import FIRST, NETWORK, SECOND
from models.evaluation.regional_values import PLACES, column
from models.evaluation.value_table import ALL, TEST, TRAIN, ValueTable, read_values
from retina.imaging.measurements.measurement import Measurement
from retina.imaging.measurements.places import Region, Vessels
from retina.imaging.measurements.registry import MEASUREMENTS

FEWEST = 4
"""Pairs of values from which on a row is given: FIVES20 has four test photographs."""

COMPARED = ((NETWORK, FIRST), (SECOND, FIRST))

FIGURE = ("vascular_density", "mean_calibre", "fractal_dimension")
"""Measurements that are drawn, on the sets whose widths mean something."""

APART = ("vascular_density", "length_density", "mean_calibre", "tortuosity", "branch_points")
"""Measurements whose regional values are in the short table."""

Place = tuple[Vessels, Region]

EVERYWHERE: Place = ("all", "field")

BROAD = "AVRDB"
"""The set whose strokes are wider than its vessels."""


@dataclass(frozen=True)
class Row:
    """The agreement of a reader with a reference, in the measurement's own unit."""

    set: str
    measurement: str
    vessels: Vessels
    region: Region
    unit: str
    reader: str
    reference: str
    split: str
    photographs: int
    reader_mean: float
    reference_mean: float
    icc_a1: float
    icc_a1_low: float
    icc_a1_high: float
    icc_c1: float
    icc_c1_low: float
    icc_c1_high: float
    bias: float
    limit_low: float
    limit_high: float


def rows_of(table: ValueTable) -> Iterator[Row]:
    """Every row for which there are enough values."""
    for name in table.sets:
        for measurement in MEASUREMENTS:
            for place in (EVERYWHERE, *PLACES):
                for readers in COMPARED:
                    for split in (ALL, TEST, TRAIN):
                        if row := row_of(table, name, measurement, readers, split, place):
                            yield row


def row_of(
    table: ValueTable, name: str, measurement: Measurement, readers: tuple[str, str], split: str, place: Place
) -> Row | None:
    """One row, or None if there are too few values, or if all are the same because both readers use one drawn disc."""
    values = measurement.name if place == EVERYWHERE else column(measurement.name, *place)
    pairs = table.pairs(name, readers, values, split)
    if len(pairs) < FEWEST or np.array_equal(pairs[:, 0], pairs[:, 1]):
        return None
    absolute, consistent = intraclass_correlations(pairs)
    limits = limits_of_agreement(pairs[:, 0], pairs[:, 1])
    return Row(
        set=name,
        measurement=measurement.name,
        vessels=place[0],
        region=place[1],
        unit=measurement.unit,
        reader=readers[0],
        reference=readers[1],
        split=split,
        photographs=len(pairs),
        reader_mean=float(pairs[:, 0].mean()),
        reference_mean=float(pairs[:, 1].mean()),
        icc_a1=absolute.value,
        icc_a1_low=absolute.low,
        icc_a1_high=absolute.high,
        icc_c1=consistent.value,
        icc_c1_low=consistent.low,
        icc_c1_high=consistent.high,
        bias=limits.bias,
        limit_low=limits.low,
        limit_high=limits.high,
    )


def short_table(rows: list[Row]) -> list[str]:
    """A line for each measurement but errors of fits, a column for each set and reader, all photographs together."""
    every = [row for row in rows if row.split == ALL and (row.vessels, row.region) == EVERYWHERE]
    columns = list(dict.fromkeys((row.set, row.reader) for row in every))
    heads = [f"{name}, {reader}" if reader != NETWORK else name for name, reader in columns]
    lines = [f"| measurement | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for measurement in MEASUREMENTS:
        found = {(row.set, row.reader): row for row in every if row.measurement == measurement.name}
        if found and not measurement.name.endswith("_error"):
            cells = [cell(found[column]) if column in found else "" for column in columns]
            lines.append(f"| `{measurement.name}` | {' | '.join(cells)} |")
    return lines


def regional_table(rows: list[Row]) -> list[str]:
    """A line for each of `APART` by vessels and region, a column for each set: the network, on all photographs, whose
    number is in brackets, with Bland and Altman's limits.
    """
    every = [row for row in rows if row.split == ALL and row.reader == NETWORK and row.measurement in APART]
    sets = list(dict.fromkeys(row.set for row in every))
    lines = [f"| measurement | vessels | region | {' | '.join(sets)} |", "|---" * (len(sets) + 3) + "|"]
    for name in APART:
        for vessels, region in PLACES:
            found = {
                row.set: row for row in every if (row.measurement, row.vessels, row.region) == (name, vessels, region)
            }
            if found:
                cells = [
                    f"{with_limits(found[each])} ({found[each].photographs})" if each in found else "" for each in sets
                ]
                lines.append(f"| `{name}` | {vessels} | `{region}` | {' | '.join(cells)} |")
    return lines


def cell(row: Row) -> str:
    """ICC(A,1) and ICC(C,1), and the bias in per cent of the reference's mean."""
    return f"{row.icc_a1:.2f}, {row.icc_c1:.2f}, {100 * row.bias / row.reference_mean:+.0f} %"


def with_limits(row: Row) -> str:
    """As `cell`, with the limits of agreement behind the bias, in per cent of the reference's mean as well."""
    low, high = (100 * each / row.reference_mean for each in (row.limit_low, row.limit_high))
    return f"{cell(row)}, {low:+.0f} to {high:+.0f} %"


def write_csv(path: Path, rows: list[Row]) -> None:
    """All rows, numbers with four digits."""
    with path.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, list(Row.__annotations__), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.4g}" if isinstance(v, float) else v for k, v in asdict(row).items()})


def write_figure(path: Path, table: ValueTable) -> None:
    """Bland and Altman's plot: difference against mean, a panel for each measurement, hollow where trained on."""
    figure = Figure(figsize=(12, 3.6), layout="constrained")
    labels = {each.name: each.label for each in MEASUREMENTS}
    for axes, measurement in zip(figure.subplots(1, len(FIGURE)), FIGURE, strict=True):
        for number, name in enumerate(each for each in table.sets if each != BROAD):
            for split in (TRAIN, TEST):
                one, other = table.pairs(name, (NETWORK, FIRST), measurement, split).T
                axes.scatter(
                    (one + other) / 2,
                    one - other,
                    s=14,
                    edgecolors=f"C{number}",
                    facecolors="none" if split == TRAIN else f"C{number}",
                    label=f"{name}, {split}",
                )
            one, other = table.pairs(name, (NETWORK, FIRST), measurement).T
            if len(one):
                limits = limits_of_agreement(one, other)
                across = [np.min(one + other) / 2, np.max(one + other) / 2]
                for level, style in ((limits.bias, "-"), (limits.low, ":"), (limits.high, ":")):
                    axes.plot(across, [level, level], style, color=f"C{number}", linewidth=1)
        axes.axhline(0, color="gray", linewidth=0.5)
        axes.set_title(labels[measurement])
        axes.set_xlabel("mean of network and first observer")
    figure.axes[0].set_ylabel("network less first observer")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside right center", fontsize=8)
    figure.savefig(path, dpi=80)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--values", type=Path, required=True)
    parser.add_argument("--csv", type=Path, help="where the whole table goes")
    parser.add_argument("--figure", type=Path, help="where the plot of differences goes, as PNG")
    arguments = parser.parse_args()
    table = ValueTable(read_values(arguments.values))
    rows = list(rows_of(table))
    if arguments.csv:
        write_csv(arguments.csv, rows)
    if arguments.figure:
        write_figure(arguments.figure, table)
    print(*short_table(rows), "", *regional_table(rows), sep="\n")


if __name__ == "__main__":
    main()
