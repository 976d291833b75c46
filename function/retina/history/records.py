"""A saved prediction as it is kept in records, and in which order it is found.

Enters: what a person says of a photograph, and what was found in it; leaves: keys, changes, and what a record says.
Reads and writes nothing. Besides its own record each has a row in four lists, so that every filter is one list, read
in order.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from retina.history.schemas import Eye
from retina.imaging.schemas import Findings
from retina.storage.port import HISTORY
from retina.storage.records import (
    Change,
    Delete,
    Key,
    Put,
    Record,
)


@dataclass(frozen=True)
class Labels:
    """What a person says of a photograph; None where nothing is said."""

    subject: str | None = None
    eye: Eye = "unknown"
    taken_on: date | None = None
    note: str | None = None


@dataclass(frozen=True)
class Saved:
    """`saved` and `predicted` are times in UTC, `software` is the version that predicted, `pictures` names a folder,
    `request` is the Idempotency-Key under which it was saved.
    """

    account: str
    findings: Findings
    labels: Labels
    saved: str
    predicted: str
    software: str
    pictures: str
    request: str | None = None

    @property
    def id(self) -> str:
        """That of its findings."""
        return self.findings.id

    @property
    def day(self) -> str:
        """When it was taken or, where nobody says, saved."""
        return self.labels.taken_on.isoformat() if self.labels.taken_on else self.saved[:10]

    @property
    def place(self) -> str:
        """Where it is in each of its lists."""
        return f"{self.day}:{self.saved}:{self.id}"

    @property
    def folder(self) -> str:
        """What the keys of photograph and pictures begin with."""
        return folder_of(self.account, self.id)

    def key_of(self, picture: str) -> str:
        """The key of a picture, or of the photograph itself, which outlives a new prediction."""
        return f"{self.folder}{picture}.png" if picture == PHOTOGRAPH else f"{self.folder}{self.pictures}/{picture}.png"


PHOTOGRAPH = "photograph"


def folder_of(account: str, id: str) -> str:
    """What the keys of everything that belongs to a prediction begin with."""
    return f"{HISTORY}{account}/{id}/"


def saved_key(account: str, id: str) -> Key:
    """Where it is: under its account, so that nobody else's id finds it."""
    return Key(f"saved:{account}", id)


def list_of(account: str, subject: str | None = None, eye: str | None = None) -> str:
    """The partition of the rows for a filter, in the order of days."""
    return f"list:{account}:{eye or ''}:{subject or ''}"


def written(saved: Saved, version: int | None, before: Saved | None = None) -> list[Change]:
    """The changes that write it, in place of `before`."""
    facts = asdict(saved) | {"findings": saved.findings.model_dump(mode="json"), "day": saved.day}
    facts["labels"]["taken_on"] = saved.labels.taken_on and saved.labels.taken_on.isoformat()
    old, new = {*_rows(before)} if before else set(), {*_rows(saved)}
    return [
        Put(saved_key(saved.account, saved.id), facts, version),
        *(Delete(row) for row in sorted(old - new)),
        *(Put(row, {"id": saved.id}) for row in sorted(new - old)),
    ]


def removed(saved: Saved, version: int) -> list[Change]:
    """The changes that forget it."""
    return [Delete(saved_key(saved.account, saved.id), version), *(Delete(row) for row in _rows(saved))]


def saved_of(record: Record) -> Saved:
    """What a record tells of."""
    facts: dict[str, Any] = {name: value for name, value in record.data.items() if name != "day"}
    labels = Labels(**facts["labels"])
    taken = facts["labels"]["taken_on"]
    labels = replace(labels, taken_on=date.fromisoformat(taken) if taken else None)
    return Saved(**facts | {"findings": Findings.model_validate(facts["findings"]), "labels": labels})


def _rows(saved: Saved) -> Iterable[Key]:
    subject, eye = saved.labels.subject, saved.labels.eye
    partitions = {list_of(saved.account, s, e) for s in (None, subject) for e in (None, eye)}
    return [Key(partition, saved.place) for partition in sorted(partitions)]
