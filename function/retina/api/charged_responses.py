"""An answer for somebody with an account: given once, charged once, and given again to the same request."""

import functools
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from anyio import to_thread
from fastapi import Request, Response

from retina.accounts.idempotency import Lease
from retina.api.request_digest import request_digest
from retina.auth.callers import Caller
from retina.deletion.account import leave_nothing
from retina.errors import OutOfCreditsError, RequestInProgressError
from retina.services import Services
from retina.storage.records import (
    Change,
    ConditionError,
    Put,
    ensure,
)

OVERTAKEN = "Something else changed while this request was being processed. Send it again."


@dataclass(frozen=True)
class Answer:
    """JSON, and what is to be written with it; the first of the changes, a `Put`, is like no other's.

    `source` is the id of what the answer tells of, and goes with. `stored` is what is kept for repetitions, if not
    `content`.
    """

    content: bytes
    changes: Sequence[Change] = ()
    source: str | None = None
    stored: bytes | None = None


async def once(
    request: Request,
    services: Services,
    caller: Caller,
    key: str | None,
    what: str,
    answer: Callable[[], AbstractAsyncContextManager[Answer]],
    again: Callable[[bytes], bytes] | None = None,
) -> Response:
    """What `answer` makes, its changes written; for one credit, noted as `what`, where the caller comes by API key.

    With a `key`, the caller's name for this request, a repetition is answered as before, for nothing; `again` makes the
    answer of what was stored. Raises what
    `answer` raises, `OutOfCreditsError`, `RequestInProgressError` and `IdempotencyKeyReusedError`: then nothing is
    charged or written.
    """
    lease: Lease | None = None
    kept: Put | None = None
    pays = bool(caller.key_id)
    if key is not None:
        begun = await to_thread.run_sync(services.idempotency.begin, caller.account, key, await request_digest(request))
        if isinstance(begun, bytes):
            left = await to_thread.run_sync(services.credits.available, caller.account) if pays else None
            content = await to_thread.run_sync(again, begun) if again else begun
            return _told(content, 0, left, {"Idempotency-Replayed": "true"})
        lease = begun
    left = None
    try:
        if pays and await to_thread.run_sync(services.credits.available, caller.account) < 1:
            raise OutOfCreditsError("You have no credits left. Nothing was charged.")
        async with answer() as made:
            changes = [*made.changes]
            if lease:
                stored = made.content if made.stored is None else made.stored
                kept = await to_thread.run_sync(services.idempotency.answered, lease, stored)
                changes.append(kept)
                if made.source is not None:
                    changes.append(services.idempotency.tied(lease, made.source))
            if pays:
                charge = functools.partial(services.credits.charge, caller.account, caller.key_id, what, *changes)
                left = await to_thread.run_sync(charge)
            elif changes:
                await to_thread.run_sync(_write, services, changes)
    except ConditionError:
        if kept:
            await to_thread.run_sync(services.idempotency.discard, kept)
        if lease:  # which another may have taken over; or something else has changed
            await to_thread.run_sync(services.idempotency.abandon, lease)
        await to_thread.run_sync(leave_nothing, services, caller.account)
        raise RequestInProgressError(OVERTAKEN, 1) from None
    except BaseException:
        if lease:
            await to_thread.run_sync(services.idempotency.abandon, lease)
        if kept:
            await to_thread.run_sync(leave_nothing, services, caller.account)
        raise
    if changes:
        await to_thread.run_sync(leave_nothing, services, caller.account)
    return _told(made.content, 1, left, {})


def _write(services: Services, changes: Sequence[Change]) -> None:
    mark, *others = changes
    if not isinstance(mark, Put):
        raise TypeError(f"the first change is {mark}")
    ensure(services.records, mark, *others)


def _told(content: bytes, charged: int, left: int | None, more: dict[str, str]) -> Response:
    credits = {} if left is None else {"X-Credits-Charged": str(charged), "X-Credits-Left": str(left)}
    return Response(content, media_type="application/json", headers=credits | more)
