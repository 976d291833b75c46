"""The Idempotency-Key header: a caller's own name for a request, and what the request under this name was.

Enters: a request; leaves: the key with the SHA-256 of the request, None where its caller gave no key.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from retina.accounts.idempotency import Idempotency, Lease
from retina.api.request_digest import request_digest

REPLAYED = {"Idempotency-Replayed": "true"}
"""The header of an answer that was given before."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description=(
            "your own name for this request: sent again within a day, it creates nothing new and costs nothing more"
        ),
    ),
]


@dataclass(frozen=True)
class KeyedRequest:
    """A request under the key that its caller chose; `digest` is its SHA-256."""

    key: str
    digest: str

    def begin(self, idempotency: Idempotency, account: str) -> Lease | bytes:
        """A lease of 60 s, or what was stored when it was answered.

        Raises `RequestInProgressError` and `IdempotencyKeyReusedError`.
        """
        return idempotency.begin(account, self.key, self.digest)


async def keyed_request(request: Request, key: IdempotencyKey = None) -> KeyedRequest | None:
    """The request with its key; the body has been read before, and is not read anew."""
    return None if key is None else KeyedRequest(key, await request_digest(request))


Keyed = Annotated[KeyedRequest | None, Depends(keyed_request)]
