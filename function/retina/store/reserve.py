"""Space for deletions on a full disk: a file that is kept for nothing else, and given up when a deletion finds no room.

Deleting needs space, too: the database writes what it is about to do into its log first.
"""

import errno
import os
from pathlib import Path
from sqlite3 import SQLITE_FULL

FULL = (errno.ENOSPC, errno.EDQUOT)
BYTES = 8 * 2**20
"""Enough for the log of a batch of 10,000 photographs."""


def is_full(error: BaseException | None) -> bool:
    """Whether there is no space left."""
    return (isinstance(error, OSError) and error.errno in FULL) or getattr(error, "sqlite_errorcode", 0) == SQLITE_FULL


class Reserve:
    """The file `reserve` in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "reserve"

    def keep(self) -> None:
        """Have it, where there is room for it. Without it everything works but deletions on a full disk."""
        try:
            if self._path.exists() and self._path.stat().st_size == BYTES:
                return
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(file, 0, BYTES)
            finally:
                os.close(file)
        except (OSError, AttributeError):  # a system without that call has no reserve
            self.give_up()

    def give_up(self) -> bool:
        """Free its space; False where there was none."""
        try:
            had = self._path.stat().st_size > 0
            self._path.unlink()
        except OSError:
            return False
        return had
