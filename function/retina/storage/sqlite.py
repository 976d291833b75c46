"""Records in the SQLite file of the embedded store."""

import json
import sqlite3
import time

from retina.storage.database import Database
from retina.storage.records import (
    NEW,
    Add,
    Change,
    ConditionError,
    Delete,
    Key,
    Put,
    Record,
)

FIND = "SELECT * FROM records WHERE partition = ? AND sort = ? AND (expires IS NULL OR expires > ?)"
DUE = Key("retention", "erase")
"""Exists while a rewrite of the file is pending."""
EXPIRED_PORTION = 500


class SqliteRecords:
    """The records in `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, *keys: Key) -> list[Record | None]:
        """See `records.Records`."""
        now = time.time()
        found = [self._database.query(FIND, *key, now) for key in keys]
        return [_record(rows[0]) if rows else None for rows in found]

    def query(
        self,
        partition: str,
        *,
        first: str = "",
        last: str = "\U0010ffff",
        after: str | None = None,
        limit: int = 1000,
        backwards: bool = False,
    ) -> list[Record]:
        """See `records.Records`."""
        beyond, order = ("<", "DESC") if backwards else (">", "ASC")
        paged, values = (f"AND sort {beyond} ?", [after]) if after is not None else ("", [])
        rows = self._database.query(
            # What is put into the text are the constants above; every value is bound.
            f"""SELECT * FROM records WHERE partition = ? AND sort BETWEEN ? AND ? {paged}
                AND (expires IS NULL OR expires > ?) ORDER BY sort {order} LIMIT ?""",  # noqa: S608 - see above
            *(partition, first, last, *values, time.time(), limit),
        )
        return [_record(row) for row in rows]

    def write(self, *changes: Change) -> None:
        """See `records.Records`."""
        now = time.time()
        with self._database.transaction() as connection:
            failed = frozenset(change.key for change in changes if not _made(connection, change, now))
            if failed:
                raise ConditionError(failed)

    def delete_expired(self) -> None:
        """Delete all expired records, in portions, so that no other transaction waits long."""
        deleted = EXPIRED_PORTION
        while deleted == EXPIRED_PORTION:
            with self._database.transaction() as connection:
                deleted = connection.execute(
                    "DELETE FROM records WHERE (partition, sort) IN "
                    "(SELECT partition, sort FROM records WHERE expires <= ? LIMIT ?)",
                    (time.time(), EXPIRED_PORTION),
                ).rowcount

    def partitions(self, prefix: str) -> list[str]:
        """The partitions that begin with `prefix`."""
        statement = "SELECT DISTINCT partition FROM records WHERE partition >= ? AND partition < ?"
        return [row["partition"] for row in self._database.query(statement, prefix, prefix + "\U0010ffff")]

    @property
    def backup_days(self) -> int:
        """See `records.Records`. Backups that the operator makes are not counted."""
        return 0

    def erase(self, *, thorough: bool = False) -> None:
        """See `records.Records` and `Database.erase`."""
        [due] = self.get(DUE)
        if thorough and not due:
            return
        if not self._database.erase(thorough=thorough):
            self.write(Put(DUE, {}))
        elif due:
            self.write(Delete(DUE))


def _made(connection: sqlite3.Connection, change: Change, now: float) -> bool:
    """Make one change; False if its condition is not met."""
    row = connection.execute(FIND, (*change.key, now)).fetchone()
    known = _record(row) if row else None
    match change:
        case Put() | Delete() if change.version is not None and change.version != (known.version if known else NEW):
            return False
        case Delete():
            connection.execute("DELETE FROM records WHERE partition = ? AND sort = ?", change.key)
            return True
        case Put():
            counts = {**(known.counts if known else {}), **change.counts}
            _replace(connection, Record(change.key, {**change.data}, counts, _next(known)), change.expires)
            return True
        case Add():
            counts = {**known.counts} if known else {}
            for name, amount in change.amounts.items():
                counts[name] = counts.get(name, 0) + amount
            if not (known or change.upsert) or any(counts[name] < 0 for name in change.amounts):
                return False
            if any(counts[name] > most for name, most in change.most.items()):
                return False
            expires = change.expires if change.expires is not None else row["expires"] if row else None
            data, version = (known.data, known.version) if known else ({}, NEW)
            _replace(connection, Record(change.key, data, counts, version), expires)
            return True


def _next(known: Record | None) -> int:
    return known.version + 1 if known else 1


def _replace(connection: sqlite3.Connection, record: Record, expires: int | None) -> None:
    values = (*record.key, json.dumps(record.data), json.dumps(record.counts), record.version, expires)
    connection.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?)", values)


def _record(row: sqlite3.Row) -> Record:
    key = Key(row["partition"], row["sort"])
    return Record(key, json.loads(row["data"]), json.loads(row["counts"]), row["version"])
