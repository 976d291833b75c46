"""Exports: a batch, the history or the whole account as ZIP files, made by a worker and stored for a day.

Stores the state of exports and their finished parts, and creates download links. Does not make the files
(`jobs.archive` does). Only one worker works on an export at a time: the last one to claim it. An export is deleted with
the data it was made from; see `forget_batch` and `forget_history`.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from retina import clock
from retina.accounts.quotas import take
from retina.errors import NotFoundError, TooManyExportsError
from retina.exports.records import Export, Part, export_key, export_of, export_record, job_key, list_of
from retina.ids import is_id, new_id
from retina.queue.port import Queue
from retina.storage.port import (
    DAY,
    EXPORTS,
    RETENTION_DAYS,
    Blobs,
)
from retina.storage.records import (
    MOST_CHANGES,
    NEW,
    Change,
    ConditionError,
    Delete,
    Key,
    Put,
    Records,
    ensure,
)

MOST_EXPORTS = 20
"""The most exports one account can have at the same time."""
NOT_FOUND = "This export does not exist, or no longer does: exports are stored for a day and deleted with their data."


class SupersededError(Exception):
    """The export was deleted or claimed again while this worker was making it."""


class Exports:
    """The exports in `records`, their files in `blobs`."""

    def __init__(self, records: Records, blobs: Blobs, queue: Queue) -> None:
        self._records, self._blobs, self._queue = records, blobs, queue

    def create(
        self,
        account: str,
        batch: str,
        extra_changes: Callable[[str], Sequence[Change]] = lambda id: (),
        *,
        whole: bool = False,
        training: bool = False,
    ) -> Export:
        """Queue an export of one of the account's batches or, with "", of its history, of the `whole` account, or of
        its corrected predictions for `training`.

        `extra_changes` takes the export's id and returns changes to make in the same transaction. Raises
        `TooManyExportsError`.
        """
        expires = int(time.time()) + RETENTION_DAYS[EXPORTS] * DAY
        export = Export(new_id(), account, batch, clock.now(), expires, whole=whole, training=training)

        with_it = extra_changes(export.id)

        def changes(place: Key) -> tuple[Put, *tuple[Change, ...]]:
            listed = Put(place, {"id": export.id}, NEW, expires=export.expires)
            others: tuple[Change, ...] = (listed, *with_it)
            return export_record(replace(export, listed=place.sort), NEW), *others

        if not take(self._records, list_of(account), MOST_EXPORTS, changes):
            raise TooManyExportsError(f"There were {MOST_EXPORTS} exports within a day. Wait until one has expired.")
        self._queue.put(job_key(export.id), account=export.account)
        return export

    def again(self, account: str, id: str) -> Export:
        """Like `get`, for a repeated request: if the first one was interrupted before the export was queued, queue it
        now.
        """
        export = self.get(account, id)
        if export.state == "waiting":
            self._queue.put(job_key(id), account=account)
        return export

    def get(self, account: str, id: str) -> Export:
        """The account's export with this id; raises `NotFoundError`."""
        export = self.find(id)
        if export is None or export.account != account:
            raise NotFoundError(NOT_FOUND)
        return export

    def find(self, id: str) -> Export | None:
        """The export with this id, whichever account it belongs to."""
        [known] = self._records.get(export_key(id)) if is_id(id) else [None]
        return export_of(known) if known else None

    def begin(self, id: str) -> Export | None:
        """Claim the export, taking it over from any earlier worker; None if there is nothing to do: deleted, ready or
        failed.
        """
        while (export := self.find(id)) and export.state in ("waiting", "running"):
            try:
                return self._changed(export, state="running", token=secrets.token_hex(8))
            except SupersededError:
                continue
        return None

    def still(self, export: Export) -> bool:
        """Whether this worker's claim still holds: the export was neither deleted nor claimed again."""
        known = self.find(export.id)
        return known is not None and known.token == export.token

    def add(self, export: Export, part: Part, place: str | None) -> Export:
        """Add a finished part. `place` is where the next one starts; None if this was the last, and the export is
        ready.

        Raises `SupersededError` after deleting the part.
        """
        parts = (*export.parts, part)
        try:
            return self._changed(export, parts=parts, place=place, state="running" if place else "ready")
        except SupersededError:
            self._blobs.delete(part.key)
            raise

    def fail(self, export: Export) -> None:
        """Mark the export as failed; does nothing if it was deleted or claimed again in the meantime."""
        with suppress(SupersededError):
            self._changed(export, state="failed", parts=())
            self._blobs.delete_all(export.folder)

    def links(self, export: Export, here: str) -> list[tuple[str, int, str]]:
        """Name, size in bytes and download link of each part; empty until the export is ready."""
        if export.state != "ready":
            return []
        what = "batch" if export.batch else "account" if export.whole else "history"
        what = "training" if export.training else what
        count, stem = len(export.parts), f"retina-{what}-{export.created[:10]}"
        names = [f"{stem}-{n}-of-{count}.zip" if count > 1 else f"{stem}.zip" for n in range(1, count + 1)]
        pairs = zip(names, export.parts, strict=True)
        return [(name, part.bytes, self._blobs.link(part.key, name, here)) for name, part in pairs]

    def delete(self, export: Export) -> None:
        """Delete the export and its files; a worker that is making it will notice."""
        self._records.write(
            Delete(export_key(export.id)), Delete(Key(list_of(export.account), export.listed or export.id))
        )
        for part in export.parts:
            self._blobs.delete(part.key)  # parts made by an earlier version are stored elsewhere
        self._blobs.delete_all(export.folder)

    def forget_batch(self, account: str, batch: str) -> list[Export]:
        """Delete all exports of a deleted batch; returns them."""
        gone = [export for export in self._of(account) if export.batch == batch]
        for export in gone:
            self.delete(export)
        return gone

    def forget_history(self, account: str) -> tuple[list[Export], int]:
        """Call this after a prediction was deleted: deletes exports of the history that may contain it, and restarts
        those that are being made. Returns the deleted exports and the number restarted.
        """
        gone, restarted = list[Export](), 0
        for export in self._of(account):
            if export.batch or export.state == "waiting":  # nothing has been read yet
                continue
            if export.state == "running":
                restarted += self._restart(export)
            else:
                self.delete(export)
                gone.append(export)
        return gone, restarted

    def delete_all(self, account: str) -> int:
        """Delete all of the account's exports; returns how many there were."""
        count = 0
        while exports := self._of(account):
            for export in exports:
                self.delete(export)
            count += len(exports)
        return count

    def _restart(self, export: Export) -> bool:
        try:
            self._changed(export, state="waiting", parts=(), place=None, token="")
        except SupersededError:  # a part was added, or it ended, in the meantime
            known = self.find(export.id)
            if known and known.state == "running":
                return self._restart(known)
            if known and known.state == "ready":
                self.delete(known)
            return False
        self._blobs.delete_all(export.folder)
        self._queue.put(job_key(export.id), account=export.account)
        return True

    def _of(self, account: str) -> list[Export]:
        rows = self._records.query(list_of(account), limit=MOST_CHANGES)
        found = self._records.get(*(export_key(row.data.get("id", row.key.sort)) for row in rows)) if rows else []
        for row, known in zip(rows, found, strict=True):
            if known is None:
                self._records.write(Delete(row.key))
        return [export_of(known) for known in found if known]

    def _changed(self, export: Export, **changes: Any) -> Export:
        """Raises `SupersededError` if the stored export differs from `export`."""
        [known] = self._records.get(export_key(export.id))
        if known is None or export_of(known) != export:
            raise SupersededError(export.id)
        changed = replace(export, **changes)
        try:
            ensure(self._records, export_record(changed, known.version))
        except ConditionError:
            raise SupersededError(export.id) from None
        return changed
