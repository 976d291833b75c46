"""Middleware that closes the service's own address behind a proxy: only requests from the proxy are accepted.

CloudFront itself needs the API's own address, so it stays open to the world. Anybody using it directly would bypass the
firewall, the access log and the address that the rate limit counts by.
"""

import hmac

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from retina.api.problems import problem_of
from retina.errors import OriginClosedError

PROOF = "X-Proxy-Proof"
CLOSED = "This is not the service's public address. Use the address of its page, which also serves the API."


def proven(headers: Headers, proof: str) -> bool:
    """Whether these headers come from the proxy that knows `proof`."""
    return hmac.compare_digest(headers.get(PROOF, "").encode(), proof.encode())


class BehindProxy:
    """Refuses every request without `proof`, whatever its route, before its body is read."""

    def __init__(self, app: ASGIApp, proof: str) -> None:
        self._app, self._proof = app, proof

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] == "http" and not proven(Headers(scope=scope), self._proof):
            request_id: str = scope["state"]["request_id"]
            await problem_of(request_id, OriginClosedError(CLOSED))(scope, receive, send)
            return
        await self._app(scope, receive, send)
