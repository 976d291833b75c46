"""One run at a time writes to an output folder: two of them would drop each other's rows of `results.csv`."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retina.cli.output_errors import OutputFolderError

LOCK = ".retina.lock"
"""Exists while a run writes to the folder, and names its process. The system unlocks it when the process ends."""


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Keep other runs out of `out`, which is created if it does not exist.

    Raises `OutputFolderError` if another run is writing to it, and names that run's process.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = _acquire(out)
    except OSError as error:
        raise OutputFolderError(f"The folder {out} cannot be used: {error}.") from error
    try:
        yield
    finally:
        (out / LOCK).unlink(missing_ok=True)
        os.close(lock)


def _acquire(out: Path) -> int:
    while True:
        lock = os.open(out / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(lock, out / LOCK):
                os.ftruncate(lock, 0)
                os.pwrite(lock, f"process {os.getpid()} on {socket.gethostname()}".encode(), 0)
                return lock
        except BlockingIOError:
            holder = os.pread(lock, 512, 0).decode(errors="replace") or "another process"
            os.close(lock)
            raise OutputFolderError(
                f"Another run is writing to {out}: {holder}. Wait until it has ended, or choose another --out."
            ) from None
        except BaseException:
            os.close(lock)
            raise
        os.close(lock)  # the run before has just ended and removed this file


def _is_at(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False
