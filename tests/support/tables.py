"""CSV tables as a spreadsheet, or a program that knows about byte order marks, reads them."""

import csv
import io
from pathlib import Path

MARK = "\ufeff"


def rows_of(text: str | bytes) -> list[dict[str, str]]:
    """The rows of a table, which has to be UTF-8 and to start with one byte order mark."""
    text = text.decode() if isinstance(text, bytes) else text
    assert text.startswith(MARK), "Excel takes UTF-8 without a byte order mark for another encoding"
    assert not text.startswith(MARK, 1)
    return [*csv.DictReader(io.StringIO(text.removeprefix(MARK), newline=""))]


def rows_in(file: Path) -> list[dict[str, str]]:
    """The rows of the table in a file."""
    return rows_of(file.read_bytes())
