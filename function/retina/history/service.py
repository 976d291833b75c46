"""The history: predictions that people saved, with their photographs, until they delete them.

Enters: photographs with what was found in them, and what is to become of them; leaves: `Saved`, by id, in the order of
days, and links to pictures. Pictures are written before the record that names them; what a write that came to nothing
leaves behind is noted beforehand and swept up later.
"""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from retina import __version__, clock
from retina.errors import BusyError, NotFoundError
from retina.exports.copies import Copies
from retina.history.records import (
    PHOTOGRAPH,
    Labels,
    Saved,
    folder_of,
    list_of,
    removed,
    saved_key,
    saved_of,
    written,
)
from retina.ids import is_id
from retina.imaging.schemas import Findings
from retina.storage.port import HISTORY, Blobs
from retina.storage.records import (
    NEW,
    Change,
    ConditionError,
    Delete,
    Key,
    Put,
    Records,
    ensure,
)

NOT_FOUND = "There is no such saved prediction."
TURNS = 8
"""How often a change is tried that others are in the way of."""
SWEPT_SECONDS = 3600
"""After how long pictures that no record names are taken for left behind."""


class History:
    """Saved predictions in `records`, photographs and pictures in `blobs`; `copies` of them elsewhere."""

    def __init__(self, records: Records, blobs: Blobs, copies: Copies) -> None:
        self._records, self._blobs, self._copies = records, blobs, copies

    def prepare(
        self,
        account: str,
        findings: Findings,
        labels: Labels,
        pictures: Mapping[str, bytes],
    ) -> list[Change]:
        """Keep the `pictures`, PNG by name with the photograph among them; the changes that save the prediction."""
        now = clock.now()
        saved = Saved(account, findings, labels, now, now, __version__, secrets.token_hex(4))
        return [*written(saved, NEW), *self._keep(saved, pictures, saved.folder)]

    def get(self, account: str, id: str) -> Saved:
        """The account's prediction of this id; raises `NotFoundError`."""
        return self._known(account, id)[0]

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
    ) -> tuple[list[Saved], str | None]:
        """At most `limit` (to 100) predictions beyond the place `after`, the latest day first; where they ended, if not
        all. Filtered by subject, eye and days.
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

    def label(self, account: str, id: str, change: Callable[[Labels], Labels], *besides: Change) -> Saved:
        """Say something else of a photograph, and make the changes `besides` with it; raises `NotFoundError`."""
        for _ in range(TURNS):
            saved, version = self._known(account, id)
            now = replace(saved, labels=change(saved.labels))
            try:
                self._records.write(*written(now, version, saved), *besides)
            except ConditionError:
                if self.get(account, id) == now:
                    return now
                continue
            return now
        raise _busy()

    def photograph(self, account: str, id: str) -> bytes:
        """The photograph of a prediction as it was decoded, a PNG; raises `NotFoundError`."""
        data = self._blobs.read(self.get(account, id).key_of(PHOTOGRAPH))
        if data is None:
            raise NotFoundError(NOT_FOUND)
        return data

    def prepare_again(
        self, account: str, id: str, findings: Findings, pictures: Mapping[str, bytes]
    ) -> tuple[Saved, list[Change]]:
        """As `prepare`, for a new prediction in place of the one that is there; raises `NotFoundError`."""
        saved, version = self._known(account, id)
        now = replace(
            saved, findings=findings, predicted=clock.now(), software=__version__, pictures=secrets.token_hex(4)
        )
        kept = self._keep(now, pictures, f"{now.folder}{now.pictures}/")
        return now, [*written(now, version, saved), *kept, _left(account, f"{saved.folder}{saved.pictures}/")]

    def link(self, account: str, id: str, picture: str, here: str) -> str:
        """Where a picture can be had; raises `NotFoundError`."""
        saved = self.get(account, id)
        return self._blobs.link(saved.key_of(picture), f"{saved.day}-{id[:8]}-{picture}.png", here)

    def delete(self, account: str, id: str, *besides: Change) -> Counter[str]:
        """The prediction is gone with everything that belongs to it, and with every copy; how much that was, by kind.

        The changes `besides` are made with it. Raises `NotFoundError`.
        """
        for _ in range(TURNS):
            try:
                saved, version = self._known(account, id)
            except NotFoundError:
                self.sweep(account, folder_of(account, id))  # of what an attempt before this one has left
                raise
            try:
                ensure(self._records, _left(account, saved.folder, saved), *removed(saved, version), *besides)
            except ConditionError:
                continue
            return Counter(predictions=1) + self.sweep(account, saved.folder)
        raise _busy()

    def sweep(self, account: str, folder: str = "", *, everything: bool = False) -> Counter[str]:
        """Forget what was left behind in a folder, or anywhere for an hour, or `everything`; how much, by kind.

        What a deletion has left is finished, with the copies.
        """
        counts = Counter[str]()
        for row in self._records.query(_leavings(account)):
            old = time.time() - row.data["since"] > SWEPT_SECONDS
            if everything or old or row.data["folder"] == folder or "deleted" in row.data:
                counts["pictures"] += self._blobs.delete_all(row.data["folder"])
                if "deleted" in row.data:
                    counts += self._copies.of_prediction(account, row.data["deleted"], row.data["request"])
                self._records.write(Delete(row.key))
        return counts

    def _keep(self, saved: Saved, pictures: Mapping[str, bytes], folder: str) -> list[Change]:
        self.sweep(saved.account)
        self._records.write(_left(saved.account, folder))
        for name, picture in pictures.items():
            self._blobs.put(saved.key_of(name), picture, "image/png")
        return [Delete(_left(saved.account, folder).key)]

    def _known(self, account: str, id: str) -> tuple[Saved, int]:
        [known] = self._records.get(saved_key(account, id)) if is_id(id) else [None]
        if known is None:
            raise NotFoundError(NOT_FOUND)
        return saved_of(known), known.version


def _leavings(account: str) -> str:
    return f"left:{account}"


def _left(account: str, folder: str, deleted: Saved | None = None) -> Put:
    """Notes a folder that no record names, or soon will not; with what is deleted, so that its copies are, too."""
    facts: dict[str, Any] = {"folder": folder, "since": time.time()}
    if deleted:
        facts |= {"deleted": deleted.id, "request": deleted.request}
    return Put(Key(_leavings(account), folder.removeprefix(f"{HISTORY}{account}/").replace("/", ":")), facts)


def _busy() -> BusyError:
    return BusyError("Other requests are changing this prediction right now. Please try again in a few seconds.")
