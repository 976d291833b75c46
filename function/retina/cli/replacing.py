"""Replace several tables, all or none, by the files that are to take their places."""

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from retina.cli.output_errors import not_writable


def replace_together(partials: Mapping[Path, Path]) -> None:
    """Replace the files at the keys of `partials`, which need not exist, by those at its values.

    Raises `OutputFolderError` if one is open in a program that allows no other to replace it. Then, and if anything
    else fails, all are as they were.
    """
    with ExitStack() as cleaning, ExitStack() as undoing:
        for path, partial in partials.items():
            existed = path.exists()
            before = path.with_name(f".{path.name}.before")
            if existed:
                cleaning.callback(before.unlink, missing_ok=True)
                shutil.copy2(path, before)
            try:
                partial.replace(path)
            except PermissionError as error:  # on a shared drive: it is open in Excel
                raise not_writable(path) from error
            undoing.callback(*((before.replace, path) if existed else (path.unlink,)))
        undoing.pop_all()
