"""The interface of a job queue.

A job is a key: of a stored photograph, which is segmented, or of an export, which is created. Jobs are delivered at
least once. A worker leases a job for a limited time. If it does not finish, the job is retried. After `ATTEMPTS`
attempts it is given up: the failure is stored in place of a result, and the job is set aside for the operator.

Accounts take turns: ten photographs of one do not wait for the ten thousand of another.
"""

from typing import Protocol

ATTEMPTS = 4
"""How often a job is attempted. It is leased once more to store its failure."""


class Queue(Protocol):
    """A queue of jobs."""

    def put(self, *keys: str, account: str) -> None:
        """Enqueue jobs of `account`. A key that is already waiting is processed again."""
        ...
