"""Photographs and what was found in them in folders. Uploads come by forms whose policy is signed as S3 signs its own:
what was not granted is not taken. Deletes what has expired.
"""

import base64
import errno
import hashlib
import hmac
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, urlencode

from retina.errors import (
    LargerThanAnnouncedError,
    NotFoundError,
    PhotographTooLargeError,
    UploadNotFoundError,
    UploadRefusedError,
    larger_than_announced,
    too_large_to_upload,
)
from retina.store.port import (
    ANSWERS,
    DAY,
    FILE_NAME,
    FORM_SECONDS,
    KEPT_DAYS,
    KEY,
    LINK_SECONDS,
    NOT_FOUND,
    UPLOADS,
    Stored,
    Stream,
    UploadForm,
)

TURNS = 50
"""How often a folder is tried that others work on."""
RESULTS = "results"
"""The folder, beside those of the uploads, of what was found in them."""


class LocalUploads:
    """In `folder`; the signing key lies there, too. Everything is made at first use, for its owner alone."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit

    def form(self, key: str, content_type: str, here: str, largest: int | None = None) -> UploadForm:
        """See `port.Uploads`. Takes the opportunity to delete what has expired."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        expire(self._folder)
        policy = {
            "expires": int(time.time()) + FORM_SECONDS,
            "key": key,
            "Content-Type": content_type,
            "content-length-range": [1, min(largest or self._limit, self._limit)],
        }
        text = base64.b64encode(json.dumps(policy).encode()).decode()
        fields = {"key": key, "Content-Type": content_type, "policy": text, "signature": self._signature(text)}
        return UploadForm(here, fields)

    def granted(self, fields: dict[str, str], name: str) -> "Grant":
        """What a form grants that was filled in with a file of this name; raises `UploadRefusedError`."""
        text = fields.get("policy", "")
        if not hmac.compare_digest(fields.get("signature", "").encode(), self._signature(text).encode()):
            raise UploadRefusedError("This upload form was not given out here. Ask for a new one.")
        policy = json.loads(base64.b64decode(text))
        if time.time() > policy["expires"]:
            raise UploadRefusedError("This upload form has expired. Ask for a new one.")
        granted = {name: policy[name] for name in ("key", "Content-Type")}
        if {name: value for name, value in fields.items() if name not in ("policy", "signature")} != granted:
            raise UploadRefusedError("A field of this upload form was changed. Send all of them as they were given.")
        key = str(policy["key"]).replace(FILE_NAME, name)
        if not KEY.fullmatch(key):
            raise UploadRefusedError("The file's name is not what this form asks for: the number of a photograph.")
        least, most = policy["content-length-range"]
        return Grant(key, least, min(most, self._limit))

    def incoming(self, grant: "Grant") -> "Incoming":
        """A file that is on its way; to be closed."""
        return Incoming(self._folder, self._path(grant.key), grant)

    def receive(self, fields: dict[str, str], data: bytes, name: str = "") -> str:
        """Take a form that was filled in with a file of this name; its key.

        Raises `UploadRefusedError` or `PhotographTooLargeError`.
        """
        grant = self.granted(fields, name)
        with closing(self.incoming(grant)) as incoming:
            incoming.write(data)
            incoming.keep()
        return grant.key

    def read(self, key: str) -> bytes:
        """See `port.Uploads`."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise UploadNotFoundError(NOT_FOUND) from None

    def stored(self, key: str) -> Stored | None:
        """See `port.Uploads`."""
        try:
            found = self._path(key).stat()
        except FileNotFoundError:
            return None
        return Stored(found.st_size, found.st_mtime)

    def keys(self, folder: str) -> set[str]:
        """See `port.Uploads`."""
        return {key for path in (self._folder / folder).glob("*") if KEY.fullmatch(key := folder + path.name)}

    def delete(self, key: str) -> None:
        """See `port.Uploads`."""
        self._path(key).unlink(missing_ok=True)

    def delete_all(self, folder: str) -> int:
        """See `port.Uploads`."""
        return _remove(self._folder / folder)

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise UploadNotFoundError(NOT_FOUND)
        return self._folder / key

    @cached_property
    def _signature(self) -> Callable[[str], str]:
        return _signer(self._folder / "upload.key")


@dataclass(frozen=True)
class Grant:
    """The right to send one file: under which key, and of how many bytes; `announced` were so many of this one."""

    key: str
    least: int
    most: int
    announced: int | None = None


class Incoming:
    """A file that goes to the disk as it comes, under another name until it is whole. Close it in any case."""

    def __init__(self, folder: Path, path: Path, grant: Grant) -> None:
        self._path, self._grant, self._count = path, grant, 0
        (folder / UPLOADS).mkdir(mode=0o700, parents=True, exist_ok=True)
        # Not beside `path`: a batch may be deleted meanwhile. What a power cut leaves here expires with the uploads.
        self._partial = folder / UPLOADS / f".{secrets.token_hex(16)}"
        self._file = os.fdopen(os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)

    def write(self, data: bytes) -> None:
        """The next bytes; raises `LargerThanAnnouncedError`, `PhotographTooLargeError`, and `OSError` where the disk is
        full.
        """
        self._count += len(data)
        if self._grant.announced is not None and self._count > self._grant.announced:
            raise LargerThanAnnouncedError(larger_than_announced(self._grant.announced))
        if self._count > self._grant.most:
            raise PhotographTooLargeError(too_large_to_upload(self._grant.most))
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]

    def keep(self) -> None:
        """It is whole: on the disk and under its key when this returns; raises `UploadRefusedError` for too little."""
        if self._count < self._grant.least:
            raise UploadRefusedError("The uploaded file is empty. Choose another one.")
        os.fsync(self._file.fileno())
        for attempt in range(TURNS):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                self._partial.replace(self._path)
            except FileNotFoundError:  # somebody has deleted the folder meanwhile
                if attempt == TURNS - 1:
                    raise
            else:
                return

    def close(self) -> None:
        """What was not kept is gone."""
        self._file.close()
        self._partial.unlink(missing_ok=True)


class LocalBlobs:
    """In `folder`/results, a file for each key. What a file is, its name says. The key that signs links lies beside."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / RESULTS

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """See `port.Blobs`."""
        write(self._folder / key, data)

    def read(self, key: str) -> bytes | None:
        """See `port.Blobs`."""
        try:
            return (self._folder / key).read_bytes()
        except FileNotFoundError:
            return None

    @contextmanager
    def stream(self, key: str, content_type: str) -> Iterator[Stream]:
        """See `port.Blobs`. A file under another name, until it is whole."""
        with _partial(self._folder / key) as file:
            yield file

    def link(self, key: str, name: str, here: str) -> str:
        """See `port.Blobs`."""
        granted = {"name": name, "expires": str(int(time.time()) + LINK_SECONDS)}
        return f"{here}/{quote(key)}?{urlencode(granted | {'signature': self._signature(_granted(key, **granted))})}"

    def linked(self, key: str, name: str, expires: str, signature: str) -> Path:
        """The file of a link; raises `NotFoundError` where it was not given out here, has expired, or is gone."""
        right = hmac.compare_digest(signature.encode(), self._signature(_granted(key, name, expires)).encode())
        path = self._folder / key
        if not right or time.time() > int(expires) or not path.is_file():
            raise NotFoundError("This link is not good, or not any more. Ask for a new one.")
        return path

    def delete(self, key: str) -> None:
        """See `port.Blobs`."""
        (self._folder / key).unlink(missing_ok=True)

    def delete_all(self, folder: str) -> int:
        """See `port.Blobs`."""
        return _remove(self._folder / folder)

    @cached_property
    def _signature(self) -> Callable[[str], str]:
        return _signer(self._folder.parent / "link.key")


