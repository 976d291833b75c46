"""The SQLite file of the embedded store: opening, checking, transactions, erasing. The tables are used elsewhere."""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

log = logging.getLogger("retina")

VERSION = 3
"""Version of the schema below. A file of the version before is brought up to it; any other is rejected and left
unchanged.
"""
SCHEMA = """
CREATE TABLE jobs (
    key TEXT PRIMARY KEY,       -- of the photograph or the export
    attempts INTEGER NOT NULL,  -- begun so far
    due REAL NOT NULL,          -- seconds since 1970 from which on it may be leased
    lease TEXT,                 -- of the worker that holds it
    buried INTEGER NOT NULL,    -- 1: given up
    account TEXT NOT NULL DEFAULT ''
);
CREATE INDEX jobs_of_account ON jobs (account, buried, due);
CREATE TABLE turns (
    account TEXT PRIMARY KEY,   -- that has jobs
    latest REAL NOT NULL        -- seconds since 1970 at which a job of it was leased last
);
CREATE TABLE records (
    partition TEXT NOT NULL,
    sort TEXT NOT NULL,
    data TEXT NOT NULL,         -- JSON
    counts TEXT NOT NULL,       -- JSON: whole numbers by name
    version INTEGER NOT NULL,   -- how often data was written
    expires INTEGER,            -- seconds since 1970 from which on it is not there any more
    PRIMARY KEY (partition, sort)
) WITHOUT ROWID;
CREATE INDEX records_expired ON records (expires) WHERE expires IS NOT NULL;
"""
FROM_VERSION_2 = """
ALTER TABLE jobs ADD COLUMN account TEXT NOT NULL DEFAULT '';
DROP INDEX jobs_due;
CREATE INDEX jobs_of_account ON jobs (account, buried, due);
CREATE TABLE turns (account TEXT PRIMARY KEY, latest REAL NOT NULL);
INSERT INTO turns VALUES ('', 0);
"""
"""Jobs from before accounts took turns share one."""
BUSY_TIMEOUT_MS = 10_000
"""How long a transaction waits for another one to end."""
ERASED_AT_ONCE = 16 * 2**20
"""A file of at most this many bytes is rewritten after every deletion, in about 0.3 s; a larger one by the retention
timer."""
NOT_WRITABLE = "{path} cannot be written ({error}). Set RETINA_DATA to a writable folder."
DAMAGED = "{path} is damaged or is not a database of this program ({error}). Move it away, or restore a backup."
PRIMARY = 0xFF
"""Mask for the primary part of SQLite's extended error codes."""


class DatabaseError(Exception):
    """The file cannot be used; the message says why."""


class Database:
    """The file at `path`, created on first use and private to its owner. Safe for many threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._of_thread = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are committed together, or rolled back if an exception is raised.

        Raises `DatabaseError` if the file has another version, is no database of this program, or cannot be written.
        """
        connection = self._connection()
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException as error:
            with suppress(sqlite3.DatabaseError):
                if connection.in_transaction:  # a full disk may already have rolled it back
                    connection.execute("ROLLBACK")
            self._raise_for(error)
            raise

    def query(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """The rows of a read-only statement."""
        try:
            return self._connection().execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            self._raise_for(error)
            raise

    def _raise_for(self, error: BaseException) -> None:
        """Raise `DatabaseError` if the file itself is the cause, even long after it was opened."""
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:
            return
        if code & PRIMARY in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise DatabaseError(DAMAGED.format(path=self.path, error=error)) from error
        if code & PRIMARY in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise DatabaseError(NOT_WRITABLE.format(path=self.path, error=error)) from error

    def erase(self, *, thorough: bool = False) -> bool:
        """Erase deleted rows from the file, its write-ahead log and its index (-wal, -shm). True if that succeeded.

        `secure_delete` overwrites a row at its last position, but not the copies that may remain in the gaps of pages
        after rows were moved (one of about 1,000 deleted rows left one). Only rewriting the file removes these. A file
        over 16 MiB is rewritten only if `thorough` is set. The write-ahead log keeps earlier pages until it is
        truncated, which is done here, after every deletion.

        Limits: blocks that the file system frees are not overwritten. And while another process reads or writes for
        longer than ten seconds, log and file stay as they are until the next call.
        """
        connection = self._connection()
        rewritten = thorough or self.path.stat().st_size <= ERASED_AT_ONCE
        try:
            if rewritten:
                connection.execute("VACUUM")
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL):
                raise
            busy = True
        if busy:
            log.warning("%s could not be rewritten: it is in use, or the disk is full", self.path)
        return rewritten and not busy

    def _connection(self) -> sqlite3.Connection:
        known: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if known is None:
            known = self._of_thread.connection = self._open()
        return known

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
        except OSError as error:
            raise DatabaseError(NOT_WRITABLE.format(path=self.path, error=error.strerror)) from error
        # Transactions are begun explicitly, because Python's own would not be immediate.
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        try:
            self._prepare(connection)
        except BaseException as error:
            connection.close()
            self._raise_for(error)
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        statements = SCHEMA if version == 0 and empty else FROM_VERSION_2 if version == VERSION - 1 else ""
        if statements:
            for statement in statements.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
            version = VERSION
        connection.execute("COMMIT")
        if version != VERSION:
            raise DatabaseError(
                f"{self.path} is of version {version}, and this program works with version {VERSION}. Nothing was "
                "changed: use the program that made it, or set RETINA_DATA to another folder."
            )
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous = FULL")
        # Deleted rows are overwritten, because they may contain a person's name.
        connection.execute("PRAGMA secure_delete = ON")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to WAL mode, with retries: SQLite itself does not wait if others open a new file at the same moment."""
    ends = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                raise
            time.sleep(0.01)
        else:
            return
