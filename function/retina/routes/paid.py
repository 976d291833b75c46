"""An answer that costs a credit: given once, charged once, and given again to the same request."""

import functools
import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from anyio import to_thread
from fastapi import Request, Response

from retina.credits import Credits
from retina.errors import OutOfCreditsError, RequestInProgressError
from retina.idempotency import Idempotency, Lease
from retina.identity.callers import Caller
from retina.store.records import ConditionError

OVERTAKEN = "This request took so long that the same request is being answered elsewhere. Send it again."


async def paid(
    request: Request,
    caller: Caller,
    key: str | None,
    what: str,
    answer: Callable[[], AbstractAsyncContextManager[bytes]],
) -> Response:
    """The JSON that `answer` makes, for one credit of the caller's, noted as `what`; charged within its context.

    With a `key`, the caller's name for this request, a repetition is answered as before, for nothing. Raises what
    `answer` raises, `OutOfCreditsError`, `RequestInProgressError` and `IdempotencyKeyReusedError`: then nothing is
    charged.
    """
    credits: Credits = request.app.state.credits  # noqa: A001
    repeated: Idempotency = request.app.state.idempotency
    lease: Lease | None = None
    if key is not None:
        begun = await to_thread.run_sync(repeated.begin, caller.account, key, await _sha256(request))
        if isinstance(begun, bytes):
            left = await to_thread.run_sync(credits.balance, caller.account)
            return _told(begun, 0, left, {"Idempotency-Replayed": "true"})
        lease = begun
    try:
        if await to_thread.run_sync(credits.balance, caller.account) < 1:
            raise OutOfCreditsError("There are no credits left. Nothing was charged.")
        async with answer() as content:
            changes = [await to_thread.run_sync(repeated.answered, lease, content)] if lease else []
            charge = functools.partial(credits.charge, caller.account, caller.key_id, what, *changes)
            left = await to_thread.run_sync(charge)
    except ConditionError:
        raise RequestInProgressError(OVERTAKEN, 1) from None
    except BaseException:
        if lease:
            await to_thread.run_sync(repeated.abandon, lease)
        raise
    return _told(content, 1, left, {})


def _told(content: bytes, charged: int, left: int, more: dict[str, str]) -> Response:
    headers = {"X-Credits-Charged": str(charged), "X-Credits-Left": str(left), **more}
    return Response(content, media_type="application/json", headers=headers)


async def _sha256(request: Request) -> str:
    """Of everything that makes the request what it is: its address and the fields of its form, in any order."""
    parts = [request.url.path.encode()]
    for name, value in sorted((await request.form()).multi_items(), key=lambda item: item[0]):
        content = value.encode() if isinstance(value, str) else await value.read()
        if not isinstance(value, str):
            await value.seek(0)
        parts.append(name.encode() + b"=" + hashlib.sha256(content).hexdigest().encode())
    return hashlib.sha256(b"\n".join(parts)).hexdigest()
