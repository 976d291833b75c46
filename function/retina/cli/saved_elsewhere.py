"""Recognise tables that another program has saved again: with other separators, another encoding, or its own columns.

Such a table is not continued. A German Excel, for example, takes the decimal point for one between thousands, and
nobody can tell afterwards which numbers it has changed.
"""

import csv
import itertools
from collections.abc import Collection, Sequence
from pathlib import Path

from retina.cli.output_errors import SavedElsewhereError
from retina.tables import MARK, is_text

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
"""How text begins that has two bytes a character."""

MOST_HEADER = 2**16
"""Bytes in which the header is looked for."""


def demand_as_written(path: Path, columns: Collection[str], known: Collection[str]) -> None:
    """Raise `SavedElsewhereError` if the table at `path` has these `columns`, but is not as this program writes it.

    `known` are all columns that it may have, in any order. A table of another program is left to the caller. A row that
    is not complete was left by a run that was killed if it is the last one, and the file ends inside it.

    Raises `FileNotFoundError`, and `csv.Error` for a damaged table.
    """
    with path.open("rb") as file:
        start = file.read(MOST_HEADER)
    for mark, encoding in WIDE.items():
        if start.startswith(mark) and _header(start[2:].decode(encoding, "replace"), columns):
            raise SavedElsewhereError(path, "it is stored as UTF-16")
    found = _header(start.decode("utf-8", "replace"), columns)
    if not found:
        return
    names, separator = found
    if separator != ",":
        raise SavedElsewhereError(path, f"it has {SEPARATORS[separator]} between its columns")
    if more := [*dict.fromkeys(name for name in names if name not in known)]:
        raise SavedElsewhereError(path, f"it has other columns ({', '.join(map(repr, more))})")
    if len({*names}) < len(names):
        raise SavedElsewhereError(path, "it has a column twice")
    _demand_complete_rows(path, len(names))


def _demand_complete_rows(path: Path, width: int) -> None:
    with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
        rows = csv.reader(file)
        for number, (row, following) in enumerate(itertools.pairwise(itertools.chain(rows, [None])), 1):
            if not row or (following is None and _was_cut(path, row)):
                continue
            if not is_text(row):
                raise SavedElsewhereError(path, "it is not stored as UTF-8")
            if len(row) != width:
                raise SavedElsewhereError(path, f"row {number} has {len(row)} cells instead of {width}")


def _header(text: str, columns: Collection[str]) -> tuple[Sequence[str], str] | None:
    """The names in the first line that has all `columns`, and what is between them; None if they are not all there."""
    first = text.removeprefix(MARK).splitlines()[:1]
    for separator in (",", *SEPARATORS):
        for names in csv.reader(first, delimiter=separator):
            if {*columns} <= {*names}:
                return names, separator
    return None


def _was_cut(path: Path, last: Sequence[str]) -> bool:
    """Whether the file ends inside its `last` row: without a line break, or with one inside quotation marks."""
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read() not in (b"\n", b"\r") or last[-1].endswith(("\n", "\r"))
