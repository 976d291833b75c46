"""Tables (CSV) of what was found: of a batch, of the history; the columns are those of the command line's results.csv.

Enters: items or saved predictions; leaves: text, line by line or whole. No cell is run as a formula (see `cells`).
"""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from retina.batches.service import Item
from retina.cells import neutral
from retina.errors import ResponseTooLargeError
from retina.history.records import Saved
from retina.imaging.schemas import Findings

DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {"description": "The table", "content": {"text/csv": {"schema": {"type": "string"}}}}
}
"""What OpenAPI says of an answer that is one."""
FOUND = (
    "width",
    "height",
    "field_of_view_width",
    "fundus_like",
    "photo_sha256",
    "model_sha256",
    "threshold",
    "canvas",
    "flips",
    "expected_dice",
    "vascular_density",
)
"""Columns of what was found; see `columns_of`."""


def columns_of(findings: Findings) -> dict[str, str]:
    """What was found, by column; empty where it is not known."""
    photograph, quality = findings.photograph, findings.quality
    values = (
        photograph.width,
        photograph.height,
        photograph.field_of_view.width,
        quality.fundus_like,
        photograph.sha256,
        findings.model.sha256,
        findings.threshold,
        findings.canvas,
        findings.flips,
        quality.expected_dice,
        findings.measurements.vascular_density,
    )
    return {name: _text(value) for name, value in zip(FOUND, values, strict=True)}


def batch_lines(items: Iterable[Item]) -> Iterator[str]:
    """The names of the columns, then a row for every photograph, whatever has become of it."""
    return lines(("number", "file", "status", "code", "reason", *FOUND), map(_item, items))


def batch_table(items: Iterable[Item]) -> str:
    """All of the lines."""
    return "".join(batch_lines(items))


def history_table(rows: Iterable[Saved]) -> str:
    """A row for every saved prediction."""
    labels = ("id", "subject", "eye", "taken_on", "note", "saved", "predicted", "software_version")
    return "".join(lines((*labels, *FOUND), map(_saved, rows)))


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


def _item(item: Item) -> dict[str, str]:
    outcome = item.outcome
    row = {"number": str(item.number), "file": item.name, "status": item.state}
    row |= {"code": outcome.code, "reason": outcome.detail} if outcome else {}
    return row | (columns_of(outcome.findings) if outcome and outcome.findings else {})


def _saved(saved: Saved) -> dict[str, str]:
    labels = saved.labels
    row = {"id": saved.id, "subject": labels.subject or "", "eye": labels.eye, "note": labels.note or ""}
    row |= {"taken_on": _text(labels.taken_on), "saved": saved.saved, "predicted": saved.predicted}
    return row | {"software_version": saved.software} | columns_of(saved.findings)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
