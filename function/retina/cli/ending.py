"""How commands end: the exit status and the last message."""

import os
import sys
from collections import Counter
from pathlib import Path

WRONG_USAGE = 2
STOPPED = 130
"""The conventional exit status of a program stopped by Ctrl+C."""
UNREAD = 141
"""The conventional exit status of a program whose output is no longer read."""


def wrong(sentence: str) -> int:
    """Print why the command cannot continue; returns the exit status."""
    print(f"retina: {sentence}", file=sys.stderr)
    return WRONG_USAGE


def stopped() -> int:
    """Handle Ctrl+C; returns the exit status."""
    print("Stopped. Run the same command again to continue.", file=sys.stderr)
    return STOPPED


def unread() -> int:
    """Handle a closed pipe, for example to `head`, by discarding the rest of the output; returns the exit status."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return UNREAD


def summary(statuses: Counter[str], out: Path) -> int:
    """Print how many photographs are done, rejected and failed; returns the exit status."""
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items())) or "no photographs found"
    print(f"{counts}. Results are in {out}.")
    return 0 if set(statuses) <= {"done"} else 1
