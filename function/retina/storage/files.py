"""Files of the embedded store, whole or not at all, and for their owner alone: written, removed, and made as secrets.

Enters: paths and bytes. Knows no key's meaning.
"""

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

TURNS = 50
"""How often a folder is tried that others work on."""


def write(path: Path, data: bytes) -> None:
    """Whole or not at all, and on the disk when this returns; folders are made for their owner alone."""
    for attempt in range(TURNS):
        try:
            with partial(path) as file:
                file.write(data)
        except FileNotFoundError:  # somebody has deleted the folder meanwhile
            if attempt == TURNS - 1:
                raise
        else:
            return


@contextmanager
def partial(path: Path) -> Iterator[BinaryIO]:
    """A file that is at `path`, synced, when the context ends, and nowhere where an exception passes."""
    for folder in reversed([folder for folder in path.parents if not folder.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def remove(folder: Path) -> int:
    """Also while others write into it; how many files there were, half written ones not counted."""
    count = sum(path.is_file() and not path.name.startswith(".") for path in folder.rglob("*"))
    for attempt in range(TURNS):
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            if not folder.exists():
                break
        except OSError as error:
            if error.errno != errno.ENOTEMPTY or attempt == TURNS - 1:
                raise
        else:
            break
    return count


def signer(path: Path) -> Callable[[str], str]:
    """Signs texts with the key in `path`, which is made where there is none."""
    key = own_secret(path, lambda: secrets.token_bytes(32))
    return lambda text: hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def own_secret(path: Path, make: Callable[[], bytes]) -> bytes:
    """The bytes in `path`, its owner's alone; made there where there are none. Of several first starts one wins."""
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
