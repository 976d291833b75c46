"""Where a request comes from, as far as that can be trusted."""

import ipaddress

from fastapi import Request

from retina.api.middleware.origin import proven


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
