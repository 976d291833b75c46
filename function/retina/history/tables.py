"""The history as a CSV table."""

from collections.abc import Iterable

from retina.history.records import Saved
from retina.imaging.columns import FOUND, columns_of, text
from retina.tables import lines


def history_table(rows: Iterable[Saved]) -> str:
    """The table: a header, then one row per saved prediction."""
    labels = ("id", "subject", "eye", "taken_on", "note", "saved", "predicted", "software_version")
    return "".join(lines((*labels, *FOUND), map(_saved, rows)))


def _saved(saved: Saved) -> dict[str, str]:
    labels = saved.labels
    row = {"id": saved.id, "subject": labels.subject or "", "eye": labels.eye, "note": labels.note or ""}
    row |= {"taken_on": text(labels.taken_on), "saved": saved.saved, "predicted": saved.predicted}
    return row | {"software_version": saved.software} | columns_of(saved.findings)
