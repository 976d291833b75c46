"""What a store must do. Chosen once, in `retina.storage`; nothing else knows which it is."""

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
        "application/octet-stream",
    }
)
"""What may be uploaded; the last for a browser that does not know the type of its file."""

UPLOADS, BATCH = "uploads/", "batch/"
"""What keys begin with: of photographs for one request each, and of those that wait in the queue."""
KEY = re.compile(rf"{UPLOADS}[0-9a-f]{{32}}|{BATCH}[0-9a-f]{{32}}/(0|[1-9][0-9]{{0,4}})")
"""The keys of photographs; a batch's are numbered."""
FILE_NAME = "${filename}"
"""At the end of a form's key: the name of the file that is sent takes its place, as S3 has it."""
ANSWERS = "answers/"
"""What the keys of answers begin with that are given again to a repeated request."""
HISTORY, EXPORTS = "history/", "exports/"
"""What the keys of saved photographs with their pictures begin with, and those of ZIP files."""
KEPT_DAYS = MappingProxyType({UPLOADS: 1, BATCH: 30, ANSWERS: 2, EXPORTS: 1})
"""For how long blobs are kept at most, by what their keys begin with; others until they are deleted. Answers: a day,
and the one it began in.
"""
NOT_FOUND = (
    "There is no such upload: it was already answered, has expired, or never arrived. Upload the photograph again."
)
DAY = 24 * 3600
"""Seconds."""
FORM_SECONDS = 600
"""For how long an upload form is good."""
LINK_SECONDS = 900
"""For how long a link to a blob is good."""


@dataclass(frozen=True)
class UploadForm:
    """Where to send one photograph: a multipart form to `url`, with all `fields`, and last the file as `file`."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True)
class Stored:
    """A photograph that has come: `size` in bytes, `time` in seconds since 1970, as the store tells it."""

    size: int
    time: float


class Uploads(Protocol):
    """Photographs on their way, by a `KEY`."""

    def form(self, key: str, content_type: str, here: str, largest: int | None = None) -> UploadForm:
        """A form that takes a file under this key, of this type and at most `largest` bytes (or what the store takes),
        for `FORM_SECONDS`; with a key that ends in `FILE_NAME`, any number of files.

        `here` is the address at which this service takes such forms itself, for a store that has none of its own.
        """
        ...

    def read(self, key: str) -> bytes:
        """The photograph; raises `UploadNotFoundError`, and `PhotographTooLargeError` or `UnsupportedFormatError`
        where the policy was not kept.
        """
        ...

    def stored(self, key: str) -> Stored | None:
        """What is known of the photograph without reading it; None where there is none."""
        ...

    def keys(self, folder: str) -> set[str]:
        """Of the photographs that have come into a folder such as "batch/6f1c.../"."""
        ...

    def delete(self, key: str) -> None:
        """Forget it; nothing happens where there is none."""
        ...

    def delete_all(self, folder: str) -> int:
        """Forget everything in a folder; how many photographs that were."""
        ...


class Stream(Protocol):
    """Takes bytes one after the other; cannot go back."""

    def write(self, data: bytes, /) -> int:
        """How many bytes were taken, which is all of them."""
        ...

    def flush(self) -> None:
        """What was written may be sent now."""
        ...


class Blobs(Protocol):
    """What was computed, by keys such as "batch/6f1c.../7/mask.png"."""

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Keep `data`, in place of what was there; it is safe when this returns."""
        ...

    def stream(self, key: str, content_type: str) -> AbstractContextManager[Stream]:
        """As `put`, of what is written while the context lasts: for what is too large to be held.

        The blob is there when the context ends. Where an exception passes, nothing is kept.
        """
        ...

    def read(self, key: str) -> bytes | None:
        """What was put, or None."""
        ...

    def link(self, key: str, name: str, here: str) -> str:
        """An address from which anybody who knows it gets the blob as a file called `name`, for `LINK_SECONDS`.

        `here` is the address below which this service answers such links itself, for a store that has none of its own.
        """
        ...

    def delete(self, key: str) -> None:
        """Forget it; nothing happens where there is none."""
        ...

    def delete_all(self, folder: str) -> int:
        """Forget everything in a folder such as "batch/6f1c.../"; how many blobs that were."""
        ...
