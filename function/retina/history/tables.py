"""The history as CSV tables: a row for each saved prediction, or in long form one for each of its measurements.

One that a person has corrected has the same rows once more, with what was measured on the corrected vessels.
"""

from collections.abc import Iterable, Iterator

from retina.history.records import PredictionRecord
from retina.imaging.columns import FOUND, columns_of, text
from retina.imaging.measurement_rows import MEASURED, measurement_rows
from retina.imaging.schemas import Findings
from retina.tables import lines

CORRECTED = {
    "corrected_at": "when a person corrected the vessels that this row is about, in UTC; empty: the network's own",
    "corrected_by": "who that was: an email address, or API key and its id; empty if it is not known",
    "corrected_model_sha256": "of the network whose mask was corrected",
}

COLUMNS = {
    "id": "of the saved prediction",
    "subject": "your label for the subject",
    "eye": "left, right or unknown",
    "taken_on": "the day the photograph was taken; empty if unknown",
    "note": "your note",
    "file_name": "the name of the file, if it was saved",
    "saved": "when it was saved, in UTC",
    "predicted": "when it was computed, in UTC; later than saved if it was recomputed",
    **CORRECTED,
    **FOUND,
}
OF_PREDICTION = ("id", "subject", "eye", "taken_on", "saved", "predicted", *CORRECTED)
LONG_COLUMNS = {name: COLUMNS[name] for name in OF_PREDICTION} | MEASURED
"""The columns, in order, each with its meaning."""


def history_lines(rows: Iterable[PredictionRecord]) -> Iterator[str]:
    """The header, then the rows of each saved prediction: what the network found, and any correction of it."""
    return lines(COLUMNS, (row for saved in rows for row in _saved(saved)))


def history_measurement_lines(rows: Iterable[PredictionRecord]) -> Iterator[str]:
    """The same in long form: one row per measurement of a saved prediction."""
    return lines(LONG_COLUMNS, (row for saved in rows for row in _measurements(saved)))


def _facts(saved: PredictionRecord) -> dict[str, str]:
    labels = saved.labels
    row = {"id": saved.id, "subject": labels.subject or "", "eye": labels.eye, "taken_on": text(labels.taken_on)}
    return row | {"saved": saved.saved, "predicted": saved.predicted}


def _versions(saved: PredictionRecord) -> Iterator[tuple[dict[str, str], Findings]]:
    """What the network found, and what was measured on its correction, each with the columns about that."""
    yield dict.fromkeys(CORRECTED, ""), saved.findings
    if made := saved.correction:
        about = (made.at, made.by or "", made.model.sha256)
        yield dict(zip(CORRECTED, about, strict=True)), made.findings(saved.findings)


def _saved(saved: PredictionRecord) -> Iterator[dict[str, str]]:
    row = _facts(saved) | {"note": saved.labels.note or "", "file_name": saved.labels.file_name or ""}
    for corrected, findings in _versions(saved):
        yield row | corrected | columns_of(findings) | {"software_version": saved.software}


def _measurements(saved: PredictionRecord) -> Iterator[dict[str, str]]:
    facts = _facts(saved) | {"software_version": saved.software}
    for corrected, findings in _versions(saved):
        yield from (row | facts | corrected for row in measurement_rows(findings))
