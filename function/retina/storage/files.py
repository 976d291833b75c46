"""Files of the embedded store: atomic writes, removal, and secrets. All are private to their owner."""

import errno
import hashlib
import hmac
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

ATTEMPTS = 50
"""How often an operation is tried on a folder that others are changing."""


def write(path: Path, data: bytes) -> None:
    """Write `data` to `path` atomically and sync it to the disk. Missing folders are made, private to their owner."""
    for attempt in range(ATTEMPTS):
        try:
            with partial(path) as file:
                file.write(data)
        except FileNotFoundError:  # the folder was deleted in the meantime
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return


@contextmanager
def partial(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which appears at `path`, synced, when the context ends. After an exception none remains."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(_created(unfinished), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _created(path: Path) -> int:
    """The descriptor of a new file, private to its owner, in folders that are made and that others may be deleting."""
    for attempt in range(ATTEMPTS):
        try:
            for folder in reversed([folder for folder in path.parents if not folder.exists()]):
                folder.mkdir(mode=0o700, exist_ok=True)
            return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        # A folder that was there when it was to be made, and is not when pathlib looks at it, is said to exist.
        except (FileNotFoundError, FileExistsError):
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def remove(folder: Path) -> int:
    """Delete `folder`, even while others write into it; returns the number of files, not counting unfinished ones."""
    count = sum(not path.name.startswith(".") for path in files_below(folder))
    for attempt in range(ATTEMPTS):
        try:
            shutil.rmtree(folder)
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not folder.exists():
                break
            # Without a number: rmtree takes a folder that was deleted and made anew under its hands for a link.
            if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, None) or attempt == ATTEMPTS - 1:
                raise
        else:
            break
    return count


def files_below(folder: Path) -> Iterator[Path]:
    """The files in `folder` and its folders, even while others delete some: what is gone by then is left out."""
    for parent, _, names in os.walk(folder):  # a pathlib glob raises for a folder that is deleted under its hands
        for name in names:
            yield Path(parent, name)


def entries(folder: Path) -> list[Path]:
    """The files and folders in `folder`; none if it is a file, or gone."""
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def signer(path: Path) -> Callable[[str], str]:
    """A function that signs texts (HMAC-SHA256, hex) with the key in `path`, which is created if missing."""
    key = own_secret(path, lambda: secrets.token_bytes(32))
    return lambda text: hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def own_secret(path: Path, make: Callable[[], bytes]) -> bytes:
    """The bytes in the file `path`, created by `make` if missing and private to its owner.

    If several processes start at the same time, one of them creates the file and all use it.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(make())
        try:
            os.link(partial, path)
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return path.read_bytes()
