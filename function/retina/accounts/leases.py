"""A request that is being answered under its caller's key: what it stores counts only if its changes are written.

The one mechanism behind every answer that is given again under an Idempotency-Key: charged responses store the whole
answer, creations the id of what they made. Both write the changes of `held` in their own transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from retina.accounts.idempotency import Idempotency, Lease
from retina.errors import RequestInProgressError
from retina.storage.records import Change, ConditionError, Put

OVERTAKEN = "Something else changed while this request was being processed. Send it again."

Store = Callable[[bytes, str | None], list[Change]]


@contextmanager
def held(idempotency: Idempotency, lease: Lease | None) -> Iterator[Store]:
    """A function that stores the answer, once, and gives the changes that make it the request's; none without a lease.

    Its second argument is the id of what the answer tells of, if that can be deleted. Where the context is left by an
    error, the lease ends, so that the same request may be sent again, and what was stored goes. Raises
    `RequestInProgressError` in place of `ConditionError`: another has the lease, or something else has changed.
    """
    stored: list[Put] = []

    def store(answer: bytes, source: str | None) -> list[Change]:
        if lease is None:
            return []
        if not stored:
            stored.append(idempotency.answered(lease, answer))
        return [*stored, *([idempotency.tied(lease, source)] if source is not None else [])]

    try:
        yield store
    except BaseException as error:
        unwritten = isinstance(error, ConditionError)
        if lease and (idempotency.abandon(lease) or unwritten):  # else the answer may be written, and counts
            for answer in stored:
                idempotency.discard(answer)
        if unwritten:
            raise RequestInProgressError(OVERTAKEN, 1) from None
        raise
