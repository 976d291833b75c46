"""Space that is kept for a full disk: for deletions, and for signing in, without which nobody could delete anything.

Deleting needs space, too: the database writes what it is about to do into its log first. Each reserve is a file that is
kept for nothing else, and given up, in whole or step by step, when a request that it is meant for finds no room.
"""

import errno
import os
from contextlib import suppress
from pathlib import Path
from sqlite3 import SQLITE_FULL
from threading import Lock

FULL = (errno.ENOSPC, errno.EDQUOT)
BYTES = 8 * 2**20
"""Enough for the log of a batch of 10,000 photographs."""
SIGN_IN_BYTES = 2 * 2**20
"""Enough to sign in some fifty times."""
STEP_BYTES = 256 * 2**10
"""How much a sign-in frees: enough for all that it writes, and little for whoever else is looking for room."""


def is_full(error: BaseException | None) -> bool:
    """Whether there is no space left."""
    return (isinstance(error, OSError) and error.errno in FULL) or getattr(error, "sqlite_errorcode", 0) == SQLITE_FULL


class Reserve:
    """The file `name` in `folder`, of `size` bytes, of which `give_up` frees `step` bytes at a time, by default all."""

    def __init__(self, folder: Path, name: str = "reserve", size: int = BYTES, step: int | None = None) -> None:
        self._path, self._size, self._step = folder / name, size, step or size
        self._lock = Lock()

    def keep(self) -> None:
        """Have it, or as many steps of it as there is room for. Without it all works but what it is for."""
        with self._lock:
            had = self._bytes()
            if had == self._size:
                return
            with suppress(OSError, AttributeError):  # a system without posix_fallocate has no reserve
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
                try:
                    while had < self._size:
                        os.posix_fallocate(file, 0, min(had + self._step, self._size))
                        had = min(had + self._step, self._size)
                finally:
                    os.close(file)
            self._cut(had)

    def give_up(self) -> bool:
        """Free a step of it; False where there was none."""
        with self._lock:
            had = self._bytes()
            return had > 0 and self._cut(max(had - self._step, 0))

    def _bytes(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    def _cut(self, size: int) -> bool:
        try:
            os.truncate(self._path, size) if size else self._path.unlink()
        except OSError:
            return False
        return True
