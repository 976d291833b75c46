"""The history as CSV tables: a row for each saved prediction, or in long form one for each of its measurements."""

from collections.abc import Iterable, Iterator

from retina.history.records import PredictionRecord
from retina.imaging.columns import FOUND, columns_of, text
from retina.imaging.measurement_rows import MEASURED, measurement_rows
from retina.tables import lines

COLUMNS = {
    "id": "of the saved prediction",
    "subject": "your label for the subject",
    "eye": "left, right or unknown",
    "taken_on": "the day the photograph was taken; empty if unknown",
    "note": "your note",
    "file_name": "the name of the file, if it was saved",
    "saved": "when it was saved, in UTC",
    "predicted": "when it was computed, in UTC; later than saved if it was recomputed",
    **FOUND,
}
LONG_COLUMNS = {name: COLUMNS[name] for name in ("id", "subject", "eye", "taken_on", "saved", "predicted")} | MEASURED
"""The columns, in order, each with its meaning."""


def history_lines(rows: Iterable[PredictionRecord]) -> Iterator[str]:
    """The header, then one row per saved prediction."""
    return lines(COLUMNS, map(_saved, rows))


def history_measurement_lines(rows: Iterable[PredictionRecord]) -> Iterator[str]:
    """The same in long form: one row per measurement of a saved prediction."""
    return lines(LONG_COLUMNS, (row for saved in rows for row in _measurements(saved)))


def _facts(saved: PredictionRecord) -> dict[str, str]:
    labels = saved.labels
    row = {"id": saved.id, "subject": labels.subject or "", "eye": labels.eye, "taken_on": text(labels.taken_on)}
    return row | {"saved": saved.saved, "predicted": saved.predicted}


def _saved(saved: PredictionRecord) -> dict[str, str]:
    row = _facts(saved) | {"note": saved.labels.note or "", "file_name": saved.labels.file_name or ""}
    return row | columns_of(saved.findings) | {"software_version": saved.software}


def _measurements(saved: PredictionRecord) -> Iterator[dict[str, str]]:
    facts = _facts(saved)
    return (facts | row | {"software_version": saved.software} for row in measurement_rows(saved.findings))
