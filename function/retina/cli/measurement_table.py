"""`measurements.csv`: the results in long form, one row for each measurement of a photograph.

A photograph without a result has one row, with the reason. The rows are written before the photograph's row in
`results.csv`, so that one that is there has its measurements here, whenever a run is killed.
"""

import csv
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from retina.cli.growing_table import GrowingTable
from retina.cli.output_errors import OutputFolderError, SavedElsewhereError
from retina.cli.results import COLUMNS, Row
from retina.cli.saved_elsewhere import demand_as_written
from retina.imaging.measurement_rows import MEASURED
from retina.tables import read

MEASUREMENTS_FILE = "measurements.csv"
OWN = ("file", "location", "frame_number", "status", "code")
LONG_COLUMNS = {name: COLUMNS[name] for name in OWN} | MEASURED
"""Each with its meaning."""

Identity = tuple[str, ...]
"""The cells by which a photograph's rows are recognised: file, location and frame number."""


class MeasurementTable(GrowingTable):
    """`measurements.csv` in `out`, with the rows of the photographs `kept` from before."""

    def __init__(self, out: Path, kept: Collection[Row]) -> None:
        known = {identity_of(row) for row in kept}
        super().__init__(
            out / MEASUREMENTS_FILE, LONG_COLUMNS, (cells for cells in _rows(out) if _identity(cells) in known)
        )

    def write(self, row: Row) -> None:
        """Append the rows of a photograph; they are in the file when this returns."""
        own = {name: row.cells[name] for name in OWN}
        self.append({**own, **each} for each in (row.measured or [{"reason": row.reason}]))


def identity_of(row: Row) -> Identity:
    """By which the rows of a row of `results.csv` are recognised."""
    return _identity(row.cells)


def measured_before(out: Path, *, intervals: bool = False) -> frozenset[Identity]:
    """The photographs in `measurements.csv`, or only those with `intervals`, unless they have no value either. Raises
    `OutputFolderError` if another program wrote it.
    """
    found, valued, with_intervals = set[Identity](), set[Identity](), set[Identity]()
    for cells in _rows(out):
        for identities, belongs in ((found, True), (valued, cells["value"]), (with_intervals, cells["low"])):
            if belongs:
                identities.add(_identity(cells))
    return frozenset(found - valued | with_intervals if intervals else found)


def is_there(out: Path) -> bool:
    """Whether an earlier run has left a table in `out`. Another program's is left alone.

    Raises `SavedElsewhereError` if it was an earlier run's.
    """
    try:
        measured_before(out)
    except SavedElsewhereError:
        raise
    except OutputFolderError:
        return False
    return (out / MEASUREMENTS_FILE).exists()


def _identity(cells: Mapping[str, str]) -> Identity:
    return tuple(cells[name] for name in OWN[:3])


def _rows(out: Path) -> Iterator[dict[str, str]]:
    path = out / MEASUREMENTS_FILE
    try:
        demand_as_written(path, LONG_COLUMNS, LONG_COLUMNS)
        with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
            columns, rows = read(file)
            if {*columns} != {*LONG_COLUMNS}:
                raise OutputFolderError(f"{path} was not written by this program. Move it, or choose another --out.")
            yield from rows
    except FileNotFoundError:
        return
    except csv.Error as error:
        raise OutputFolderError(f"{path} is damaged: {error}. Move it away, or choose another --out.") from error
