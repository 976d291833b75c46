"""Limits how many photographs are processed at the same time; requests that wait too long for a core are refused."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio
from anyio import to_thread

from retina.errors import BusyError

T = TypeVar("T")


class Cores:
    """Runs work on threads, at most `cores` at a time, so that the event loop is never blocked."""

    def __init__(self, cores: int, wait_seconds: float) -> None:
        self._cores, self._wait_seconds = cores, wait_seconds
        self._free: anyio.Semaphore | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work` once a core is free; raises `BusyError` if none becomes free within the waiting time."""
        async with self.one():
            return await to_thread.run_sync(work)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a core while the context lasts; raises what `run` raises."""
        await self.acquire()
        try:
            yield
        finally:
            self.release()

    async def acquire(self) -> None:
        """Hold a core until `release`; raises what `run` raises."""
        if self._free is None:
            # Created on the first call, because it belongs to the event loop that serves requests.
            self._free = anyio.Semaphore(self._cores)
        try:
            with anyio.fail_after(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise BusyError("Every core is busy with other photographs. Please try again in a few seconds.") from None

    def release(self) -> None:
        """Let the next caller have the core."""
        if self._free:
            self._free.release()
