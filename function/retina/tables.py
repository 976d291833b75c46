"""CSV tables, written and read: every table of the service and the command line comes from here.

Each starts with a byte order mark, without which Excel takes UTF-8 for another encoding, and no cell is run as a
formula by a spreadsheet (see `cells`). `read` undoes both, and also reads tables without a mark.
"""

import csv
import io
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from retina.cells import neutral, original
from retina.errors import ResponseTooLargeError

MARK = "\ufeff"
"""The byte order mark."""


def dictionary(columns: Mapping[str, str]) -> str:
    """A Markdown table of the columns and their meanings; `columns` maps names to meanings."""
    return "\n".join(
        ["| column | meaning |", "|---|---|", *(f"| `{name}` | {meaning} |" for name, meaning in columns.items())]
    )


def described(columns: Mapping[str, str], long: Mapping[str, str] | None = None) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI description of a response that is a table; `columns` and, for `form=long`, `long` map names to
    meanings.
    """
    words = f"The table, in UTF-8 with a byte order mark.\n\n{dictionary(columns)}"
    if long:
        words += f"\n\nWith `form=long`:\n\n{dictionary(long)}"
    return {200: {"description": words, "content": {"text/csv": {"schema": {"type": "string"}}}}}


def lines(columns: Collection[str], rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """The lines of a table; each ends with a line break, and may contain others inside quotation marks."""
    header = line(columns, dict(zip(columns, columns, strict=True)))
    return itertools.chain([MARK + header], (line(columns, row) for row in rows))


def line(columns: Collection[str], row: Mapping[str, str]) -> str:
    """One row of a table; a column that `row` lacks is empty."""
    text = io.StringIO()
    csv.DictWriter(text, columns).writerow({name: neutral(value) for name, value in row.items()})
    return text.getvalue()


def read(lines: Iterable[str]) -> tuple[list[str], Iterator[dict[str, str]]]:
    """The columns of a table and its rows, from lines that keep their line breaks.

    Leaves out incomplete rows, also those that end inside a character, which a killed process may have left. Raises
    `csv.Error` for a damaged table, possibly only while the rows are read.
    """
    text = iter(lines)
    first = next(text, "").removeprefix(MARK)
    reader = csv.DictReader(itertools.chain([first] if first else [], text))
    whole = (row for row in reader if None not in row and None not in row.values() and is_text(row.values()))
    return [*(reader.fieldnames or ())], ({name: original(cell) for name, cell in row.items()} for row in whole)


def is_text(cells: Iterable[str]) -> bool:
    """Whether no cell has bytes that are not UTF-8, decoded with `surrogateescape`."""
    return not any("\udc80" <= character <= "\udcff" for cell in cells if not cell.isascii() for character in cell)


def within(lines: Iterable[str], limit: int, instead: str) -> str:
    """The whole table; raises `ResponseTooLargeError` if it is over `limit` bytes; `instead` says what the
    user can do.
    """
    parts, size = [], 0
    for line in lines:
        size += len(line.encode())
        if size > limit:
            raise ResponseTooLargeError(f"The table would be larger than {limit / 2**20:.3g} MiB. {instead}")
        parts.append(line)
    return "".join(parts)
