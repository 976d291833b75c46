"""The queue in the embedded store's SQLite file. Any number of worker processes may take from it.

Enters: keys of photographs; leaves: leases of them. Does not work.
"""

import os
import secrets
import time
from dataclasses import dataclass

from retina.storage.database import Database

LEASE_SECONDS = 60
"""For how long a job is one worker's, if that is not heard of any more; see `heartbeat`."""
RETRY_SECONDS = 2
"""After how long a job that failed is tried again."""


@dataclass(frozen=True)
class Lease:
    """A job for a while. `attempt` counts from 1."""

    key: str
    attempt: int
    token: str


class LocalQueue:
    """The jobs in `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, *keys: str) -> None:
        """See `port.Queue`."""
        now = time.time()
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO jobs VALUES (?, 0, ?, NULL, 0)", [(key, now) for key in keys]
            )

    def lease(self) -> Lease | None:
        """The job that has waited longest, for `LEASE_SECONDS`; None where none is due."""
        now, token = time.time(), f"{os.getpid()}.{secrets.token_hex(8)}"
        with self._database.transaction() as connection:
            row = connection.execute(
                """UPDATE jobs SET attempts = attempts + 1, due = ?, lease = ? WHERE key =
                   (SELECT key FROM jobs WHERE buried = 0 AND due <= ? ORDER BY due LIMIT 1) RETURNING key, attempts""",
                (now + LEASE_SECONDS, token, now),
            ).fetchone()
        return Lease(row["key"], row["attempts"], token) if row else None

    def extend(self, lease: Lease) -> None:
        """The job is worked on for `LEASE_SECONDS` more. Nothing happens where another worker has taken it."""
        due = time.time() + LEASE_SECONDS
        self._change("UPDATE jobs SET due = ? WHERE key = ? AND lease = ?", due, lease.key, lease.token)

    def done(self, lease: Lease) -> None:
        """The job is worked off. Nothing happens where another worker has taken it meanwhile."""
        self._change("DELETE FROM jobs WHERE key = ? AND lease = ?", lease.key, lease.token)

    def retry(self, lease: Lease) -> None:
        """Nothing came of this attempt."""
        due = time.time() + RETRY_SECONDS
        self._change("UPDATE jobs SET due = ?, lease = NULL WHERE key = ? AND lease = ?", due, lease.key, lease.token)

    def bury(self, lease: Lease) -> None:
        """The job is given up."""
        self._change("UPDATE jobs SET buried = 1, lease = NULL WHERE key = ? AND lease = ?", lease.key, lease.token)

    def abandon(self, process: int) -> None:
        """The process of this number is gone: what it worked on is due again."""
        self._change("UPDATE jobs SET due = ?, lease = NULL WHERE lease LIKE ?", time.time(), f"{process}.%")

    def waiting(self) -> int:
        """How many jobs are to be worked off, those that somebody works on included."""
        return self._count(buried=0)

    def buried(self) -> int:
        """How many jobs were given up."""
        return self._count(buried=1)

    def _change(self, statement: str, *values: object) -> None:
        with self._database.transaction() as connection:
            connection.execute(statement, values)

    def _count(self, *, buried: int) -> int:
        [row] = self._database.query("SELECT count(*) FROM jobs WHERE buried = ?", buried)
        count: int = row[0]
        return count
