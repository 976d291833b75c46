"""Why an output folder cannot be used: the message of each error says why and what to do."""

from pathlib import Path


class OutputFolderError(Exception):
    """The output folder cannot be used."""


class SavedElsewhereError(OutputFolderError):
    """Another program, such as Excel, has saved a table of this one again."""

    def __init__(self, path: Path, how: str) -> None:
        super().__init__(
            f"{path} was written by this program, and saved again by another one, such as Excel: {how}. Numbers and "
            "names in it may have changed on the way, so it is left as it is. Put the original back, or choose another "
            "--out; to look at a table in another program, open a copy."
        )


def not_writable(path: Path) -> OutputFolderError:
    """The error for a file that cannot be replaced."""
    return OutputFolderError(
        f"{path} cannot be written: it is write-protected, or open in another program, such as Excel. Close it there "
        "or remove the protection, and run the same command again, or choose another --out."
    )
