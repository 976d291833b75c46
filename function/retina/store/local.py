"""Uploads in a folder, by forms whose policy is signed as S3 signs its own: what was not granted is not taken.

Enters: signed fields and bytes; leaves: files named by their id. Deletes what is older than a day.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from functools import cached_property
from pathlib import Path

from retina.errors import PhotographTooLargeError, UploadNotFoundError, UploadRefusedError, too_large_to_upload
from retina.store.port import FORM_SECONDS, ID, KEPT_SECONDS, NOT_FOUND, UploadForm


class LocalUploads:
    """In `folder`/uploads; the signing key lies beside it. Both are made at first use, for their owner alone."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder / "uploads", limit

    def form(self, upload_id: str, content_type: str, here: str) -> UploadForm:
        """See `port.Uploads`. Takes the opportunity to delete what has expired."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._expire()
        policy = {
            "expires": int(time.time()) + FORM_SECONDS,
            "key": upload_id,
            "Content-Type": content_type,
            "content-length-range": [1, self._limit],
        }
        text = base64.b64encode(json.dumps(policy).encode()).decode()
        fields = {"key": upload_id, "Content-Type": content_type, "policy": text, "signature": self._signature(text)}
        return UploadForm(here, fields)

    def receive(self, fields: dict[str, str], data: bytes) -> None:
        """Take a form that was filled in; raises `UploadRefusedError` or `PhotographTooLargeError`."""
        text = fields.get("policy", "")
        if not hmac.compare_digest(fields.get("signature", "").encode(), self._signature(text).encode()):
            raise UploadRefusedError("This upload form was not given out here. Ask for a new one.")
        policy = json.loads(base64.b64decode(text))
        if time.time() > policy["expires"]:
            raise UploadRefusedError("This upload form has expired. Ask for a new one.")
        if any(fields.get(name) != policy[name] for name in ("key", "Content-Type")):
            raise UploadRefusedError("A field of this upload form was changed. Send all of them as they were given.")
        if len(data) > self._limit:
            raise PhotographTooLargeError(too_large_to_upload(self._limit))
        if not data:
            raise UploadRefusedError("The uploaded file is empty. Choose another one.")
        path = self._path(policy["key"])
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        partial.write_bytes(data)
        partial.replace(path)

    def read(self, upload_id: str) -> bytes:
        """See `port.Uploads`."""
        try:
            return self._path(upload_id).read_bytes()
        except FileNotFoundError:
            raise UploadNotFoundError(NOT_FOUND) from None

    def delete(self, upload_id: str) -> None:
        """See `port.Uploads`."""
        self._path(upload_id).unlink(missing_ok=True)

    def _path(self, upload_id: str) -> Path:
        if not ID.fullmatch(upload_id):
            raise UploadNotFoundError(NOT_FOUND)
        return self._folder / upload_id

    @cached_property
    def _key(self) -> bytes:
        return _own_secret(self._folder.with_name("upload.key"))

    def _signature(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

    def _expire(self) -> None:
        for path in self._folder.iterdir():
            try:
                if time.time() - path.stat().st_mtime > KEPT_SECONDS:
                    path.unlink()
            except FileNotFoundError:  # answered meanwhile
                continue


def _own_secret(path: Path) -> bytes:
    """The bytes in `path`; made there where there are none. Of several first starts at once one wins."""
    if not path.exists():
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            os.link(partial, path)
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return path.read_bytes()
