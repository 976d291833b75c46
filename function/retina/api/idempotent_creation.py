"""Something that is made by one request and is not charged for, such as a batch or an export: made once under one key.

Enters: a caller, their keyed request and how the thing is made; leaves: the thing. Its id alone is stored for a
repetition, which is answered with the thing as it is then. The lease and what is stored are those of
`accounts.leases`, as for charged responses; what differs is who writes: here `make`, in a transaction of its own, on
the one thread that the request has.
"""

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from fastapi import Response

from retina.accounts.leases import held
from retina.api.idempotency_key import REPLAYED, KeyedRequest
from retina.auth.callers import Caller
from retina.services import Services
from retina.storage.records import Change

T = TypeVar("T")


def create(
    services: Services,
    caller: Caller,
    keyed: KeyedRequest | None,
    response: Response,
    make: Callable[[Callable[[str], Sequence[Change]]], T],
    find: Callable[[str], T],
) -> T:
    """What `make` makes, with the changes that a function of its id gives; or what `find` finds by the id of before.

    Raises `RequestInProgressError` and `IdempotencyKeyReusedError`, and what `make` and `find` raise.
    """
    begun = keyed.begin(services.idempotency, caller.account) if keyed else None
    if isinstance(begun, bytes):
        response.headers.update(REPLAYED)
        return find(json.loads(begun)["id"])
    with held(services.idempotency, begun) as store:
        return make(lambda id: store(json.dumps({"id": id}).encode(), id))
