"""Something that is made by one request and is not charged for, such as a batch or an export: made once under one key.

Enters: a caller, their Idempotency-Key and how the thing is made; leaves: the thing. Its id alone is stored for a
repetition, which is answered with the thing as it is then.
"""

import json
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Response

from retina.api.request_digest import request_digest
from retina.auth.callers import Caller
from retina.errors import RequestInProgressError
from retina.services import Services
from retina.storage.records import Change, ConditionError, Put

T = TypeVar("T")
Digest = Annotated[str, Depends(request_digest)]
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
OVERTAKEN = "Another request took over while this one was being processed. Send it again."


def made_once(
    services: Services,
    caller: Caller,
    key: str | None,
    digest: str,
    response: Response,
    make: Callable[[Callable[[str], Sequence[Change]]], T],
    again: Callable[[str], T],
) -> T:
    """What `make` makes, with the changes that a function of its id gives; or what `again` finds by its id.

    Raises `RequestInProgressError` and `IdempotencyKeyReusedError`, and what `make` and `again` raise.
    """
    if key is None:
        return make(lambda id: ())
    idempotency = services.idempotency
    begun = idempotency.begin(caller.account, key, digest)
    if isinstance(begun, bytes):
        response.headers["Idempotency-Replayed"] = "true"
        return again(json.loads(begun)["id"])
    lease, kept = begun, list[Put]()

    def besides(id: str) -> Sequence[Change]:
        if not kept:
            kept.append(idempotency.answered(lease, json.dumps({"id": id}).encode()))
        return (*kept, idempotency.tied(lease, id))

    try:
        return make(besides)
    except BaseException as error:
        if isinstance(error, Exception):
            for each in kept:
                idempotency.discard(each)
        idempotency.abandon(lease)
        if isinstance(error, ConditionError):
            raise RequestInProgressError(OVERTAKEN, 1) from None
        raise
