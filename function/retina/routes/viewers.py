"""Where a request comes from, as far as that can be trusted, and fair use for those who do not pay."""

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, Request

from retina.origin import proven
from retina.routes.callers import Anyone
from retina.services import Services


def _fair_use_of(what: str) -> Callable[..., Awaitable[None]]:
    async def count(request: Request, caller: Anyone) -> None:
        """Raises `FairUseError`. Whoever comes by API key pays, and this computer is its owner's."""
        services: Services = request.app.state.services
        address = viewer(request, services.settings.proxy_proof)
        if address and not (caller and caller.key_id):
            await to_thread.run_sync(services.fair_use.count, what, address)

    return count


FairPredictions = Annotated[None, Depends(_fair_use_of("predictions"))]
FairUploads = Annotated[None, Depends(_fair_use_of("uploads"))]


def viewer(request: Request, proof: str | None) -> str | None:
    """The address of whoever asks; None for this computer itself.

    Behind CloudFront and an HTTP API it is the last but one in X-Forwarded-For: CloudFront appends the viewer, the API
    CloudFront. What stands before them, anybody may have written; and all of it, where the proof is missing.
    """
    sender = request.client.host if request.client else ""
    forwarded = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",")]
    if proof and len(forwarded) > 1 and proven(request.headers, proof):
        return forwarded[-2]
    try:
        at_home = ipaddress.ip_address(sender).is_loopback and forwarded == [""]
    except ValueError:
        at_home = False
    return None if at_home else sender
