"""The history: users' saved predictions with their photographs, stored until they delete them.

Images are written before the record that refers to them. A note is written first of all, so that images left behind by
a failed write are found and deleted later: see `leftovers`. What concerns corrections is in `corrections`.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date

from retina import __version__, clock
from retina.errors import BusyError, NotFoundError
from retina.exports.copies import Copies
from retina.history.leftovers import Leftovers, note
from retina.history.records import (
    PHOTOGRAPH,
    Labels,
    PredictionRecord,
    Sizes,
    folder_of,
    list_of,
    removed,
    saved_key,
    saved_of,
    written,
)
from retina.history.stored_bytes import StoredBytes
from retina.ids import is_id
from retina.imaging.correction_schemas import CorrectedFindings
from retina.imaging.rendering import THUMBNAIL
from retina.imaging.schemas import Findings
from retina.storage.port import Blobs
from retina.storage.records import (
    NEW,
    Change,
    ConditionError,
    Delete,
    Records,
    ensure,
)

NOT_FOUND = "There is no such saved prediction."
NOTHING = Sizes()
ATTEMPTS = 8
"""How often a change is tried when concurrent requests get in the way."""


class History:
    """Saved predictions in `records`, their photographs and images in `blobs`; `copies` are the copies stored
    elsewhere, and `stored` counts and limits the bytes.
    """

    def __init__(self, records: Records, blobs: Blobs, copies: Copies, stored: StoredBytes) -> None:
        self._records, self._blobs, self.stored = records, blobs, stored
        self.leftovers = Leftovers(records, blobs, copies)

    def prepare(
        self,
        account: str,
        findings: Findings,
        labels: Labels,
        pictures: Mapping[str, bytes],
        correction: CorrectedFindings | None = None,
    ) -> list[Change]:
        """Store the `pictures` (PNG by name, photograph and correction included); returns the changes that save the
        prediction. Raises `HistoryFullError`.
        """
        now = clock.now()
        saved = PredictionRecord(account, findings, labels, now, now, __version__, secrets.token_hex(4))
        saved = replace(saved, thumbnail=THUMBNAIL in pictures, correction=correction)
        saved = replace(saved, sizes=saved.sizes_of(pictures))
        return [*written(saved, NEW), *self.store(saved, pictures, saved.folder)]

    def get(self, account: str, id: str) -> PredictionRecord:
        """The account's prediction with this id; raises `NotFoundError`."""
        return self.known(account, id)[0]

    def of(
        self,
        account: str,
        *,
        subject: str | None = None,
        eye: str | None = None,
        first: date | None = None,
        last: date | None = None,
        limit: int = 50,
        after: str | None = None,
        backwards: bool = True,
    ) -> tuple[list[PredictionRecord], str | None]:
        """One page of at most `limit` (up to 100) predictions after the cursor `after`, and the next cursor or None.

        The latest day comes first, unless `backwards` is False. Filters: subject, eye, and the days from `first` to
        `last`.
        """
        rows = self._records.query(
            list_of(account, subject, eye),
            first=first.isoformat() if first else "",
            last=f"{last.isoformat()};" if last else "\U0010ffff",
            after=after,
            limit=limit + 1,
            backwards=backwards,
        )
        page = rows[:limit]
        found = self._records.get(*(saved_key(account, row.data["id"]) for row in page)) if page else []
        return [saved_of(record) for record in found if record], page[-1].key.sort if len(rows) > limit else None

    def label(
        self, account: str, id: str, change: Callable[[Labels], Labels], *extra_changes: Change
    ) -> PredictionRecord:
        """Change the labels of a photograph, and make the changes `extra_changes` in the same transaction. Raises
        `NotFoundError`, and `BusyError` if concurrent changes keep getting in the way.
        """
        for _ in range(ATTEMPTS):
            saved, version = self.known(account, id)
            now = replace(saved, labels=change(saved.labels))
            try:
                self._records.write(*written(now, version, saved), *extra_changes)
            except ConditionError:
                if self.get(account, id) == now:
                    return now
                continue
            return now
        raise busy()

    def photograph(self, account: str, id: str) -> bytes:
        """The photograph of a prediction, stored as a PNG of the decoded pixels; raises `NotFoundError`."""
        data = self._blobs.read(self.get(account, id).key_of(PHOTOGRAPH))
        if data is None:
            raise NotFoundError(NOT_FOUND)
        return data

    def images(self, saved: PredictionRecord, wanted: Collection[str]) -> dict[str, bytes]:
        """The stored ones of the images `wanted` by name, PNG; raises `BusyError` if they have just been replaced."""
        read = {name: self._blobs.read(saved.key_of(name)) for name in saved.images if name in wanted}
        found = {name: image for name, image in read.items() if image is not None}
        if len(found) < len(read):
            raise busy()
        return found

    def prepare_again(
        self,
        before: PredictionRecord,
        findings: Findings,
        pictures: Mapping[str, bytes],
        correction: CorrectedFindings | None,
    ) -> tuple[PredictionRecord, list[Change]]:
        """Like `prepare`, for a prediction that replaces the existing one, and for what was measured again on the masks
        of its correction. Raises `NotFoundError`, `HistoryFullError`, and `BusyError` if the correction is no longer
        that of `before`.
        """
        account = before.account
        saved, version = self.known(account, before.id)
        if saved.correction != before.correction:
            raise busy()
        now = replace(
            saved,
            correction=correction,
            findings=findings,
            predicted=clock.now(),
            software=__version__,
            pictures=secrets.token_hex(4),
            thumbnail=THUMBNAIL in pictures,
        )
        now = replace(now, sizes=now.sizes_of(pictures))
        images = self.store(now, pictures, f"{now.folder}{now.pictures}/", saved.sizes)
        return now, [*written(now, version, saved), *images, note(account, f"{saved.folder}{saved.pictures}/")]

    def link(self, account: str, id: str, picture: str, here: str) -> str:
        """A download link for an image; raises `NotFoundError`."""
        saved = self.get(account, id)
        return self._blobs.link(saved.key_of(picture), f"{saved.day}-{id[:8]}-{picture}.png", here)

    def delete(self, account: str, id: str, *extra_changes: Change) -> Counter[str]:
        """Delete the prediction with everything that belongs to it and all copies; returns the number deleted, by kind.

        `extra_changes` are made in the same transaction. A deletion that was interrupted is completed, and counts as
        this one. Raises `NotFoundError`, and `BusyError` if concurrent changes keep getting in the way.
        """
        for _ in range(ATTEMPTS):
            try:
                saved, version = self.known(account, id)
            except NotFoundError:
                begun = self.leftovers.begun(account, id)
                counts = self.leftovers.sweep(account, folder_of(account, id))  # what an earlier attempt left behind
                if not begun:
                    raise
                return Counter(predictions=1) + counts
            less = self.stored.changed(account, -saved.sizes.total)
            try:
                ensure(
                    self._records, note(account, saved.folder, saved), *removed(saved, version), *less, *extra_changes
                )
            except ConditionError:
                continue
            return Counter(predictions=1) + self.leftovers.sweep(account, saved.folder)
        raise busy()

    def store(
        self, saved: PredictionRecord, pictures: Mapping[str, bytes], folder: str, before: Sizes = NOTHING
    ) -> list[Change]:
        """Store the `pictures` (PNG by name) in the `folder`; returns the changes that count them, instead of what had
        the sizes `before`, and say that the folder belongs to a record. Raises `HistoryFullError`.
        """
        counted = self.stored.changed(saved.account, saved.sizes.total - before.total)
        self.leftovers.sweep(saved.account)
        self._records.write(note(saved.account, folder))
        for name, picture in pictures.items():
            self._blobs.put(saved.key_of(name), picture, "image/png")
        return [Delete(note(saved.account, folder).key), *counted]

    def known(self, account: str, id: str) -> tuple[PredictionRecord, int]:
        """The account's prediction with this id, and the version of its record; raises `NotFoundError`."""
        [known] = self._records.get(saved_key(account, id)) if is_id(id) else [None]
        if known is None:
            raise NotFoundError(NOT_FOUND)
        return saved_of(known), known.version


def named(correction: CorrectedFindings) -> CorrectedFindings:
    """The correction with a folder of its own for its images."""
    return correction.model_copy(update={"pictures": secrets.token_hex(4)})


def busy() -> BusyError:
    """Concurrent changes keep getting in the way."""
    return BusyError("Other requests are changing this prediction right now.")
