"""Responses that may cost a credit: computed once, charged once, and replayed if the same request is repeated.

Everything before the computation runs as one function on one thread, and so does everything after it: first the
response goes to the blob store, then one transaction writes charge, ledger, prediction and response. So a charge exists
if and only if a result does. `accounts.leases` locks the request in the meantime, as it does for creations.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from anyio import to_thread
from fastapi import Response

from retina.accounts.idempotency import Lease
from retina.accounts.leases import held
from retina.accounts.ledger import LOW
from retina.api.idempotency_key import REPLAYED, KeyedRequest
from retina.auth.callers import Caller
from retina.deletion.account import leave_nothing
from retina.errors import OutOfCreditsError
from retina.services import Services
from retina.storage.records import Change, Put, ensure

P = TypeVar("P")
R = TypeVar("R")
NOTHING: Mapping[str, str] = {}
CREDITS: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "X-Credits-Charged": {
                "description": "with an API key: 1, or 0 for a response that is repeated",
                "schema": {"type": "integer"},
            },
            "X-Credits-Left": {
                "description": f"with an API key: the credits that are left and not reserved; {LOW} or fewer are "
                "few, see `low` in GET /api/v1/usage",
                "schema": {"type": "integer"},
            },
        }
    }
}
"""The headers of charged responses, for OpenAPI."""


@dataclass(frozen=True)
class Answer:
    """A JSON response, and the changes to write with it. The first change is a `Put` that no other request makes.

    `source` is the id of the record that the response describes; they are deleted together. `stored`, if given,
    is stored for repeated requests instead of `content`.
    """

    content: bytes
    changes: Sequence[Change] = ()
    source: str | None = None
    stored: bytes | None = None


@dataclass(frozen=True)
class ChargedRequest(Generic[P, R]):
    """What is requested, by whom (None: without an account), and how the response is made.

    `what` is its name in the ledger. The context of `photograph` is entered before `compute`, and left when the
    response has been written or an error has prevented it. `answer`, and `replay`, which turns stored content into a
    response, run on a thread and may take their time.
    """

    services: Services
    caller: Caller | None
    keyed: KeyedRequest | None
    what: str
    photograph: Callable[[], AbstractContextManager[P]]
    compute: Callable[[P], Awaitable[R]]
    answer: Callable[[R], Answer]
    replay: Callable[[bytes], bytes] = bytes

    async def response(self) -> Response:
        """The response, for one credit if the caller uses an API key; a replayed response is free.

        Raises what the functions raise, `OutOfCreditsError`, `KeyLimitError`, `RequestInProgressError` and
        `IdempotencyKeyReusedError`; nothing is charged or written then.
        """
        entered = ExitStack()
        begun = await to_thread.run_sync(self._begin, entered)
        if isinstance(begun, Response):
            return begun
        lease, photograph = begun
        try:
            result = await self.compute(photograph)
        except BaseException as error:
            await to_thread.run_sync(self._give_up, lease, entered, error)
            raise
        return await to_thread.run_sync(self._finish, lease, entered, result)

    def _begin(self, entered: ExitStack) -> Response | tuple[Lease | None, P]:
        """The stored response of a repeated request; otherwise the photograph, and a lease if the request has a key."""
        idempotency = self.services.idempotency
        begun = self.keyed.begin(idempotency, self.caller.account) if self.keyed and self.caller else None
        if isinstance(begun, bytes):
            return _json(self.replay(begun), 0, self._available(), REPLAYED)
        with held(idempotency, begun):
            if self._available() == 0:
                raise OutOfCreditsError("You have no credits left. Nothing was charged.")
            if self.caller:
                self.services.credits.spending.demand(self.caller.account, self.caller.key_id)
            return begun, entered.enter_context(self.photograph())

    def _finish(self, lease: Lease | None, entered: ExitStack, result: R) -> Response:
        """Make the response, store it and charge for it, or leave everything as it was."""
        changes: list[Change] = []
        try:
            with entered, held(self.services.idempotency, lease) as store:
                made = self.answer(result)
                changes += made.changes
                changes += store(made.content if made.stored is None else made.stored, made.source)
                left = self._write(changes)
        finally:
            if changes and self.caller:
                leave_nothing(self.services, self.caller.account)
        return _json(made.content, 1, left)

    def _give_up(self, lease: Lease | None, entered: ExitStack, error: BaseException) -> None:
        """End without a result, because of `error`: the same request may be sent again."""
        try:
            entered.__exit__(type(error), error, error.__traceback__)
        finally:
            if lease:
                self.services.idempotency.abandon(lease)

    def _write(self, changes: Sequence[Change]) -> int | None:
        """Charge in one transaction with `changes`; returns the credits left, None for a caller who does not pay."""
        if self.caller and self.caller.key_id:
            return self.services.credits.charge(self.caller.account, self.caller.key_id, self.what, *changes)
        if changes:
            mark, *others = changes
            if not isinstance(mark, Put):
                raise TypeError(f"the first change is {mark}")
            ensure(self.services.records, mark, *others)
        return None

    def _available(self) -> int | None:
        """The credits left; None for a caller who does not pay."""
        if self.caller and self.caller.key_id:
            return self.services.credits.available(self.caller.account)
        return None


def _json(content: bytes, charged: int, left: int | None, headers: Mapping[str, str] = NOTHING) -> Response:
    credits = {} if left is None else {"X-Credits-Charged": str(charged), "X-Credits-Left": str(left)}
    return Response(content, media_type="application/json", headers={**credits, **headers})
