"""Limits on running uploads: all of them together have a byte budget, and a newer upload of a photograph replaces an
older one.

Counts bytes and raises errors; holds no bytes itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from retina.api.middleware.bodies import Budget
from retina.errors import UploadRefusedError

AT_ONCE = 64
"""The budget, as a number of uploads of the largest size."""
OVERTAKEN = "A newer copy of this photograph arrived in the meantime and replaces this one."


class Arrivals:
    """The running uploads of one process."""

    def __init__(self, upload_bytes: int) -> None:
        self._budget = Budget(AT_ONCE * upload_bytes)
        self._newest: dict[str, object] = {}

    @contextmanager
    def of(self, key: str) -> Iterator[Callable[[int], None]]:
        """A context manager for one upload; call its value with the size of each chunk. Raises `BusyError` if the
        budget is used up, and `UploadRefusedError` if a newer upload of the same photograph has started.
        """
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
