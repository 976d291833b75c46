"""Closes the service's own address where it stands behind a proxy: only what the proxy sends is answered.

Enters and leaves: ASGI messages. Behind CloudFront the API's own address stays open to the world, since CloudFront
itself comes by it; whoever used it would pass by the firewall, the access log and the address that fair use counts by.
"""

import hmac

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from retina.api.problems import problem_of
from retina.errors import OriginClosedError

PROOF = "X-Proxy-Proof"
CLOSED = "This is not the service's public address. Use the address of its page, which also serves the API."


def proven(headers: Headers, proof: str) -> bool:
    """Whether the proxy that knows `proof` has sent this."""
    return hmac.compare_digest(headers.get(PROOF, "").encode(), proof.encode())


class BehindProxy:
    """Refuses every request that does not carry `proof`, whatever it asks for, before its body is looked at."""

    def __init__(self, app: ASGIApp, proof: str) -> None:
        self._app, self._proof = app, proof

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] == "http" and not proven(Headers(scope=scope), self._proof):
            request_id: str = scope["state"]["request_id"]
            await problem_of(request_id, OriginClosedError(CLOSED))(scope, receive, send)
            return
        await self._app(scope, receive, send)