def write(path: Path, data: bytes) -> None:
    """Whole or not at all, and on the disk when this returns; folders are made for their owner alone."""
    for attempt in range(TURNS):
        try:
            with _partial(path) as file:
                file.write(data)
        except FileNotFoundError:  # somebody has deleted the folder meanwhile
            if attempt == TURNS - 1:
                raise
        else:
            return


@contextmanager
def _partial(path: Path) -> Iterator[BinaryIO]:
    """A file that is at `path`, synced, when the context ends, and nowhere where an exception passes."""
    for folder in reversed([folder for folder in path.parents if not folder.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _remove(folder: Path) -> int:
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


def _granted(key: str, name: str, expires: str) -> str:
    return json.dumps([key, name, expires])


def _signer(path: Path) -> Callable[[str], str]:
    """Signs texts with the key in `path`, which is made where there is none."""
    key = own_secret(path, lambda: secrets.token_bytes(32))
    return lambda text: hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def expire(folder: Path) -> None:
    """Delete what lies in `folder` for longer than `KEPT_DAYS` says: files of uploads, and batches as a whole."""
    for prefix, days in KEPT_DAYS.items():
        results = folder / RESULTS / prefix
        # Answers lie in folders of accounts; those of versions before 0.2.0 do not.
        of_accounts = [*results.glob("*/*"), *filter(Path.is_file, results.glob("*"))]
        for path in [*(folder / prefix).glob("*"), *(of_accounts if prefix == ANSWERS else results.glob("*"))]:
            try:
                if time.time() - path.stat().st_mtime > days * DAY:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            except FileNotFoundError:  # answered meanwhile
                continue


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
