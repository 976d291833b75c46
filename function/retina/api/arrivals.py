"""Uploads on their way to the disk: of one photograph only the newest, and together at most so many bytes.

Enters: keys, and how many bytes come; leaves: errors for what is too much. Holds no bytes itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from retina.api.middleware.bodies import Budget
from retina.errors import UploadRefusedError

AT_ONCE = 64
"""How many of the largest uploads may be on their way at the same time."""
OVERTAKEN = "A newer copy of this photograph arrived in the meantime and replaces this one."


class Arrivals:
    """Those of one process."""

    def __init__(self, upload_bytes: int) -> None:
        self._budget = Budget(AT_ONCE * upload_bytes)
        self._newest: dict[str, object] = {}

    @contextmanager
    def of(self, key: str) -> Iterator[Callable[[int], None]]:
        """A function to be called with the size of each piece; raises `BusyError` and `UploadRefusedError`."""
        this, count = object(), 0
        self._newest[key] = this

        def add(size: int) -> None:
            nonlocal count
            if self._newest.get(key) is not this:
                raise UploadRefusedError(OVERTAKEN)
            self._budget.take(size)
            count += size

        try:
            yield add
        finally:
            self._budget.give_back(count)
            if self._newest.get(key) is this:
                del self._newest[key]
