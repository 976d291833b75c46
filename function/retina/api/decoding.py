"""Limits how many photographs are decoded at the same time, such that hostile files hold up few other callers.

Decoding needs no core. Every file begins with a place among the prompt ones. One that turns out to be large or
laborious has to give that place up, and goes on as one of few.
"""

import functools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from retina.api.concurrency import Cores
from retina.errors import BusyError

PROMPT = 2
"""Photographs per core that may be decoded, or wait for a core, at the same time."""

SLOW = 3
"""Large or laborious photographs that may be decoded, or wait to be, at the same time. Each that waits takes 13 MB."""


class Decoding:
    """The places of a process that serves requests; a photograph waits at most `wait_seconds` for one."""

    def __init__(self, cores: int, wait_seconds: float) -> None:
        self._prompt = Cores(PROMPT * cores, wait_seconds)
        self._large = Cores(1, wait_seconds)
        self._slow = 0

    @asynccontextmanager
    async def prompt(self, caller: str) -> AsyncIterator[Callable[[], None]]:
        """A place among the prompt ones for a photograph of `caller`; raises `BusyError` if none became free in time.

        Yields a function for a photograph, or a mask of it, that turns out to be laborious: it exchanges the place for
        one among the slow ones, and raises `BusyError` if there is none. Called again, it changes nothing.
        """
        await self._prompt.acquire(caller)
        end: Callable[[], None] = functools.partial(self._prompt.release, caller)
        slow = False

        def give_up() -> None:
            nonlocal end, slow
            if not slow:
                self._begin_slow()
                self._prompt.release(caller)
                end, slow = self._end_slow, True

        try:
            yield give_up
        finally:
            end()

    @asynccontextmanager
    async def large(self, caller: str) -> AsyncIterator[None]:
        """A place for a large photograph, which waits for other large ones; raises `BusyError` if there is none."""
        self._begin_slow()
        try:
            async with self._large.one(caller):
                yield
        finally:
            self._end_slow()

    def _begin_slow(self) -> None:
        if self._slow == SLOW:
            raise BusyError("Too many large photographs are waiting.")
        self._slow += 1

    def _end_slow(self) -> None:
        self._slow -= 1
