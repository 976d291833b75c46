"""The Idempotency-Key header: an ID chosen by the caller for a request, and the SHA-256 of the request with that ID."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from retina.accounts.idempotency import Idempotency, Lease
from retina.api.request_digest import request_digest

REPLAYED = {"Idempotency-Replayed": "true"}
"""The header of a replayed response."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description=(
            "an ID of your choice for this request. Repeating the request with the same ID within a day creates "
            "nothing new and costs nothing"
        ),
    ),
]


@dataclass(frozen=True)
class KeyedRequest:
    """A request with the key chosen by its caller; `digest` is the request's SHA-256."""

    key: str
    digest: str

    def begin(self, idempotency: Idempotency, account: str) -> Lease | bytes:
        """A lease of 60 s, or what was stored when the request was answered.

        Raises `RequestInProgressError` and `IdempotencyKeyReusedError`.
        """
        return idempotency.begin(account, self.key, self.digest)


async def keyed_request(request: Request, key: IdempotencyKey = None) -> KeyedRequest | None:
    """The request with its key, None without one. The body has been read already, and is not read again."""
    return None if key is None else KeyedRequest(key, await request_digest(request))


Keyed = Annotated[KeyedRequest | None, Depends(keyed_request)]
