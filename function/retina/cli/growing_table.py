"""A CSV file that grows row by row, and stays valid if the run is interrupted."""

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from retina.cli.output_errors import not_writable
from retina.cli.replacing import replace_together
from retina.tables import line, lines

WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class GrowingTable:
    """The table at `path`, which `growing` replaces by a new file with the rows `kept` from before, then extended.

    `kept` may read the file that is replaced.
    """

    def __init__(self, path: Path, columns: Collection[str], kept: Iterable[Mapping[str, str]]) -> None:
        self.path, self.partial = path, path.with_suffix(".partial")
        self._columns, self._kept = columns, kept

    def prepare(self) -> None:
        """Write the new file beside the old one."""
        with self.partial.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(lines(self._columns, self._kept))

    @contextmanager
    def extended(self) -> Iterator[None]:
        """Keep the file open to append rows."""
        with self.path.open("a", newline="", encoding="utf-8", errors="backslashreplace") as self._file:
            yield

    def append(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Append the `rows`; they are in the file when this returns."""
        self._file.writelines(line(self._columns, row) for row in rows)
        self._file.flush()


@contextmanager
def growing(*tables: GrowingTable) -> Iterator[None]:
    """Replace the files of the tables, all or none, and keep them open to append rows.

    Raises `OutputFolderError` if one is write-protected, or open in a program that allows no other to replace it.
    """
    for table in tables:
        demand_writable(table.path)
    try:
        for table in tables:
            table.prepare()
        replace_together({table.path: table.partial for table in tables})
    finally:
        for table in tables:
            table.partial.unlink(missing_ok=True)
    with ExitStack() as files:
        for table in tables:
            files.enter_context(table.extended())
        yield


def demand_writable(path: Path) -> None:
    """Raise `OutputFolderError` if the file at `path` is write-protected. Replacing it would succeed nevertheless."""
    if path.exists() and not (path.stat().st_mode & WRITABLE and os.access(path, os.W_OK)):
        raise not_writable(path)
