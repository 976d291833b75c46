"""A CSV file that grows row by row, and stays valid if the run is interrupted."""

import os
import stat
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Self

from retina.cli.output_errors import not_writable
from retina.tables import line, lines

WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class GrowingTable:
    """The table at `path`: replaced by a new file with the rows `kept` from before, then extended.

    `kept` may read the file that is replaced. Raises `OutputFolderError` if it is write-protected, or open in a program
    that allows no other to replace it.
    """

    def __init__(self, path: Path, columns: Collection[str], kept: Iterable[Mapping[str, str]]) -> None:
        self._path, self._columns = path, columns
        demand_writable(path)
        partial = path.with_suffix(".partial")
        with partial.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(lines(columns, kept))
        try:
            partial.replace(path)
        except PermissionError as error:  # on a shared drive: it is open in Excel
            partial.unlink()
            raise not_writable(path) from error

    def __enter__(self) -> Self:
        self._file = self._path.open("a", newline="", encoding="utf-8", errors="backslashreplace")
        return self

    def append(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Append the `rows`; they are in the file when this returns."""
        self._file.writelines(line(self._columns, row) for row in rows)
        self._file.flush()

    def __exit__(self, *_: object) -> None:
        self._file.close()


def demand_writable(path: Path) -> None:
    """Raise `OutputFolderError` if the file at `path` is write-protected. Replacing it would succeed nevertheless."""
    if path.exists() and not (path.stat().st_mode & WRITABLE and os.access(path, os.W_OK)):
        raise not_writable(path)
