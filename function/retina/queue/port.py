"""What holds for a queue, whichever it is.

A job is a key: of a stored photograph, which is segmented, or of an export, which is made. Every job is worked off at
least once. Whoever takes it has it for a while; where nothing comes of that, it is taken again, and after `ATTEMPTS`
it is given up: its failure is stored in place of a result, and it is laid aside where somebody notices.
"""

from typing import Protocol

ATTEMPTS = 4
"""How often a job is tried. It is taken once more, to store that it failed."""


class Queue(Protocol):
    """Jobs that wait."""

    def put(self, *keys: str) -> None:
        """Jobs are due; under a key that waits already, it is work anew."""
        ...
