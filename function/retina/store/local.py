"""Photographs and what was found in them in folders. Uploads come by forms whose policy is signed as S3 signs its own:
what was not granted is not taken. Deletes what has expired.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from retina.errors import PhotographTooLargeError, UploadNotFoundError, UploadRefusedError, too_large_to_upload
from retina.store.port import FORM_SECONDS, KEPT_DAYS, KEY, NOT_FOUND, UploadForm

DAY = 24 * 3600
RESULTS = "results"
"""The folder, beside those of the uploads, of what was found in them."""


class LocalUploads:
    """In `folder`; the signing key lies there, too. Everything is made at first use, for its owner alone."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit

    def form(self, key: str, content_type: str, here: str) -> UploadForm:
        """See `port.Uploads`. Takes the opportunity to delete what has expired."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        expire(self._folder)
        policy = {
            "expires": int(time.time()) + FORM_SECONDS,
            "key": key,
            "Content-Type": content_type,
            "content-length-range": [1, self._limit],
        }
        text = base64.b64encode(json.dumps(policy).encode()).decode()
        fields = {"key": key, "Content-Type": content_type, "policy": text, "signature": self._signature(text)}
        return UploadForm(here, fields)

    def receive(self, fields: dict[str, str], data: bytes) -> str:
        """Take a form that was filled in; its key. Raises `UploadRefusedError` or `PhotographTooLargeError`."""
        text = fields.get("policy", "")
        if not hmac.compare_digest(fields.get("signature", "").encode(), self._signature(text).encode()):
            raise UploadRefusedError("This upload form was not given out here. Ask for a new one.")
        policy = json.loads(base64.b64decode(text))
        if time.time() > policy["expires"]:
            raise UploadRefusedError("This upload form has expired. Ask for a new one.")
        granted = {name: policy[name] for name in ("key", "Content-Type")}
        if {name: value for name, value in fields.items() if name not in ("policy", "signature")} != granted:
            raise UploadRefusedError("A field of this upload form was changed. Send all of them as they were given.")
        if len(data) > self._limit:
            raise PhotographTooLargeError(too_large_to_upload(self._limit))
        if not data:
            raise UploadRefusedError("The uploaded file is empty. Choose another one.")
        key: str = policy["key"]
        write(self._path(key), data)
        return key

    def read(self, key: str) -> bytes:
        """See `port.Uploads`."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise UploadNotFoundError(NOT_FOUND) from None

    def delete(self, key: str) -> None:
        """See `port.Uploads`."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise UploadNotFoundError(NOT_FOUND)
        return self._folder / key

    @cached_property
    def _key(self) -> bytes:
        return own_secret(self._folder / "upload.key", lambda: secrets.token_bytes(32))

    def _signature(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


class LocalBlobs:
    """In `folder`/results, a file for each key. What a file is, its name says."""

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

    def delete(self, key: str) -> None:
        """See `port.Blobs`."""
        (self._folder / key).unlink(missing_ok=True)


def write(path: Path, data: bytes) -> None:
    """Whole or not at all, and on the disk when this returns; folders are made for their owner alone."""
    for folder in reversed([folder for folder in path.parents if not folder.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def expire(folder: Path) -> None:
    """Delete what lies in `folder` for longer than `KEPT_DAYS` says: files of uploads, and batches as a whole."""
    for prefix, days in KEPT_DAYS.items():
        for path in [*(folder / prefix).glob("*"), *(folder / RESULTS / prefix).glob("*")]:
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
