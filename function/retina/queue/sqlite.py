"""The job queue in the SQLite file of the embedded store. Any number of worker processes may lease jobs from it."""

import os
import secrets
import time
from dataclasses import dataclass

from retina.storage.database import Database

LEASE_SECONDS = 60
"""How long a lease lasts unless it is extended; see `heartbeat`."""
RETRY_SECONDS = 2
"""Delay before a failed job is retried."""


@dataclass(frozen=True)
class Lease:
    """A leased job. `attempt` counts from 1."""

    key: str
    attempt: int
    token: str


class LocalQueue:
    """The jobs in `database`."""

    def __init__(self, database: Database, lease_seconds: float = LEASE_SECONDS) -> None:
        self._database, self.lease_seconds = database, lease_seconds

    def put(self, *keys: str, account: str) -> None:
        """See `port.Queue`."""
        now = time.time()
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO jobs VALUES (?, 0, ?, NULL, 0, ?)", [(key, now, account) for key in keys]
            )
            # As if its turn had been now: whoever keeps coming back with one job gets no more turns than others.
            connection.execute("INSERT OR IGNORE INTO turns VALUES (?, ?)", (account, now))

    def lease(self) -> Lease | None:
        """Lease a job for `lease_seconds`; None if none is due.

        Of the accounts with due jobs, the one whose turn was longest ago is next, with its job that has been due
        longest.
        """
        now, token = time.time(), f"{os.getpid()}.{secrets.token_hex(8)}"
        with self._database.transaction() as connection:
            row = connection.execute(
                """UPDATE jobs SET attempts = attempts + 1, due = ?, lease = ? WHERE key =
                   (SELECT key FROM jobs WHERE buried = 0 AND due <= ? AND account =
                    (SELECT account FROM turns WHERE EXISTS
                     (SELECT 1 FROM jobs WHERE buried = 0 AND account = turns.account AND due <= ?)
                     ORDER BY latest LIMIT 1)
                    ORDER BY due LIMIT 1) RETURNING key, attempts, account""",
                (now + self.lease_seconds, token, now, now),
            ).fetchone()
            if row:
                connection.execute("UPDATE turns SET latest = ? WHERE account = ?", (now, row["account"]))
        return Lease(row["key"], row["attempts"], token) if row else None

    def extend(self, lease: Lease) -> None:
        """Extend the lease to `lease_seconds` from now. Does nothing if another worker holds the job."""
        due = time.time() + self.lease_seconds
        self._change("UPDATE jobs SET due = ? WHERE key = ? AND lease = ?", due, lease.key, lease.token)

    def done(self, lease: Lease) -> None:
        """Remove a finished job. Does nothing if another worker holds it."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM jobs WHERE key = ? AND lease = ?", (lease.key, lease.token))
            connection.execute("DELETE FROM turns WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE account = turns.account)")

    def retry(self, lease: Lease) -> None:
        """Release a job whose attempt failed; it is due again after `RETRY_SECONDS`."""
        due = time.time() + RETRY_SECONDS
        self._change("UPDATE jobs SET due = ?, lease = NULL WHERE key = ? AND lease = ?", due, lease.key, lease.token)

    def bury(self, lease: Lease) -> None:
        """Give the job up; it stays in the database as buried."""
        self._change("UPDATE jobs SET buried = 1, lease = NULL WHERE key = ? AND lease = ?", lease.key, lease.token)

    def abandon(self, process: int) -> None:
        """Release the jobs of a worker process (a process id) that has ended; they are due at once."""
        self._change("UPDATE jobs SET due = ?, lease = NULL WHERE lease LIKE ?", time.time(), f"{process}.%")

    def waiting(self) -> int:
        """The number of jobs that are not finished or given up, including those being worked on."""
        [row] = self._database.query("SELECT count(*) FROM jobs WHERE buried = 0")
        count: int = row[0]
        return count

    def _change(self, statement: str, *values: object) -> None:
        with self._database.transaction() as connection:
            connection.execute(statement, values)
