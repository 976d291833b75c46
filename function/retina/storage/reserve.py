"""Disk space reserved for when the disk is full: for deleting, and for signing in, without which nobody can delete.

Deleting needs space as well, because the database first writes its changes to the log. Each reserve is a file that only
occupies space. It is freed, all at once or step by step, when a request that it is meant for finds the disk full.
"""

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path
from sqlite3 import SQLITE_FULL
from threading import Lock

FULL = (errno.ENOSPC, errno.EDQUOT)
BYTES = 8 * 2**20
"""Enough for the database's log when a batch of 10,000 photographs is deleted."""
SIGN_IN_BYTES = 2 * 2**20
"""Enough for about fifty sign-ins."""
STEP_BYTES = 256 * 2**10
"""How much one sign-in frees: enough for all it writes, and little for anyone else who is waiting for space."""


def is_full(error: BaseException | None) -> bool:
    """Whether the error means that no disk space is left."""
    return (isinstance(error, OSError) and error.errno in FULL) or getattr(error, "sqlite_errorcode", 0) == SQLITE_FULL


class Reserve:
    """The file `name` in `folder`, of `size` bytes. `give_up` frees `step` bytes at a time, by default all of them."""

    def __init__(self, folder: Path, name: str = "reserve", size: int = BYTES, step: int | None = None) -> None:
        self._path, self._size, self._step = folder / name, size, step or size
        self._lock = Lock()

    def refill(self) -> None:
        """Allocate the reserve, or as many steps as there is space for. Only its own purpose depends on it."""
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
        """Free one step; False if there was nothing left to free."""
        with self._lock:
            had = self._bytes()
            return had > 0 and self._cut(max(had - self._step, 0))

    def is_needed(self) -> bool:
        """Whether the disk has less room than one step, so that a request may find it full halfway."""
        try:
            return shutil.disk_usage(self._path.parent).free < self._step
        except OSError:
            return False

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
