"""The lease of a request in progress: the response that it stores is valid only if its changes are written.

Every response that is replayed under an Idempotency-Key uses this: charged responses store the whole response,
creations the id of what they created. Both write the changes from `held` in their own transaction.
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
    """Yields a function that stores the response and returns the changes that make it valid; none without a lease.

    The function stores only once. Its second argument is the id of the record that the response describes, if that can
    be deleted. After an exception, the lease is released, so that the request can be retried, and the stored response
    is deleted. Raises `RequestInProgressError` instead of `ConditionError`: another request holds the lease, or
    something else has changed.
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
        if lease and (
            idempotency.abandon(lease) or unwritten
        ):  # otherwise the response may have been written, and is valid
            for answer in stored:
                idempotency.discard(answer)
        if unwritten:
            raise RequestInProgressError(OVERTAKEN, 1) from None
        raise
