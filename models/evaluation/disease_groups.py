"""Whether HRF's groups differ as much by the network's masks as by the reference masks.

Takes the values of `models.evaluation.measured_values`. HRF's names say who is healthy (`_h`) and who has diabetic
retinopathy (`_dr`) or glaucoma (`_g`). For every measurement: mean and standard deviation of each group, by the first
observer and by the network, and the p-value of the Mann-Whitney test (two-sided; exact where there are no ties) of
healthy against each disease. No correction for the many tests.

`python -m models.evaluation.disease_groups --values FILE [--measurements NAME ...]`
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from models.evaluation.measured_values import FIRST, FRAME_SHARE, NETWORK
from models.evaluation.value_table import ALL, TEST, Values, read_values
from retina.imaging.measurements.registry import MEASUREMENTS

SET = "HRF"
HEALTHY, DISEASES = "h", ("dr", "g")
NAMES = {"h": "healthy", "dr": "diabetic retinopathy", "g": "glaucoma"}
FEWEST = 4
"""Values of a group from which on it is compared."""


def group(rows: list[Values], reader: str, measurement: str, name: str, split: str = ALL) -> NDArray[np.float64]:
    """float64[N]: what a reader measured in one group of HRF."""
    return np.array(
        [
            row.values[measurement]
            for row in rows
            if (row.set, row.reader) == (SET, reader)
            and row.photograph.split("_")[-1] == name
            and split in (ALL, row.split)
            and measurement in row.values
        ],
        np.float64,
    )


def difference(healthy: NDArray[np.float64], ill: NDArray[np.float64]) -> float:
    """The p-value of two groups."""
    return float(mannwhitneyu(healthy, ill, alternative="two-sided").pvalue)


def lines_of(rows: list[Values], measurements: list[str], split: str) -> list[str]:
    """The table: a row for each measurement and reader."""
    heads = [*(NAMES[each] for each in (HEALTHY, *DISEASES)), *(f"healthy against {NAMES[each]}" for each in DISEASES)]
    lines = [f"| measurement | by | {' | '.join(heads)} |", "|---" * (len(heads) + 2) + "|"]
    for measurement in measurements:
        for reader in (FIRST, NETWORK):
            found = {name: group(rows, reader, measurement, name, split) for name in NAMES}
            if min(len(values) for values in found.values()) < FEWEST:
                continue
            means = [f"{values.mean():.4g} ± {values.std(ddof=1):.2g}" for values in found.values()]
            tests = [f"p = {difference(found[HEALTHY], found[each]):.2g}" for each in DISEASES]
            lines.append(f"| `{measurement}` | {reader} | {' | '.join([*means, *tests])} |")
    return lines


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--values", type=Path, required=True)
    parser.add_argument("--split", choices=(ALL, TEST), default=ALL)
    every = [FRAME_SHARE, *(each.name for each in MEASUREMENTS)]
    parser.add_argument("--measurements", nargs="+", choices=every, default=every)
    arguments = parser.parse_args()
    print(*lines_of(read_values(arguments.values), arguments.measurements, arguments.split), sep="\n")


if __name__ == "__main__":
    main()
