"""Uploads and results in folders.

Upload forms carry a signed policy, as those of S3 do, and an upload that its policy does not permit is rejected.
`retina.jobs.retention` deletes what has expired.
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
    entries,
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
"""The folder of results, beside those of the uploads."""


class LocalUploads:
    """Uploads in `folder`, which also holds the signing key. Created on first use, private to their owner."""

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
        """What a form permits that was filled in with a file of this name; raises `UploadRefusedError`."""
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
        """Start receiving a file; the caller must close it."""
        return Incoming(self._folder, self._path(grant.key), grant)

    def receive(self, fields: dict[str, str], data: bytes, name: str = "") -> str:
        """Store the file `data`, called `name`, that was sent with a form's `fields`; returns its key.

        Raises `UploadRefusedError` or `PhotographTooLargeError`.
        """
        grant = self.granted(fields, name)
        with closing(self.incoming(grant)) as incoming:
            incoming.write(data)
            incoming.commit()
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
        return {key for path in entries(self._folder / folder) if KEY.fullmatch(key := folder + path.name)}

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
    """Blobs in `folder`/results, one file per key. Their content type follows from the name. The key that signs links
    lies in `folder`.
    """

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
        """See `port.Blobs`. The file has a temporary name until it is complete."""
        with partial(self._folder / key) as file:
            yield file

    def link(self, key: str, name: str, here: str) -> str:
        """See `port.Blobs`."""
        granted = {"name": name, "expires": str(int(time.time()) + LINK_SECONDS)}
        return f"{here}/{quote(key)}?{urlencode(granted | {'signature': self._signature(_granted(key, **granted))})}"

    def linked(self, key: str, name: str, expires: str, signature: str) -> Path:
        """The file that a link points to; raises `NotFoundError` if the link is forged or expired, or the file gone."""
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
