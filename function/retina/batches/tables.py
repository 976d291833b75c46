"""The results of a batch as CSV tables: a row for each photograph, or in long form one for each measurement."""

from collections.abc import Iterable, Iterator
from itertools import chain

from retina.batches.records import Item
from retina.imaging.columns import FOUND, columns_of
from retina.imaging.measurement_rows import MEASURED, measurement_rows
from retina.tables import lines

COLUMNS = {
    "number": "of the photograph in the batch, from 0",
    "file": "its file name, as announced",
    "status": "waiting, queued, running, done, rejected or failed",
    "code": "why it was rejected or failed, as a stable code",
    "reason": "the same in a sentence",
    **FOUND,
}
LONG_COLUMNS = {name: COLUMNS[name] for name in ("number", "file", "status", "code")} | MEASURED
"""The columns, in order, each with its meaning."""


def batch_lines(items: Iterable[Item]) -> Iterator[str]:
    """The header, then one row per photograph, whatever its state."""
    return lines(COLUMNS, map(_item, items))


def batch_measurement_lines(items: Iterable[Item]) -> Iterator[str]:
    """The same in long form: one row per measurement of a photograph, or one with the reason if it has no result."""
    return lines(LONG_COLUMNS, chain.from_iterable(map(_measurements, items)))


def _facts(item: Item) -> dict[str, str]:
    return {"number": str(item.number), "file": item.name, "status": item.state}


def _item(item: Item) -> dict[str, str]:
    outcome = item.outcome
    row = _facts(item)
    row |= {"code": outcome.code, "reason": outcome.detail} if outcome else {}
    return row | (columns_of(outcome.findings) if outcome and outcome.findings else {})


def _measurements(item: Item) -> Iterator[dict[str, str]]:
    facts, outcome = _facts(item), item.outcome
    if outcome and outcome.findings:
        return (facts | row for row in measurement_rows(outcome.findings))
    return iter([facts | ({"code": outcome.code, "reason": outcome.detail} if outcome else {})])
