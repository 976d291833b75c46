"""A CSV file that grows row by row, and stays valid if the run is interrupted."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Self

from retina.tables import line, lines


class GrowingTable:
    """The table at `path`: replaced by a new file with the rows `kept` from before, then extended.

    `kept` may read the file that is replaced.
    """

    def __init__(self, path: Path, columns: Collection[str], kept: Iterable[Mapping[str, str]]) -> None:
        self._path, self._columns = path, columns
        partial = path.with_suffix(".partial")
        with partial.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(lines(columns, kept))
        partial.replace(path)

    def __enter__(self) -> Self:
        self._file = self._path.open("a", newline="", encoding="utf-8", errors="backslashreplace")
        return self

    def append(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Append the `rows`; they are in the file when this returns."""
        self._file.writelines(line(self._columns, row) for row in rows)
        self._file.flush()

    def __exit__(self, *_: object) -> None:
        self._file.close()
