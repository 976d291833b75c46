"""An upload on its way into the embedded store: what a form grants, and the file that it becomes.

Enters: bytes as they come; leaves: a whole file under its key, or none.
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
from retina.storage.files import TURNS
from retina.storage.port import UPLOADS


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
