"""Tables (CSV) of what was found: of a batch, of the history; the columns are those of the command line's results.csv.

Enters: items or saved predictions; leaves: text. A cell that a spreadsheet would run as a formula gets an apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from retina.batches import Item
from retina.saved import Saved
from retina.schemas.findings import Findings

DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {"description": "The table", "content": {"text/csv": {"schema": {"type": "string"}}}}
}
"""What OpenAPI says of an answer that is one."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
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


def batch_table(items: Iterable[Item]) -> str:
    """A row for every photograph, whatever has become of it."""
    return _table(("number", "file", "status", "code", "reason", *FOUND), map(_item, items))


def history_table(rows: Iterable[Saved]) -> str:
    """A row for every saved prediction."""
    labels = ("id", "subject", "eye", "taken_on", "note", "saved", "predicted", "software_version")
    return _table((*labels, *FOUND), map(_saved, rows))


def _item(item: Item) -> dict[str, str]:
    outcome = item.outcome
    row = {"number": str(item.number), "file": _safe(item.name), "status": item.state}
    row |= {"code": outcome.code, "reason": outcome.detail} if outcome else {}
    return row | (columns_of(outcome.findings) if outcome and outcome.findings else {})


def _saved(saved: Saved) -> dict[str, str]:
    labels = saved.labels
    row = {"id": saved.id, "subject": _safe(labels.subject or ""), "eye": labels.eye, "note": _safe(labels.note or "")}
    row |= {"taken_on": _text(labels.taken_on), "saved": saved.saved, "predicted": saved.predicted}
    return row | {"software_version": saved.software} | columns_of(saved.findings)


def _table(columns: tuple[str, ...], rows: Iterator[Mapping[str, str]]) -> str:
    table = io.StringIO()
    writer = csv.DictWriter(table, columns)
    writer.writeheader()
    writer.writerows(rows)
    return table.getvalue()


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
