"""The interfaces of a store for uploads and blobs. `retina.storage` selects the implementation."""

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

CONTENT_TYPES = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
        "image/bmp",
        "image/x-ms-bmp",
        "image/gif",
        "image/x-portable-anymap",
        "image/x-portable-bitmap",
        "image/x-portable-graymap",
        "image/x-portable-pixmap",
        "application/dicom",
        "application/octet-stream",
    }
)
"""Content types that may be uploaded. Browsers send the last one for a file of unknown type."""

UPLOADS, BATCH = "uploads/", "batch/"
"""Key prefixes: of photographs for a single request, and of photographs of batches."""
KEY = re.compile(rf"{UPLOADS}[0-9a-f]{{32}}|{BATCH}[0-9a-f]{{32}}/(0|[1-9][0-9]{{0,4}})")
"""The keys of photographs; those of a batch are numbered."""
FILE_NAME = "${filename}"
"""At the end of a form's key, S3 replaces this by the name of the uploaded file, and so does the embedded store."""
ANSWERS = "answers/"
"""Key prefix of stored responses to idempotent requests."""
HISTORY, EXPORTS = "history/", "exports/"
"""Key prefixes: of saved photographs with their images, and of ZIP files."""
RETENTION_DAYS = MappingProxyType({UPLOADS: 1, BATCH: 30, ANSWERS: 2, EXPORTS: 1})
"""Longest lifetime of a blob by key prefix; others are stored until they are deleted. Responses live for one day, plus
the one on which they were stored."""
NOT_FOUND = (
    "There is no such upload: it was already answered, has expired, or never arrived. Upload the photograph again."
)
DAY = 24 * 3600
"""In seconds."""
FORM_SECONDS = 600
"""Lifetime of an upload form, in seconds."""
LINK_SECONDS = 900
"""Lifetime of a download link, in seconds."""


@dataclass(frozen=True)
class UploadForm:
    """Where to send a photograph: a multipart form to `url`, with all `fields`, followed by the file as `file`."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True)
class Stored:
    """An uploaded photograph: `size` in bytes, `time` in seconds since 1970 by the store's clock."""

    size: int
    time: float


class Uploads(Protocol):
    """Uploaded photographs, by `KEY`."""

    def form(self, key: str, content_type: str, here: str, largest: int | None = None) -> UploadForm:
        """A form for uploading a file of type `content_type` under `key`.

        The file may have `largest` bytes (default: the store's limit). The form is valid for `FORM_SECONDS`. With a key
        that ends in `FILE_NAME` it accepts any number of files. `here` is the URL at which this service receives
        uploads itself, for a store without one of its own.
        """
        ...

    def read(self, key: str) -> bytes:
        """The photograph's bytes.

        Raises `UploadNotFoundError`, and `PhotographTooLargeError` or `UnsupportedFormatError` if it violates the
        policy.
        """
        ...

    def stored(self, key: str) -> Stored | None:
        """Size and time of the photograph, without reading it; None if there is none."""
        ...

    def keys(self, folder: str) -> set[str]:
        """The keys of the uploaded photographs in a folder such as "batch/6f1c.../"."""
        ...

    def delete(self, key: str) -> None:
        """Delete the photograph, if there is one."""
        ...

    def delete_all(self, folder: str) -> int:
        """Delete everything in a folder; returns the number of photographs."""
        ...


class Stream(Protocol):
    """A write-only stream that cannot seek."""

    def write(self, data: bytes, /) -> int:
        """Write all of `data`; returns its length."""
        ...

    def flush(self) -> None:
        """Allow what was written to be sent now."""
        ...


class Blobs(Protocol):
    """Computed files, by keys such as "batch/6f1c.../7/mask.png"."""

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Store `data`, replacing any previous blob. It is durable when this returns."""
        ...

    def stream(self, key: str, content_type: str) -> AbstractContextManager[Stream]:
        """Like `put`, for data too large for memory: a stream to write to while the context lasts.

        The blob exists once the context ends. After an exception nothing is stored.
        """
        ...

    def read(self, key: str) -> bytes | None:
        """The blob's bytes, or None."""
        ...

    def link(self, key: str, name: str, here: str) -> str:
        """A URL from which anyone who has it can download the blob as a file called `name`, for `LINK_SECONDS`.

        `here` is the base URL at which this service answers such links itself, for a store without links of its own.
        """
        ...

    def delete(self, key: str) -> None:
        """Delete the blob, if there is one."""
        ...

    def delete_all(self, folder: str) -> int:
        """Delete everything in a folder such as "batch/6f1c.../"; returns the number of blobs."""
        ...
