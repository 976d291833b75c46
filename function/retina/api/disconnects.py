"""Stops work early when the caller closes the connection."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
from fastapi import Request

from retina.errors import CallerLeftError
from retina.imaging.decoding.abandoned import Abandoned

T = TypeVar("T")


async def unless_the_caller_leaves(request: Request, work: Callable[[Abandoned], Awaitable[T]]) -> T:
    """The result of `work`; raises `CallerLeftError` if the connection is closed before that.

    Work that waits for a core then stops waiting, and a photograph that is being decoded is abandoned. A network that
    is already running finishes its run.
    """
    abandoned = Abandoned()
    with anyio.CancelScope() as scope:

        async def listen() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            abandoned.abandon()
            scope.cancel()

        listener = asyncio.create_task(listen())
        try:
            return await work(abandoned)
        finally:
            listener.cancel()
    raise CallerLeftError
