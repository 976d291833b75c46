"""Exports: a batch or the whole history as ZIP files, made by a worker, there for a day.

Enters: what is to be exported, and each part once it is made; leaves: `Export`, and links when it is ready. Does not
make the files (`archive` does). An export is one worker's at a time: whoever begins it last. It goes with what it was
made of: see `forget_batch` and `forget_history`.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from retina import clock
from retina.accounts.quotas import take
from retina.errors import NotFoundError, TooManyExportsError
from retina.ids import is_id, new_id
from retina.queue.port import Queue
from retina.storage.port import (
    DAY,
    EXPORTS,
    KEPT_DAYS,
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
    Record,
    Records,
    ensure,
)

State = Literal["waiting", "running", "ready", "failed"]
MOST_EXPORTS = 20
"""Of one account at the same time."""
NOT_FOUND = "There is no such export, or no longer: exports are kept for a day and deleted with what they contain."


class SupersededError(Exception):
    """The export was deleted, or begun anew, while somebody worked on it."""


@dataclass(frozen=True)
class Part:
    """One ZIP file: the key of its blob, and its size."""

    key: str
    bytes: int


@dataclass(frozen=True)
class Export:
    """Of the batch of this id, or, where it is empty, of the history; `whole`: with all else that the account holds.

    `parts` are those that are made, and `place` is where the next one begins, None for the beginning; `token` is of
    whoever works on it; `listed` is its place in the account's list. Expires in seconds since 1970.
    """

    id: str
    account: str
    batch: str
    created: str
    expires: int
    state: State = "waiting"
    parts: tuple[Part, ...] = ()
    place: str | None = None
    token: str = ""
    listed: str = ""
    whole: bool = False

    @property
    def folder(self) -> str:
        """What the keys of its parts begin with."""
        return f"{_job(self.id)}/"

    @property
    def bytes(self) -> int | None:
        """Of all parts, once it is ready."""
        return sum(part.bytes for part in self.parts) if self.state == "ready" else None


class Exports:
    """The exports in `records`, their files in `blobs`."""

    def __init__(self, records: Records, blobs: Blobs, queue: Queue) -> None:
        self._records, self._blobs, self._queue = records, blobs, queue

    def create(
        self,
        account: str,
        batch: str,
        besides: Callable[[str], Sequence[Change]] = lambda id: (),
        *,
        whole: bool = False,
    ) -> Export:
        """Have one made, of a batch of the account's or, with "", of its history, or of the `whole` account; raises
        `TooManyExportsError`.

        `besides`: from its id, changes to be made with it.
        """
        expires = int(time.time()) + KEPT_DAYS[EXPORTS] * DAY
        export = Export(new_id(), account, batch, clock.now(), expires, whole=whole)

        with_it = besides(export.id)

        def changes(place: Key) -> tuple[Put, *tuple[Change, ...]]:
            listed = Put(place, {"id": export.id}, NEW, expires=export.expires)
            others: tuple[Change, ...] = (listed, *with_it)
            return _record(replace(export, listed=place.sort), NEW), *others

        if not take(self._records, _listed(account), MOST_EXPORTS, changes):
            raise TooManyExportsError(f"There were {MOST_EXPORTS} exports within a day. Wait until one has expired.")
        self._queue.put(_job(export.id))
        return export

    def again(self, account: str, id: str) -> Export:
        """As `get`, for a repeated request; queued where whoever made it was killed before it was."""
        export = self.get(account, id)
        if export.state == "waiting":
            self._queue.put(_job(id))
        return export

    def get(self, account: str, id: str) -> Export:
        """The account's export of this id; raises `NotFoundError`."""
        export = self.find(id)
        if export is None or export.account != account:
            raise NotFoundError(NOT_FOUND)
        return export

    def find(self, id: str) -> Export | None:
        """The export of this id, whosever it is."""
        [known] = self._records.get(_key(id)) if is_id(id) else [None]
        return _export(known) if known else None

    def begin(self, id: str) -> Export | None:
        """Work on it, in place of whoever did before; None where nothing is to be done: it is gone, or has ended."""
        while (export := self.find(id)) and export.state in ("waiting", "running"):
            try:
                return self._changed(export, state="running", token=secrets.token_hex(8))
            except SupersededError:
                continue
        return None

    def still(self, export: Export) -> bool:
        """Whether nobody has deleted it, or begun it anew, meanwhile."""
        known = self.find(export.id)
        return known is not None and known.token == export.token

    def add(self, export: Export, part: Part, place: str | None) -> Export:
        """A part is made; `place` is where the next one begins, None where there is none: then the export is ready.

        Raises `SupersededError`: the part is deleted then.
        """
        parts = (*export.parts, part)
        try:
            return self._changed(export, parts=parts, place=place, state="running" if place else "ready")
        except SupersededError:
            self._blobs.delete(part.key)
            raise

    def fail(self, export: Export) -> None:
        """It cannot be made; nothing happens where it was deleted, or begun anew, meanwhile."""
        with suppress(SupersededError):
            self._changed(export, state="failed", parts=())
            self._blobs.delete_all(export.folder)

    def links(self, export: Export, here: str) -> list[tuple[str, int, str]]:
        """Name, size in bytes and address of each part; none while it is not ready."""
        if export.state != "ready":
            return []
        what = "batch" if export.batch else "account" if export.whole else "history"
        count, stem = len(export.parts), f"retina-{what}-{export.created[:10]}"
        names = [f"{stem}-{n}-of-{count}.zip" if count > 1 else f"{stem}.zip" for n in range(1, count + 1)]
        pairs = zip(names, export.parts, strict=True)
        return [(name, part.bytes, self._blobs.link(part.key, name, here)) for name, part in pairs]

    def delete(self, export: Export) -> None:
        """It is gone with its files; a worker that is at it notices."""
        self._records.write(Delete(_key(export.id)), Delete(Key(_listed(export.account), export.listed or export.id)))
        for part in export.parts:
            self._blobs.delete(part.key)  # one of an earlier version lies elsewhere
        self._blobs.delete_all(export.folder)

    def forget_batch(self, account: str, batch: str) -> list[Export]:
        """All exports of a batch that is deleted are, too; which they were."""
        gone = [export for export in self._of(account) if export.batch == batch]
        for export in gone:
            self.delete(export)
        return gone

    def forget_history(self, account: str) -> tuple[list[Export], int]:
        """A prediction was deleted: exports of the history that may hold it are gone, and those that are being made
        begin anew; which are gone, and how many begin anew.
        """
        gone, anew = list[Export](), 0
        for export in self._of(account):
            if export.batch or export.state == "waiting":  # nothing was read yet
                continue
            if export.state == "running":
                anew += self._anew(export)
            else:
                self.delete(export)
                gone.append(export)
        return gone, anew

    def delete_all(self, account: str) -> int:
        """All of an account's are gone; how many there were."""
        count = 0
        while exports := self._of(account):
            for export in exports:
                self.delete(export)
            count += len(exports)
        return count

    def _anew(self, export: Export) -> bool:
        try:
            self._changed(export, state="waiting", parts=(), place=None, token="")
        except SupersededError:  # a part was added meanwhile, or it has ended
            known = self.find(export.id)
            if known and known.state == "running":
                return self._anew(known)
            if known and known.state == "ready":
                self.delete(known)
            return False
        self._blobs.delete_all(export.folder)
        self._queue.put(_job(export.id))
        return True

    def _of(self, account: str) -> list[Export]:
        rows = self._records.query(_listed(account), limit=MOST_CHANGES)
        found = self._records.get(*(_key(row.data.get("id", row.key.sort)) for row in rows)) if rows else []
        for row, known in zip(rows, found, strict=True):
            if known is None:
                self._records.write(Delete(row.key))
        return [_export(known) for known in found if known]

    def _changed(self, export: Export, **changes: Any) -> Export:
        """Raises `SupersededError` where it is not any more what it was when it was read."""
        [known] = self._records.get(_key(export.id))
        if known is None or _export(known) != export:
            raise SupersededError(export.id)
        changed = replace(export, **changes)
        try:
            ensure(self._records, _record(changed, known.version))
        except ConditionError:
            raise SupersededError(export.id) from None
        return changed


def _record(export: Export, version: int) -> Put:
    facts = {name: value for name, value in asdict(export).items() if name != "id"}
    return Put(_key(export.id), facts, version, expires=export.expires)


def _export(known: Record) -> Export:
    facts = {name: value for name, value in known.data.items() if name not in ("bytes", "parts")}
    id = known.key.partition.removeprefix("export:")
    parts = tuple(Part(**part) for part in known.data.get("parts", ()))
    if "bytes" in known.data and facts["state"] == "ready":  # as an earlier version made it
        parts = (Part(_job(id), known.data["bytes"]),)
    return Export(id=id, parts=parts, **facts)


def _key(id: str) -> Key:
    return Key(f"export:{id}", "export")


def _listed(account: str) -> str:
    return f"exports:{account}"


def _job(id: str) -> str:
    """Of the queue; and what the keys of its files begin with."""
    return EXPORTS + id
