"""How commands end: the exit status, and what is said of it."""

import os
import sys
from collections import Counter
from pathlib import Path

WRONG_USAGE = 2
STOPPED = 130
"""The exit status of a program that Ctrl+C ended, by convention."""
UNREAD = 141
"""The exit status of a program whose output nobody reads any more, by convention."""


def wrong(sentence: str) -> int:
    """Nothing, or nothing more, can be done; the sentence says why."""
    print(f"retina: {sentence}", file=sys.stderr)
    return WRONG_USAGE


def stopped() -> int:
    """Somebody pressed Ctrl+C."""
    print("Stopped. Run the same command again to continue.", file=sys.stderr)
    return STOPPED


def unread() -> int:
    """Whoever read the output, such as `head`, has ended; what is left of it goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return UNREAD


def summary(statuses: Counter[str], out: Path) -> int:
    """How many photographs are done, rejected and failed."""
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items())) or "no photographs found"
    print(f"{counts}. Results are in {out}.")
    return 0 if set(statuses) <= {"done"} else 1
