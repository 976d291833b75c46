"""The history as a CSV table."""

from collections.abc import Iterable

from retina.history.records import PredictionRecord
from retina.imaging.columns import FOUND, columns_of, text
from retina.tables import lines

COLUMNS = {
    "id": "of the saved prediction",
    "subject": "your label for the subject",
    "eye": "left, right or unknown",
    "taken_on": "the day the photograph was taken; empty if unknown",
    "note": "your note",
    "saved": "when it was saved, in UTC",
    "predicted": "when it was computed, in UTC; later than saved if it was recomputed",
    "software_version": "of the service that computed it",
    **FOUND,
}
"""The columns, in order, each with its meaning."""


def history_table(rows: Iterable[PredictionRecord]) -> str:
    """The table: a header, then one row per saved prediction."""
    return "".join(lines(COLUMNS, map(_saved, rows)))


def _saved(saved: PredictionRecord) -> dict[str, str]:
    labels = saved.labels
    row = {"id": saved.id, "subject": labels.subject or "", "eye": labels.eye, "note": labels.note or ""}
    row |= {"taken_on": text(labels.taken_on), "saved": saved.saved, "predicted": saved.predicted}
    return row | {"software_version": saved.software} | columns_of(saved.findings)
