"""Arguments that several commands take."""

import argparse
from pathlib import Path


def photographs(command: argparse.ArgumentParser) -> None:
    """Files and folders in, a folder out, and what is to be made of each."""
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a photograph or a folder")
    command.add_argument("--out", type=_folder, required=True, metavar="DIR", help="where the results go")
    command.add_argument("--flips", action="store_true", help="average over mirror images: slightly better, slower")
    command.add_argument("--force", action="store_true", help="segment what does not look like a fundus photograph")


def positive(text: str) -> int:
    """A whole number, 1 or more."""
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError("must be a whole number, 1 or more")
    return number


def _folder(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("must name a folder")
    return Path(text)
