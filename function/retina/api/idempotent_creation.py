"""Creates things that are not charged for, such as batches and exports: only once per Idempotency-Key.

Only the new thing's id is stored; a repeated request gets the thing in its current state. Lease and stored id are those
of `accounts.leases`, as for charged responses. The difference is who writes: here `make` does, in a transaction of its
own, on the request's one thread.
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
    """What `make` creates, or what `find` finds by the stored id if the request is a repetition.

    `make` gets a function that takes the new id and returns changes to write in the same transaction. Raises
    `RequestInProgressError` and `IdempotencyKeyReusedError`, and what `make` and `find` raise.
    """
    begun = keyed.begin(services.idempotency, caller.account) if keyed else None
    if isinstance(begun, bytes):
        response.headers.update(REPLAYED)
        return find(json.loads(begun)["id"])
    with held(services.idempotency, begun) as store:
        return make(lambda id: store(json.dumps({"id": id}).encode(), id))
