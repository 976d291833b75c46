"""Tables (CSV), line by line or whole. No cell is run as a formula (see `cells`)."""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from retina.cells import neutral
from retina.errors import ResponseTooLargeError

DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {"description": "The table", "content": {"text/csv": {"schema": {"type": "string"}}}}
}
"""What OpenAPI says of an answer that is one."""


def lines(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
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
