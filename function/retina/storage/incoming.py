"""An upload that is being received by the embedded store: what its form permits, and the file it is written to.

The bytes are stored under the upload's key once complete, or not at all.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from retina.errors import (
    LargerThanAnnouncedError,
    PhotographTooLargeError,
    UploadRefusedError,
    larger_than_announced,
    too_large_to_upload,
)
from retina.storage.files import ATTEMPTS
from retina.storage.port import UPLOADS


@dataclass(frozen=True)
class Grant:
    """Permission to send one file of `least` to `most` bytes under `key`; `announced` is the size the client stated."""

    key: str
    least: int
    most: int
    announced: int | None = None


class Incoming:
    """A file that is written to the disk as it is received, under a temporary name until complete. Must be closed."""

    def __init__(self, folder: Path, path: Path, grant: Grant) -> None:
        self._path, self._grant, self._count = path, grant, 0
        (folder / UPLOADS).mkdir(mode=0o700, parents=True, exist_ok=True)
        # Not beside `path`, because a batch may be deleted meanwhile. What a power cut leaves expires like an upload.
        self._partial = folder / UPLOADS / f".{secrets.token_hex(16)}"
        self._file = os.fdopen(os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)

    def write(self, data: bytes) -> None:
        """Append `data`.

        Raises `LargerThanAnnouncedError`, `PhotographTooLargeError`, and `OSError` if the disk is full.
        """
        self._count += len(data)
        if self._grant.announced is not None and self._count > self._grant.announced:
            raise LargerThanAnnouncedError(larger_than_announced(self._grant.announced))
        if self._count > self._grant.most:
            raise PhotographTooLargeError(too_large_to_upload(self._grant.most))
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]

    def commit(self) -> None:
        """Sync the complete file and move it to its key; raises `UploadRefusedError` if it is too small."""
        if self._count < self._grant.least:
            raise UploadRefusedError("The uploaded file is empty. Choose another one.")
        os.fsync(self._file.fileno())
        for attempt in range(ATTEMPTS):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                self._partial.replace(self._path)
            except FileNotFoundError:  # the folder was deleted in the meantime
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                return

    def close(self) -> None:
        """Close the file, and delete it unless it was committed."""
        self._file.close()
        self._partial.unlink(missing_ok=True)
