"""Photographs and what was found in them in folders. Uploads come by forms whose policy is signed as S3 signs its own:
what was not granted is not taken. What has expired is deleted by `retina.jobs.retention`.
"""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlencode

from retina.errors import NotFoundError, UploadNotFoundError, UploadRefusedError
from retina.storage.files import (
    partial,
    remove,
    signer,
    write,
)
from retina.storage.incoming import Grant, Incoming
from retina.storage.port import (
    FILE_NAME,
    FORM_SECONDS,
    KEY,
    LINK_SECONDS,
    NOT_FOUND,
    Stored,
    Stream,
    UploadForm,
)

RESULTS = "results"
"""The folder, beside those of the uploads, of what was found in them."""


class LocalUploads:
    """In `folder`; the signing key lies there, too. Everything is made at first use, for its owner alone."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit

    def form(self, key: str, content_type: str, here: str, largest: int | None = None) -> UploadForm:
        """See `port.Uploads`."""
        policy = {
            "expires": int(time.time()) + FORM_SECONDS,
            "key": key,
            "Content-Type": content_type,
            "content-length-range": [1, min(largest or self._limit, self._limit)],
        }
        text = base64.b64encode(json.dumps(policy).encode()).decode()
        fields = {"key": key, "Content-Type": content_type, "policy": text, "signature": self._signature(text)}
        return UploadForm(here, fields)

    def granted(self, fields: dict[str, str], name: str) -> Grant:
        """What a form grants that was filled in with a file of this name; raises `UploadRefusedError`."""
        text = fields.get("policy", "")
        if not hmac.compare_digest(fields.get("signature", "").encode(), self._signature(text).encode()):
            raise UploadRefusedError("This upload form was not issued by this service. Ask for a new one.")
        policy = json.loads(base64.b64decode(text))
        if time.time() > policy["expires"]:
            raise UploadRefusedError("This upload form has expired. Ask for a new one.")
        granted = {name: policy[name] for name in ("key", "Content-Type")}
        if {name: value for name, value in fields.items() if name not in ("policy", "signature")} != granted:
            raise UploadRefusedError("A field of this upload form was changed. Send all fields as you received them.")
        key = str(policy["key"]).replace(FILE_NAME, name)
        if not KEY.fullmatch(key):
            raise UploadRefusedError("The file's name is not what this form asks for: the number of a photograph.")
        least, most = policy["content-length-range"]
        return Grant(key, least, min(most, self._limit))

    def incoming(self, grant: Grant) -> Incoming:
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
        return remove(self._folder / folder)

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise UploadNotFoundError(NOT_FOUND)
        return self._folder / key

    @cached_property
    def _signature(self) -> Callable[[str], str]:
        return signer(self._folder / "upload.key")


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
        with partial(self._folder / key) as file:
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
            raise NotFoundError("This link is not valid, or no longer valid. Ask for a new one.")
        return path

    def delete(self, key: str) -> None:
        """See `port.Blobs`."""
        (self._folder / key).unlink(missing_ok=True)

    def delete_all(self, folder: str) -> int:
        """See `port.Blobs`."""
        return remove(self._folder / folder)

    @cached_property
    def _signature(self) -> Callable[[str], str]:
        return signer(self._folder.parent / "link.key")


def _granted(key: str, name: str, expires: str) -> str:
    return json.dumps([key, name, expires])
