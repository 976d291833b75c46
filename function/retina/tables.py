"""CSV tables, as lines or as one text. No cell is run as a formula by a spreadsheet (see `cells`)."""

import csv
import io
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from retina.cells import neutral
from retina.errors import ResponseTooLargeError


def dictionary(columns: Mapping[str, str]) -> str:
    """A Markdown table of the columns and their meanings; `columns` maps names to meanings."""
    return "\n".join(
        ["| column | meaning |", "|---|---|", *(f"| `{name}` | {told} |" for name, told in columns.items())]
    )


def described(columns: Mapping[str, str]) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI description of a response that is a table; `columns` maps names to meanings."""
    words = f"The table.\n\n{dictionary(columns)}"
    return {200: {"description": words, "content": {"text/csv": {"schema": {"type": "string"}}}}}


def lines(columns: Collection[str], rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """The lines of a table; each ends with a line break, and may contain others inside quotation marks."""
    line = io.StringIO()
    writer = csv.DictWriter(line, columns)
    for row in itertools.chain([dict(zip(columns, columns, strict=True))], rows):
        writer.writerow({name: neutral(value) for name, value in row.items()})
        yield line.getvalue()
        line.seek(0)
        line.truncate()


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
