"""One photograph per core: others wait their turn, and are told so when it takes too long."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio
from anyio import to_thread

from retina.errors import BusyError

T = TypeVar("T")


class Cores:
    """Runs work on threads, as many at a time as there are `cores`, so that the event loop is never blocked."""

    def __init__(self, cores: int, wait_seconds: float) -> None:
        self._cores, self._wait_seconds = cores, wait_seconds
        self._free: anyio.Semaphore | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work` when a core is free; raises `BusyError` where none was within the time to wait."""
        async with self.one():
            return await to_thread.run_sync(work)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A core for as long as the context lasts; raises as `run` does."""
        if self._free is None:
            # Made at the first call: it belongs to the event loop that serves requests.
            self._free = anyio.Semaphore(self._cores)
        try:
            with anyio.fail_after(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise BusyError("Every core is busy with other photographs. Please try again in a few seconds.") from None
        try:
            yield
        finally:
            self._free.release()
