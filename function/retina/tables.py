"""Tables (CSV), line by line or whole. No cell is run as a formula (see `cells`)."""

import csv
import io
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from retina.cells import neutral
from retina.errors import ResponseTooLargeError


def dictionary(columns: Mapping[str, str]) -> str:
    """What each column of a table means, as a table in Markdown; `columns` are names with meanings."""
    return "\n".join(
        ["| column | meaning |", "|---|---|", *(f"| `{name}` | {told} |" for name, told in columns.items())]
    )


def described(columns: Mapping[str, str]) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of an answer that is a table of these columns, names with meanings."""
    words = f"The table.\n\n{dictionary(columns)}"
    return {200: {"description": words, "content": {"text/csv": {"schema": {"type": "string"}}}}}


def lines(columns: Collection[str], rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """A table, line by line; each ends with a line break, and may hold others in quotation marks."""
    line = io.StringIO()
    writer = csv.DictWriter(line, columns)
    for row in itertools.chain([dict(zip(columns, columns, strict=True))], rows):
        writer.writerow({name: neutral(value) for name, value in row.items()})
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def within(lines: Iterable[str], limit: int, instead: str) -> str:
    """The whole table; raises `ResponseTooLargeError`, with what to do `instead`, for more than `limit` bytes."""
    parts, size = [], 0
    for line in lines:
        size += len(line.encode())
        if size > limit:
            raise ResponseTooLargeError(f"The table would be larger than {limit / 2**20:.3g} MiB. {instead}")
        parts.append(line)
    return "".join(parts)
