"""`results.csv`: one row per photograph, in a file that stays valid if the run is interrupted.

A file with several frames has a row for each.
"""

import csv
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from retina.cli.growing_table import GrowingTable
from retina.cli.output_errors import OutputFolderError
from retina.cli.saved_elsewhere import demand_as_written
from retina.imaging.columns import FOUND
from retina.tables import read

RESULTS = "results.csv"

_found = [*FOUND.items()]
_card = [*FOUND].index("model_sha256") + 1
COLUMNS = {
    "file": "the photograph's path as it was first given",
    "status": "done, rejected (this photograph), failed (reading or writing it) or skipped (no picture)",
    "code": "why it was rejected or failed, as a stable word",
    "reason": "the same in a sentence",
    "location": "where the photograph is, as a path from the folder of this table; by it a later run recognises it",
    "frame_number": "of the frame in a file with several, from 1; empty if there is only one",
    **dict(_found[:_card]) | {"frames": "number of frames in the file; each has a row"},
    "card_sha256": "of the model card, which says how photographs are prepared",
    "threshold_asked": "yes: --threshold named it; no: it is the model card's for this photograph",
    "overlay_shows": "vessels, and artery_vein or disc if they are drawn, too; empty if no overlay was drawn",
    **dict(_found[_card:]),
}
"""Each with its meaning."""
OLDEST = ("file", "status", "code", "reason", "photo_sha256", "card_sha256", "flips")
"""The columns that every version has written."""


@dataclass(frozen=True)
class Row:
    """One row of `results.csv`.

    `status` is done, rejected (this photograph), failed (reading or writing it) or skipped (no picture); `location` is
    the photograph's real path, seen from the output folder, or "" in a row of an earlier version; `frame_number`, from
    1, is the frame's in a file with several, otherwise ""; `found` are the cells with the findings, by column, and
    `measured` the rows of the table in long form.
    """

    file: str
    status: str
    code: str = ""
    reason: str = ""
    location: str = ""
    frame_number: str = ""
    card_sha256: str = ""
    threshold_asked: str = ""
    overlay_shows: str = ""
    found: Mapping[str, str] = field(default_factory=dict)
    measured: Sequence[Mapping[str, str]] = ()

    @property
    def cells(self) -> dict[str, str]:
        """The cells of `results.csv`, by column."""
        return {name: getattr(self, name) for name in _OWN} | {**self.found}

    def path(self, out: Path) -> Path:
        """Where the photograph is, if this row is in the results in `out`."""
        return Path(os.path.realpath(out), _unescaped(self.location)) if self.location else Path(self.file)

    @staticmethod
    def location_of(file: Path, out: Path) -> str:
        """The location of `file` for a row in the results in `out`."""
        return _escaped(os.path.relpath(os.path.realpath(file), os.path.realpath(out)))


_OWN = tuple(each.name for each in fields(Row) if each.name not in ("found", "measured"))


class Results(GrowingTable):
    """`results.csv`, with the rows `kept` from before."""

    def __init__(self, out: Path, kept: Sequence[Row]) -> None:
        super().__init__(out / RESULTS, COLUMNS, (row.cells for row in kept))

    def write(self, row: Row) -> None:
        """Append `row`; it is in the file when this returns."""
        self.append([row.cells])


def _escaped(path: str) -> str:
    r"""The path as text: bytes that are no text become escapes such as \xff, and a backslash becomes two."""
    return os.fsencode(path.replace("\\", r"\\")).decode("utf-8", "backslashreplace")


def _unescaped(text: str) -> str:
    """The path that `_escaped` has made into `text`."""
    escapes = re.compile(rb"\\(?:\\|x([0-9a-f]{2}))")
    path = escapes.sub(lambda found: bytes.fromhex(found[1].decode()) if found[1] else b"\\", os.fsencode(text))
    return os.fsdecode(path)


def _row(cells: Mapping[str, str]) -> Row:
    texts = {**cells}
    own = {name: texts.pop(name, "") for name in _OWN}
    return Row(**own, found=texts, measured=())


def read_results(out: Path) -> list[Row]:
    """The rows of earlier runs. Raises `OutputFolderError` if another program wrote the table or saved it again, or if
    it is damaged.
    """
    try:
        demand_as_written(out / RESULTS, OLDEST, COLUMNS)
        with (out / RESULTS).open(newline="", encoding="utf-8", errors="surrogateescape") as file:
            columns, rows = read(file)
            if not {*OLDEST} <= {*columns}:
                raise OutputFolderError(f"{out / RESULTS} was not written by this program. Choose another --out.")
            # A run that was killed may have left half a line: that photograph is simply processed again.
            return [*map(_row, rows)]
    except FileNotFoundError:
        return []
    except csv.Error as error:
        raise OutputFolderError(
            f"{out / RESULTS} is damaged: {error}. Move it away, or choose another --out."
        ) from error
    except OSError as error:
        raise OutputFolderError(f"The folder {out} cannot be used: {error}.") from error
