"""The connection that a request came by: work ends early where its caller has left."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
from fastapi import Request

from retina.errors import CallerLeftError
from retina.imaging.decoding.abandoned import Abandoned

T = TypeVar("T")


async def unless_the_caller_leaves(request: Request, work: Callable[[Abandoned], Awaitable[T]]) -> T:
    """What `work` comes to; raises `CallerLeftError` where the connection is closed before it has.

    What waits for a core then waits no longer, and a photograph that is being decoded is given up. A network that runs
    already ends its run.
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
