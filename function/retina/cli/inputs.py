"""The photographs that a command is given, each once, however its path is spelled.

A photograph is recognised by where it really is: `./a.jpg`, an absolute path and a link lead to the same one, as do
other capitals where the file system ignores them.
"""

import os
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from retina.cli.output_errors import OutputFolderError

T = TypeVar("T")


class ByPhotograph(Generic[T]):
    """A value for each of several photographs. Every method takes any spelling of a photograph's path."""

    def __init__(self) -> None:
        self._known: dict[str, list[tuple[str, T]]] = {}

    def put(self, path: Path, value: T) -> None:
        """Set the value of a photograph, in place of an earlier one."""
        self.pop(path)
        place = os.path.realpath(path)
        self._known.setdefault(_folded(place), []).append((place, value))

    def get(self, path: Path) -> T | None:
        """The value of a photograph, if it has one."""
        return next((value for _, value in self._same(path)), None)

    def pop(self, path: Path) -> T | None:
        """Like `get`, and forget it."""
        for found in self._same(path):
            self._known[_folded(found[0])].remove(found)
            return found[1]
        return None

    def values(self) -> Iterator[T]:
        """All values, in no particular order."""
        return (value for similar in self._known.values() for _, value in similar)

    def _same(self, path: Path) -> Iterator[tuple[str, T]]:
        place = os.path.realpath(path)
        return (known for known in self._known.get(_folded(place), ()) if _is_same(known[0], place))


def find_photographs(paths: Iterable[Path], out: Path, hidden: list[Path] | None = None) -> list[Path]:
    """The files in `paths` and all files below the folders in `paths`, each once, in order.

    Leaves out hidden files and folders, which are added to `hidden`, and everything inside the output folder. Raises
    `FileNotFoundError` for a path that does not exist, and `OutputFolderError` if the output folder is one of the
    folders to search.
    """
    found, files = ByPhotograph[Path](), list[Path]()
    hidden = [] if hidden is None else hidden
    results = os.path.realpath(out)
    for path in paths:
        if not os.path.exists(path):  # noqa: PTH110 - false for a name that is too long, at which Path raises
            raise FileNotFoundError(f"There is no file or folder {path}.")
        if _is_folder(path) and os.path.realpath(path) == results:
            raise OutputFolderError(f"{path} is the folder of the photographs. Choose another one for --out.")
        for file in _below(path, {results}, hidden) if _is_folder(path) else [path]:
            if found.get(file) is None:
                found.put(file, file)
                files.append(file)
    return files


def name_of(file: Path) -> str:
    r"""The path as text for a table, which has to be UTF-8: bytes that are no text become escapes such as \xff."""
    return os.fsencode(file).decode("utf-8", "backslashreplace")


def _below(folder: Path, seen: set[str], hidden: list[Path]) -> Iterator[Path]:
    """The files below `folder`, in order, following each link once. A folder that cannot be read is yielded itself.

    Links come after what is no link, so that a photograph is called by its own name.
    """
    seen.add(os.path.realpath(folder))
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: (entry.is_symlink(), entry))
    except OSError:
        yield folder
        return
    for entry in entries:
        if entry.name.startswith("."):
            hidden.append(entry)
            continue
        if not _is_folder(entry):
            yield entry
        elif os.path.realpath(entry) not in seen:
            yield from _below(entry, seen, hidden)


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - false for a name that is too long, at which Path raises


def _folded(place: str) -> str:
    """Equal for places that a file system could take for the same."""
    return unicodedata.normalize("NFC", place).casefold()


def _is_same(one: str, other: str) -> bool:
    try:
        return one == other or Path(one).samefile(other)
    except OSError:
        return False
