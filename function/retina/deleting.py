"""Deletions on a full disk: the middleware that gives up the reserve for them, and has it again afterwards.

Enters and leaves: ASGI messages.
"""

from anyio import to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retina.store.reserve import Reserve, is_full


class RoomToDelete:
    """Repeats a DELETE request that found no space."""

    def __init__(self, app: ASGIApp, reserve: Reserve) -> None:
        self._app, self._reserve = app, reserve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] != "http" or scope["method"] != "DELETE":
            await self._app(scope, receive, send)
            return
        started = False

        async def noticed(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        fresh = dict(scope)  # what routing adds belongs to the first attempt
        try:
            await self._app(scope, receive, noticed)
        except Exception as error:
            if started or not is_full(error) or not await to_thread.run_sync(self._reserve.give_up):
                raise
            await self._app(fresh, receive, send)
        finally:
            await to_thread.run_sync(self._reserve.keep)
