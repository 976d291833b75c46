"""The outermost middleware: gives every request an id, limits its body, and sets the headers of every response.

Works on ASGI messages. Knows of each route only the body that it accepts.
"""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retina.api.middleware.bodies import (
    Bodies,
    Budget,
    Held,
    Pace,
    Taken,
    too_large,
)
from retina.api.middleware.hosts import Hosts
from retina.api.problems import problem_of, unexpected
from retina.errors import RetinaError, SlowRequestError
from retina.ids import new_id
from retina.settings import Settings

DRAIN_BYTES = 64 * 2**20
"""How much of a refused body is read and discarded, so that the sender is still connected to get the response."""

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "manifest-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Outermost:
    """Sets `state.request_id`, reads the body up to its limit, and responds to exceptions that nothing else
    has caught.
    """

    def __init__(self, app: ASGIApp, settings: Settings, bodies: Bodies, public: Collection[str]) -> None:
        """`public`: the paths whose responses browsers may store, if they revalidate them each time."""
        self._app, self._bodies, self._public = app, bodies, public
        self._seconds, self._budget = settings.receive_seconds, Budget(settings.body_bytes)
        self._hosts = Hosts(settings.hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        head = scope["method"] == "HEAD"
        if head:  # handled like GET, but without a body
            scope = {**scope, "method": "GET"}
        marked = Marked(send, request_id, head=head, public=scope["path"] in self._public)
        try:
            await self._answer(scope, Pace(receive, self._seconds), receive, marked)
        except ClientDisconnect:
            return
        except RetinaError as error:  # from checks before the routes, which handle their own errors
            if marked.started:
                raise
            answer = problem_of(request_id, error)
            answer.headers["Connection"] = "close"
            await answer(scope, receive, marked)
        except Exception:
            if marked.started:
                raise
            await unexpected(request_id)(scope, receive, marked)

    async def _answer(self, scope: Scope, body: Pace, receive: Receive, send: Send) -> None:
        taken = self._bodies.taken(scope)
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and (len(declared) > 15 or int(declared) > DRAIN_BYTES):
            raise too_large(taken or Taken(DRAIN_BYTES))
        held = Held(self._budget)
        try:
            self._hosts.demand(scope)
            if taken and taken.streamed:
                await self._app(scope, body, _after(body, send))
            elif taken is None or await held.read(body, taken):
                await self._app(scope, held.replay(receive), send)
        except RetinaError as error:
            held.release()
            if not isinstance(error, SlowRequestError):
                await _drain(body)
            raise
        finally:
            held.release()


class Marked:
    """A `send` that adds the headers of every response, and removes the body of a response to HEAD."""

    def __init__(self, send: Send, request_id: str, *, head: bool, public: bool) -> None:
        self._send, self._request_id, self._head, self._public = send, request_id, head, public
        self.started = False

    async def __call__(self, message: Message) -> None:
        """Send `message`; `started` says whether a response has begun."""
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._request_id
            headers.update(SECURITY)
            fresh = self._public and message["status"] == 200
            headers.setdefault("Cache-Control", "no-cache" if fresh else "no-store")
        elif self._head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


def _after(body: Pace, send: Send) -> Send:
    """A `send` that waits until the whole body has arrived, because the sender does not listen before."""

    async def waiting(message: Message) -> None:
        if message["type"] == "http.response.start" and not body.ended:
            await _drain(body)
            MutableHeaders(scope=message)["Connection"] = "close"
        await send(message)

    return waiting


async def _drain(body: Pace) -> None:
    try:
        await body.drain(DRAIN_BYTES)
    except SlowRequestError:
        return
