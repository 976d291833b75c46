"""How a saved prediction is stored: its record, and the index rows that the filters use.

Pure functions that turn a `PredictionRecord` into keys and changes, and a stored record back into one; nothing here
touches the store. Each prediction has one record plus a row in four lists (with and without subject, with and without
eye), so every combination of filters is a single list that is read in order.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from retina.history.schemas import Eye
from retina.imaging.correction_schemas import CorrectedFindings
from retina.imaging.rendering import THUMBNAIL, corrected, stored
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
    """What a user says about a photograph; None where nothing was given."""

    subject: str | None = None
    eye: Eye = "unknown"
    taken_on: date | None = None
    note: str | None = None
    file_name: str | None = None


@dataclass(frozen=True)
class Sizes:
    """What is stored of a prediction, in bytes: its photograph, the network's images and those of its correction.

    All are 0 for what earlier versions stored.
    """

    photograph: int = 0
    images: int = 0
    correction: int = 0

    @property
    def total(self) -> int:
        """All together."""
        return self.photograph + self.images + self.correction


@dataclass(frozen=True)
class PredictionRecord:
    """A saved prediction.

    `saved` and `predicted` are UTC times, `software` is the version of this service that made the prediction,
    `pictures` is the name of the folder with its images, `thumbnail` whether one is among them, and `request` is the
    Idempotency-Key of the request that saved it. `findings` are the network's own, whatever the `correction`.
    """

    account: str
    findings: Findings
    labels: Labels
    saved: str
    predicted: str
    software: str
    pictures: str
    request: str | None = None
    thumbnail: bool = False
    correction: CorrectedFindings | None = None
    sizes: Sizes = Sizes()

    @property
    def id(self) -> str:
        """The id of the findings."""
        return self.findings.id

    @property
    def day(self) -> str:
        """The day of the visit, YYYY-MM-DD: when the photograph was taken or, if that is unknown, saved (in UTC).

        Everything that shows or sorts by a day uses this one, the page too.
        """
        return self.labels.taken_on.isoformat() if self.labels.taken_on else self.saved[:10]

    @property
    def place(self) -> str:
        """The sort key of this prediction in each of its lists."""
        return f"{self.day}:{self.saved}:{self.id}"

    @property
    def folder(self) -> str:
        """The key prefix of the photograph and its images."""
        return folder_of(self.account, self.id)

    @property
    def images(self) -> tuple[str, ...]:
        """The names of its stored images, the photograph among them."""
        return images_of(self.findings, thumbnail=self.thumbnail) + self.corrected_images

    @property
    def corrected_images(self) -> tuple[str, ...]:
        """The names of the stored images of the correction, none without one."""
        return tuple(corrected(kinds=self.correction.kinds)) if self.correction else ()

    def sizes_of(self, pictures: Mapping[str, bytes]) -> Sizes:
        """The sizes with `pictures` (PNG by name) in place of earlier ones of their kinds."""
        of = {PHOTOGRAPH: "photograph", **dict.fromkeys(self.corrected_images, "correction")}
        sizes = Counter[str]()
        for name, picture in pictures.items():
            sizes[of.get(name, "images")] += len(picture)
        return replace(self.sizes, **sizes)

    @property
    def correction_folder(self) -> str:
        """The key prefix of the images of the correction. Raises `ValueError` without one."""
        if self.correction is None:
            raise ValueError(f"{self.id} was not corrected")
        return f"{self.folder}{self.correction.pictures}/"

    def key_of(self, picture: str) -> str:
        """The key of an image; photograph and correction stay when the prediction is recomputed."""
        if picture == PHOTOGRAPH:
            return f"{self.folder}{picture}.png"
        folder = self.correction_folder if picture in self.corrected_images else f"{self.folder}{self.pictures}/"
        return f"{folder}{picture}.png"


PHOTOGRAPH = "photograph"


def images_of(findings: Findings, *, thumbnail: bool) -> tuple[str, ...]:
    """The names of the images that are stored with `findings`; earlier versions stored no thumbnail."""
    names = stored(structures=findings.structures is not None)
    return tuple(name for name in names if thumbnail or name != THUMBNAIL)


def folder_of(account: str, id: str) -> str:
    """The key prefix of everything that belongs to a prediction."""
    return f"{HISTORY}{account}/{id}/"


def saved_key(account: str, id: str) -> Key:
    """The key of the record: the account is part of it, so an id does not work for any other account."""
    return Key(f"saved:{account}", id)


def list_of(account: str, subject: str | None = None, eye: str | None = None) -> str:
    """The partition with the rows for one combination of filters, sorted by day."""
    return f"list:{account}:{eye or ''}:{subject or ''}"


def written(saved: PredictionRecord, version: int | None, before: PredictionRecord | None = None) -> list[Change]:
    """The changes that write `saved`, replacing `before` if there is one."""
    facts = asdict(saved) | {"findings": saved.findings.stored(), "day": saved.day}
    facts["correction"] = saved.correction and saved.correction.stored()
    facts["labels"]["taken_on"] = saved.labels.taken_on and saved.labels.taken_on.isoformat()
    old, new = {*_rows(before)} if before else set(), {*_rows(saved)}
    return [
        Put(saved_key(saved.account, saved.id), facts, version),
        *(Delete(row) for row in sorted(old - new)),
        *(Put(row, {"id": saved.id}) for row in sorted(new - old)),
    ]


def removed(saved: PredictionRecord, version: int) -> list[Change]:
    """The changes that delete the record and its index rows."""
    return [Delete(saved_key(saved.account, saved.id), version), *(Delete(row) for row in _rows(saved))]


def saved_of(record: Record) -> PredictionRecord:
    """The prediction stored in a record."""
    facts: dict[str, Any] = {name: value for name, value in record.data.items() if name != "day"}
    labels = Labels(**facts["labels"])
    taken = facts["labels"]["taken_on"]
    labels = replace(labels, taken_on=date.fromisoformat(taken) if taken else None)
    known: dict[str, Any] = {"findings": Findings.model_validate(facts["findings"]), "labels": labels}
    known["sizes"] = Sizes(**facts.get("sizes", {}))
    if facts.get("correction"):
        known["correction"] = CorrectedFindings.model_validate(facts["correction"])
    return PredictionRecord(**facts | known)


def _rows(saved: PredictionRecord) -> Iterable[Key]:
    subject, eye = saved.labels.subject, saved.labels.eye
    partitions = {list_of(saved.account, s, e) for s in (None, subject) for e in (None, eye)}
    return [Key(partition, saved.place) for partition in sorted(partitions)]
