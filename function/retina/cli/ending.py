"""How commands end: the exit status and the last message."""

import errno
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

WRONG_USAGE = 2
STOPPED = 130
"""The conventional exit status of a program stopped by Ctrl+C."""
SKIPPED = "skipped"
"""The status of a file that is no picture."""
NAMED = 20
"""So many hidden files are named, the others counted."""
UNREAD = 141
"""The conventional exit status of a program whose output is no longer read."""


def wrong(sentence: str) -> int:
    """Print why the command cannot continue; returns the exit status."""
    print(_printable(f"retina: {sentence}"), file=sys.stderr)
    return WRONG_USAGE


def stopped() -> int:
    """Handle Ctrl+C; returns the exit status."""
    print("Stopped. Run the same command again to continue.", file=sys.stderr)
    return STOPPED


def unread() -> int:
    """Handle a closed pipe, for example to `head`, by discarding the rest of the output; returns the exit status."""
    _discard()
    return UNREAD


def flush() -> None:
    """Write what is printed, unless the output is closed."""
    if sys.stdout:
        sys.stdout.flush()


def unwritten(error: OSError) -> int:
    """Handle an output that takes nothing more, for example a file on a full disk; returns the exit status.

    Any other error is raised again.
    """
    if error.errno != errno.ENOSPC or error.filename:
        raise error
    _discard()
    return wrong(f"What the command says cannot be written: {error.strerror}.")


def _discard() -> None:
    """Discard the rest of the output, so that Python does not try again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def reason(file: str, sentence: str, frame: str = "") -> str:
    """The line that says why a photograph is not done; `frame` is its number in a file with several."""
    return _printable(f"{file}, frame {frame}: {sentence}" if frame else f"{file}: {sentence}")


def summary(statuses: Counter[str], out: Path) -> int:
    """Print how many files are done, rejected, failed and skipped; returns the exit status.

    What was skipped is no failure, unless there was nothing else; nor is it success if there was nothing at all.
    """
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items())) or "no photographs found"
    print(_printable(f"{counts}. Results are in {out}."))
    return 0 if "done" in statuses and set(statuses) <= {"done", SKIPPED} else 1


def name_hidden(hidden: Sequence[Path]) -> None:
    """Print which hidden files and folders are left out."""
    if hidden:
        names = [str(path) for path in hidden[:NAMED]] + (
            [f"{len(hidden) - NAMED} more"] if len(hidden) > NAMED else []
        )
        print(_printable(f"Hidden, and left out: {', '.join(names)}."), file=sys.stderr)


def _printable(line: str) -> str:
    """The line with escapes in place of control characters and of bytes that are no text, which file names may have."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in line
    )
