"""How high an intraclass correlation with the first observer can be at all: experiment 26.

Takes the values of `models.evaluation.measured_values`. For each measurement and set: how much the photographs differ,
how much the network, its mask without probabilities, and the second observer differ from the first one on the same
photograph once the bias is taken off, how little that would have to be for a correlation of .90, and the correlations.
Then all sets with drawn widths pooled, as they are and with each set's bias taken off. HRF's groups of patients are
also looked at apart, because their masks were drawn with strokes of different widths.

`python -m models.evaluation.agreement_ceiling --values FILE [--measurements NAME ...]`
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.evaluation.disease_groups import NAMES, SET
from models.evaluation.intraclass_correlation import Correlation, intraclass_correlations
from models.evaluation.measured_values import FIRST, MASK, NETWORK, SECOND
from models.evaluation.measurement_agreement import BROAD, FEWEST
from models.evaluation.value_table import ValueTable, read_values
from retina.imaging.measurements.registry import MEASUREMENTS

AIM = 0.9
CHOSEN = ("vascular_density", "length_density", "mean_calibre", "tortuosity", "fractal_dimension")
READERS = (NETWORK, MASK, SECOND)


def unbiased(pairs: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[N,2] with the first column's mean that of the second."""
    shift = pairs.mean(axis=0)[1] - pairs.mean(axis=0)[0]
    return np.asarray(pairs + np.array([shift, 0.0]))


def allowed(pairs: NDArray[np.float64]) -> float:
    """The standard deviation of differences with which ICC(C,1) would be .90, if both varied as the second column does.

    ICC(C,1) is then 1 less half the differences' variance by that of the values.
    """
    return float(pairs[:, 1].std(ddof=1) * np.sqrt(2 * (1 - AIM)))


def with_groups(table: ValueTable) -> ValueTable:
    """The table with HRF's groups as further sets."""
    names = {row.photograph: NAMES.get(row.photograph.split("_")[-1]) for row in table.rows if row.set == SET}
    apart = [replace(row, set=f"{SET}, {names[row.photograph]}") for row in table.rows if row.set == SET]
    return ValueTable([*table.rows, *apart])


def lines_of(table: ValueTable, measurements: list[str]) -> list[str]:
    """A row for each measurement, set and reader."""
    lines = [
        "| measurement | set | reader | photographs | spread | differences | for .90 | ICC(A,1) | bias taken off |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for measurement in measurements:
        apart = with_groups(table)
        for name in apart.sets:
            for reader in READERS:
                pairs = apart.pairs(name, (reader, FIRST), measurement)
                if len(pairs) < FEWEST or np.array_equal(pairs[:, 0], pairs[:, 1]):
                    continue
                spreads = (pairs[:, 1].std(ddof=1), (pairs[:, 0] - pairs[:, 1]).std(ddof=1), allowed(pairs))
                correlations = (intraclass_correlations(each)[0] for each in (pairs, unbiased(pairs)))
                cells = [f"{each:.3g}" for each in spreads] + [shown(each) for each in correlations]
                lines.append(f"| `{measurement}` | {name} | {reader} | {len(pairs)} | {' | '.join(cells)} |")
        lines += pooled(table, measurement)
    return lines


def pooled(table: ValueTable, measurement: str) -> list[str]:
    """The row of all sets together whose widths mean something."""
    sets = [table.pairs(name, (NETWORK, FIRST), measurement) for name in table.sets if name != BROAD]
    sets = [pairs for pairs in sets if len(pairs) >= FEWEST]
    if not sets:
        return []
    together = np.concatenate(sets)
    found = (intraclass_correlations(each)[0] for each in (together, np.concatenate([unbiased(p) for p in sets])))
    spread = together[:, 1].std(ddof=1)
    cells = f"{len(together)} | {spread:.3g} | | | {' | '.join(shown(each) for each in found)}"
    return [f"| `{measurement}` | pooled | {NETWORK} | {cells} |"]


def shown(found: Correlation) -> str:
    """An estimate with its interval."""
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--values", type=Path, required=True)
    parser.add_argument("--measurements", nargs="+", choices=[each.name for each in MEASUREMENTS], default=CHOSEN)
    arguments = parser.parse_args()
    print(*lines_of(ValueTable(read_values(arguments.values)), list(arguments.measurements)), sep="\n")


if __name__ == "__main__":
    main()
