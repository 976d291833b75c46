"""Middleware for a full disk: releases reserved space so that deletions, and the sign-ins they need, still succeed."""

from collections.abc import Sequence

from anyio import to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retina.storage.reserve import Reserve, is_full

SIGN_INS = ("/oauth2/authorize", "/oauth2/token", "/oauth2/revoke", "/api/v1/account/sign-out")
"""POST routes for signing in, staying signed in and signing out; their forms are small."""


class RoomToDelete:
    """Frees the reserve for a deletion, sign-in or sign-out when the disk is nearly full, and repeats one that failed
    because it was full nevertheless (a quota). What is done in several steps should not be repeated after the first of
    them, so that room is made beforehand where that can be known.
    """

    def __init__(self, app: ASGIApp, deletions: Reserve, sign_ins: Reserve) -> None:
        self._app, self._deletions, self._sign_ins = app, deletions, sign_ins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        reserve = self._reserve(scope)
        if reserve is None:
            await self._app(scope, receive, send)
            return
        started = False
        received: list[Message] = []

        async def noticed(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        async def remembered() -> Message:
            received.append(await receive())
            return received[-1]

        fresh = dict(scope)  # routing modifies the scope during the first attempt
        if await to_thread.run_sync(reserve.is_needed):
            await to_thread.run_sync(reserve.give_up)
        try:
            await self._app(scope, remembered, noticed)
        except Exception as error:
            if started or not is_full(error) or not await to_thread.run_sync(reserve.give_up):
                raise
            await self._app(fresh, _again(received, receive), send)
        finally:
            await to_thread.run_sync(reserve.refill)

    def _reserve(self, scope: Scope) -> Reserve | None:
        """The reserve that the request may use up on a full disk."""
        if scope["type"] != "http":
            return None
        if scope["method"] == "DELETE":
            return self._deletions
        return self._sign_ins if scope["method"] == "POST" and scope["path"] in SIGN_INS else None


def _again(received: Sequence[Message], receive: Receive) -> Receive:
    """A `receive` that replays what was received before, then continues."""
    before = iter(received)

    async def repeated() -> Message:
        known = next(before, None)
        return await receive() if known is None else known

    return repeated
