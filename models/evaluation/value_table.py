"""Read the values that `models.evaluation.measured_values` writes, and pair those of two readers."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ALL, TEST, TRAIN = "all", "test", "train"


@dataclass(frozen=True)
class Values:
    """One photograph as one reader measured it; `values` by name of measurement, without those that are missing."""

    set: str
    photograph: str
    split: str
    reader: str
    values: dict[str, float]


def read_values(path: Path) -> list[Values]:
    """All rows of the file."""
    with path.open(newline="") as lines:
        return [
            Values(
                row.pop("set"),
                row.pop("photograph"),
                row.pop("split"),
                row.pop("reader"),
                {name: float(value) for name, value in row.items() if value},
            )
            for row in csv.DictReader(lines)
        ]


@dataclass(frozen=True)
class ValueTable:
    """All values of all readers."""

    rows: list[Values]

    @property
    def sets(self) -> list[str]:
        """Their names, in the order in which they were measured."""
        return list(dict.fromkeys(row.set for row in self.rows))

    def pairs(self, name: str, readers: tuple[str, str], measurement: str, split: str = ALL) -> NDArray[np.float64]:
        """float64[N,2]: what the two readers measured on those photographs of a set where both did."""
        one, other = (self._of(name, reader, measurement, split) for reader in readers)
        both = [(one[photograph], other[photograph]) for photograph in one if photograph in other]
        return np.array(both, np.float64).reshape(-1, 2)

    def _of(self, name: str, reader: str, measurement: str, split: str) -> dict[str, float]:
        return {
            row.photograph: row.values[measurement]
            for row in self.rows
            if (row.set, row.reader) == (name, reader) and split in (ALL, row.split) and measurement in row.values
        }
