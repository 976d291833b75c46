"""The results of a batch as a CSV table."""

from collections.abc import Iterable, Iterator

from retina.batches.records import Item
from retina.imaging.columns import FOUND, columns_of
from retina.tables import lines

COLUMNS = {
    "number": "of the photograph in the batch, from 0",
    "file": "its file name, as announced",
    "status": "waiting, queued, running, done, rejected or failed",
    "code": "why it was rejected or failed, as a stable code",
    "reason": "the same in a sentence",
    **FOUND,
}
"""The columns, in order, each with its meaning."""


def batch_lines(items: Iterable[Item]) -> Iterator[str]:
    """The header, then one row per photograph, whatever its state."""
    return lines(COLUMNS, map(_item, items))


def batch_table(items: Iterable[Item]) -> str:
    """All lines as one text."""
    return "".join(batch_lines(items))


def _item(item: Item) -> dict[str, str]:
    outcome = item.outcome
    row = {"number": str(item.number), "file": item.name, "status": item.state}
    row |= {"code": outcome.code, "reason": outcome.detail} if outcome else {}
    return row | (columns_of(outcome.findings) if outcome and outcome.findings else {})
