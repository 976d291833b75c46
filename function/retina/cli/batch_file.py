"""`batch.json` in an output folder: which batch on which service the folder belongs to, to continue it later."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from retina.cli.output_errors import OutputFolderError

BATCH_FILE = "batch.json"
START_OVER = "Choose another --out to start over."


class BatchFile:
    """The file in the folder `out`, for the photographs `files`, sent to the service at `url` with `options`."""

    def __init__(self, out: Path, url: str, files: Sequence[Path], options: dict[str, Any]) -> None:
        self._path = out / BATCH_FILE
        # File names need not be valid UTF-8, but JSON does.
        self.names = [os.fsencode(file).decode("utf-8", "replace") for file in files]
        self.stamps = [_stamp(file) for file in files]
        """Size in bytes and modification time of each file; zeros for one that does not exist."""
        self._content = {"url": url, "files": self.names, "stamps": self.stamps, "wishes": options}

    def read(self) -> str | None:
        """The id of the batch that an earlier run created; None if there was none.

        Raises `OutputFolderError` if that run had other photographs or options, or the file is damaged.
        """
        if not self._path.exists():
            return None
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
            same = {name: known[name] for name in self._content} == self._content
            id = str(known["id"])
        except (ValueError, KeyError, TypeError) as error:
            raise OutputFolderError(f"{self._path} is damaged. {START_OVER}") from error
        if not same:
            raise OutputFolderError(
                f"{self._path} belongs to other photographs or options, or they have changed. {START_OVER}"
            )
        return id

    def write(self, id: str) -> None:
        """Record the batch with this id as the one of the folder."""
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(self._content | {"id": id}), encoding="utf-8")
        partial.replace(self._path)


def _stamp(file: Path) -> list[int]:
    try:
        found = file.stat()
    except OSError:
        return [0, 0]
    return [found.st_size, found.st_mtime_ns]
