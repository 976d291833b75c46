"""What every request passes first: an id, a counted body, and the headers that every answer carries.

Enters and leaves: ASGI messages. Knows no route.
"""

import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retina.errors import (
    PhotographTooLargeError,
    RequestTooLargeError,
    RetinaError,
    too_large_inline,
    too_large_to_upload,
)
from retina.problems import problem_of, unexpected

FORM_BYTES = 64 * 2**10
"""What a multipart form adds to the photograph: boundaries and small fields."""

DRAIN_BYTES = 64 * 2**20
"""How much of a too large body is read and thrown away, so that its sender is still listening when it is told."""

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class FrontDoor:
    """Gives each request `state.request_id`, reads its body up to a limit, and answers what nobody else caught."""

    def __init__(self, app: ASGIApp, inline_bytes: int, larger: Mapping[str, int] = MappingProxyType({})) -> None:
        """Bodies may have `inline_bytes` and a form around them, or as many as `larger` says for their path."""
        self._app, self._inline_bytes, self._larger = app, inline_bytes, larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def send_marked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers.update(SECURITY)
                headers.setdefault("Cache-Control", "no-store" if scope["method"] == "POST" else "no-cache")
            await send(message)

        try:
            body = await self._read(scope, receive)
            if body is not None:
                await self._app(scope, _replay(body, receive), send_marked)
        except (PhotographTooLargeError, RequestTooLargeError) as error:
            answer = problem_of(request_id, error)
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send_marked)
        except Exception:
            if started:
                raise
            await unexpected(request_id)(scope, receive, send_marked)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The body; None where the client went away while sending it."""
        limit = self._larger.get(scope["path"], self._inline_bytes) + FORM_BYTES
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and (len(declared) > 15 or int(declared) > DRAIN_BYTES):
            raise self._too_large(scope)
        parts: list[bytes] = []
        count = 0
        while True:
            message: dict[str, Any] = dict(await receive())
            if message["type"] == "http.disconnect":
                return None
            chunk: bytes = message.get("body", b"")
            count += len(chunk)
            if count <= limit:
                parts.append(chunk)
            elif count > DRAIN_BYTES or not message.get("more_body"):
                raise self._too_large(scope)
            else:
                parts.clear()
            if not message.get("more_body"):
                return b"".join(parts)

    def _too_large(self, scope: Scope) -> RetinaError:
        if Headers(scope=scope).get("content-type", "").startswith("application/json"):
            size = f"{self._inline_bytes / 2**20:.3g} MiB"
            return RequestTooLargeError(f"The request is larger than {size}, the most that one may have. Send less.")
        limit = self._larger.get(scope["path"])
        return PhotographTooLargeError(too_large_to_upload(limit) if limit else too_large_inline(self._inline_bytes))


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands out the body once and then listens to the connection again."""
    waiting = [body]

    async def replay() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replay
