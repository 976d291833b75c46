"""Limits how many photographs are processed at the same time; requests that wait too long for a core are refused."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio
from anyio import to_thread

from retina.errors import BusyError

T = TypeVar("T")


class Cores:
    """Runs work on threads, at most `cores` at a time, so that the event loop is never blocked.

    A free core goes to the caller who holds the fewest, so that nobody who sends many photographs holds up the others;
    of one caller's requests, to the first. Belongs to one event loop; not thread-safe.
    """

    def __init__(self, cores: int, wait_seconds: float) -> None:
        self._free, self._wait_seconds = cores, wait_seconds
        self._held: Counter[str] = Counter()
        self._waiting: list[tuple[str, anyio.Event]] = []

    async def run(self, work: Callable[[], T], caller: str = "") -> T:
        """Run `work` once a core is free; raises `BusyError` if none becomes free within the waiting time."""
        async with self.one(caller):
            return await to_thread.run_sync(work)

    @asynccontextmanager
    async def one(self, caller: str = "") -> AsyncIterator[None]:
        """Hold a core while the context lasts; raises what `run` raises."""
        await self.acquire(caller)
        try:
            yield
        finally:
            self.release(caller)

    async def acquire(self, caller: str = "") -> None:
        """Hold a core until `release`; raises what `run` raises."""
        if self._free:
            self._free -= 1
            self._held[caller] += 1
            return
        waiting = caller, anyio.Event()
        self._waiting.append(waiting)
        try:
            with anyio.fail_after(self._wait_seconds):
                await waiting[1].wait()
        except BaseException as error:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            else:  # the core came in the same moment
                self.release(caller)
            if isinstance(error, TimeoutError):
                raise BusyError("The service is busy with other photographs.") from None
            raise

    def release(self, caller: str = "") -> None:
        """Hand a core that `caller` holds to whoever is next."""
        self._held[caller] -= 1
        if not self._held[caller]:
            del self._held[caller]
        if self._waiting:
            following = min(self._waiting, key=lambda waiting: self._held[waiting[0]])
            self._waiting.remove(following)
            self._held[following[0]] += 1
            following[1].set()
        else:
            self._free += 1
