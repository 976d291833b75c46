"""Where a request comes from, as far as that can be trusted, and the address it was sent to."""

import ipaddress
from typing import Annotated

from fastapi import Depends, Request

from retina.api.middleware.origin import proven
from retina.api.parts import SettingsDep


async def viewer(request: Request, settings: SettingsDep) -> str | None:
    """The caller's IP address; None for this computer itself.

    Behind CloudFront and an HTTP API it is the last but one in X-Forwarded-For: CloudFront appends the caller, the API
    appends CloudFront. Anything before these two may be forged, and so may the whole header if the proof is missing.
    """
    sender = request.client.host if request.client else ""
    forwarded = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",")]
    if settings.proxy_proof and len(forwarded) > 1 and proven(request.headers, settings.proxy_proof):
        return forwarded[-2]
    try:
        at_home = ipaddress.ip_address(sender).is_loopback and forwarded == [""]
    except ValueError:
        at_home = False
    return None if at_home else sender


async def service_url(request: Request) -> str:
    """The base URL of this service, without a trailing slash."""
    return str(request.base_url).rstrip("/")


Viewer = Annotated[str | None, Depends(viewer)]
ServiceUrl = Annotated[str, Depends(service_url)]
