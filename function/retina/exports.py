"""Exports: a batch or the whole history as one ZIP file, made by a worker, there for a day.

Enters: what is to be exported, and the file once it is made; leaves: `Export`, and a link when it is ready. Does not
make the file (`archive` does).
"""

import time
from dataclasses import dataclass
from typing import BinaryIO, Literal

from retina import clock
from retina.errors import NotFoundError, TooManyExportsError
from retina.ids import is_id, new_id
from retina.places import take
from retina.queue.port import Queue
from retina.store.port import DAY, EXPORTS, KEPT_DAYS, Blobs
from retina.store.records import MOST_CHANGES, NEW, ConditionError, Delete, Key, Put, Records

State = Literal["waiting", "running", "ready", "failed"]
MOST_EXPORTS = 20
"""Of one account at the same time."""
NOT_FOUND = "There is no such export, or not any more: each is kept for a day."


@dataclass(frozen=True)
class Export:
    """Of the batch of this id, or, where it is empty, of the history; `bytes` once it is ready."""

    id: str
    account: str
    batch: str
    created: str
    state: State
    bytes: int | None


class Exports:
    """The exports in `records`, their files in `blobs`."""

    def __init__(self, records: Records, blobs: Blobs, queue: Queue) -> None:
        self._records, self._blobs, self._queue = records, blobs, queue

    def create(self, account: str, batch: str) -> Export:
        """Have one made, of a batch of the account's or, with "", of its history; raises `TooManyExportsError`."""
        export = Export(new_id(), account, batch, clock.now(), "waiting", None)
        expires = int(time.time()) + KEPT_DAYS[EXPORTS] * DAY

        def changes(place: Key) -> tuple[Put, Put]:
            return _record(export, NEW, expires), Put(place, {"id": export.id}, NEW, expires=expires)

        if not take(self._records, f"exports:{account}", MOST_EXPORTS, changes):
            raise TooManyExportsError(f"There were {MOST_EXPORTS} exports within a day. Wait until one has expired.")
        self._queue.put(_blob(export.id))
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
        return Export(id=id, **{name: known.data[name] for name in known.data if name != "expires"}) if known else None

    def link(self, export: Export, here: str) -> str | None:
        """Where the file can be had; None while it is not ready."""
        if export.state != "ready":
            return None
        name = f"retina-{'batch' if export.batch else 'history'}-{export.created[:10]}.zip"
        return self._blobs.link(_blob(export.id), name, here)

    def tell(self, id: str, state: State, size: int | None = None) -> None:
        """Keep what has become of it; nothing happens where it was deleted."""
        [known] = self._records.get(_key(id))
        if known:
            try:
                facts = known.data | {"state": state, "bytes": size}
                self._records.write(Put(known.key, facts, known.version, expires=known.data["expires"]))
            except ConditionError:  # told by somebody else who made it, or deleted
                return

    def keep(self, id: str, file: BinaryIO, size: int) -> None:
        """It is made: its ZIP file of so many bytes."""
        self._blobs.put_file(_blob(id), file, "application/zip")
        self.tell(id, "ready", size)
        if self.find(id) is None:
            self._blobs.delete(_blob(id))

    def delete_all(self, account: str) -> int:
        """All of an account's are gone; how many there were."""
        count = 0
        while rows := self._records.query(f"exports:{account}", limit=MOST_CHANGES // 2):
            ids = [row.data.get("id", row.key.sort) for row in rows]
            self._records.write(*(Delete(_key(id)) for id in ids), *(Delete(row.key) for row in rows))
            for id in ids:
                self._blobs.delete(_blob(id))
            count += len(rows)
        return count


def _record(export: Export, version: int | None, expires: int) -> Put:
    facts = {name: value for name, value in vars(export).items() if name != "id"} | {"expires": expires}
    return Put(_key(export.id), facts, version, expires=expires)


def _key(id: str) -> Key:
    return Key(f"export:{id}", "export")


def _blob(id: str) -> str:
    return EXPORTS + id
