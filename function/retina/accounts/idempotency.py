"""One answer for a request that is sent more than once under the same key.

Enters: an account, the caller's key and the request's SHA-256; leaves: a lease for whoever has to answer it, or the
answer that was given before. The answer goes to the blob store first; the change that names it belongs into the
transaction that charges for it, so that neither is there without the other. An answer that tells of something which can
be deleted is found from there, by a row of its own, and is forgotten with it.
"""

import hashlib
import re
import secrets
import time
from dataclasses import dataclass

from retina.errors import IdempotencyKeyReusedError, RequestInProgressError
from retina.storage.port import ANSWERS, Blobs
from retina.storage.records import (
    ANY,
    NEW,
    ConditionError,
    Delete,
    Key,
    Put,
    Record,
    Records,
)

LEASE_SECONDS = 60
"""For how long a request is one worker's, if nobody notices its end."""
KEPT_SECONDS = 24 * 3600
"""For how long an answer is given again."""
TURNS = 5
REUSED = "This Idempotency-Key was used for another request. Choose a new one."
UNTIED = re.compile(rf"{ANSWERS}[0-9a-f]{{32}}")
"""Where versions before 0.2.0 kept answers, with nothing that says what they tell of."""


@dataclass(frozen=True)
class Lease:
    """The right to answer a request, as long as its record is of `version`."""

    key: Key
    request: str
    version: int


class Idempotency:
    """The requests in `records` and their answers in `blobs`."""

    def __init__(self, records: Records, blobs: Blobs) -> None:
        self._records, self._blobs = records, blobs

    def begin(self, account: str, key: str, request: str) -> Lease | bytes:
        """A lease of 60 s, or the answer.

        Raises `RequestInProgressError` while somebody else has the lease, and `IdempotencyKeyReusedError` where the
        key was used for another request.
        """
        where, token = Key(_of(account), key), secrets.token_hex(8)
        for _ in range(TURNS):
            [known] = self._records.get(where)
            if known and known.data.get("token") == token:  # the reply to the write below got lost
                return Lease(where, request, known.version)
            if known and (answer := self._answer(known, request)) is not None:
                return answer
            facts = {"request": request, "token": token, "until": time.time() + LEASE_SECONDS}
            try:
                self._records.write(Put(where, facts, known.version if known else NEW, expires=_end()))
            except ConditionError:
                continue
            return Lease(where, request, known.version + 1 if known else 1)
        raise _in_progress(1)

    def answered(self, lease: Lease, answer: bytes) -> Put:
        """Keep `answer`; the change that makes it the request's, if the lease still holds."""
        blob = f"{_folder(lease.key)}{secrets.token_hex(16)}"
        self._blobs.put(blob, answer, "application/json")
        return Put(lease.key, {"request": lease.request, "answer": blob}, lease.version, expires=_end())

    def tied(self, lease: Lease, source: str) -> Put:
        """The change that ties the answer to the prediction, batch or export of this id; see `forget_copies`."""
        account = lease.key.partition.removeprefix(_of(""))
        facts = {"key": lease.key.sort}
        return Put(Key(_copies(account, source), _folder(lease.key)), facts, expires=_end())

    def discard(self, answered: Put) -> None:
        """What `answered` has kept was not written, for the lease does not hold any more."""
        self._blobs.delete(answered.data["answer"])

    def abandon(self, lease: Lease) -> None:
        """There is no answer to keep: the same request may be sent again."""
        try:
            # Not deleted: versions would begin again, and a lease that was taken over would hold once more.
            self._records.write(Put(lease.key, {"request": None}, lease.version, expires=_end()))
        except ConditionError:  # another has taken it over
            return

    def forget(self, account: str, key: str) -> int:
        """A request is not known any more; 1 where its answer was stored, else 0."""
        [known] = self._records.get(Key(_of(account), key))
        if known is None:
            return 0
        try:
            return self._forget(known, known.version)
        except ConditionError:  # it is being answered anew
            return 0

    def forget_copies(self, account: str, source: str) -> int:
        """No answer that is tied to `source` is stored any more, and none that may be; how many there were."""
        count = self._forget_untied(account)
        while rows := self._records.query(_copies(account, source)):
            for row in rows:
                count += self.forget(account, row.data["key"])
                self._records.write(Delete(row.key))
        return count

    def forget_all(self, account: str) -> int:
        """None of an account's requests is known any more; how many stored answers there were."""
        count = 0
        while rows := self._records.query(_of(account)):
            count += sum(self._forget(row) for row in rows)
        self._blobs.delete_all(f"{ANSWERS}{account}/")  # with what has not been written to records, and will not be
        return count

    def _forget_untied(self, account: str) -> int:
        """Of earlier versions, within a day of an update."""
        count, after = 0, None
        while rows := self._records.query(_of(account), after=after):
            untied = [row for row in rows if UNTIED.fullmatch(row.data.get("answer") or "")]
            count += sum(self.forget(account, row.key.sort) for row in untied)
            after = rows[-1].key.sort
        return count

    def _forget(self, known: Record, version: int | None = ANY) -> int:
        if answer := known.data.get("answer"):
            self._blobs.delete(answer)  # one of an earlier version lies elsewhere
        self._blobs.delete_all(_folder(known.key))  # with what an attempt that was killed has left
        self._records.write(Delete(known.key, version))
        return 1 if answer else 0

    def _answer(self, known: Record, request: str) -> bytes | None:
        """The answer, or None where there is none and nobody has the lease."""
        if known.data["request"] is None:
            return None
        if known.data["request"] != request:
            raise IdempotencyKeyReusedError(REUSED)
        if "answer" in known.data:
            return self._blobs.read(known.data["answer"])  # None while it is being forgotten
        left = known.data["until"] - time.time()
        if left > 0:
            raise _in_progress(left)
        return None


def _of(account: str) -> str:
    return f"idempotency:{account}"


def _copies(account: str, source: str) -> str:
    return f"copies:{account}:{source}"


def _folder(key: Key) -> str:
    """What the keys of a request's answers begin with."""
    account = key.partition.removeprefix(_of(""))
    return f"{ANSWERS}{account}/{hashlib.sha256(key.sort.encode()).hexdigest()[:32]}/"


def _in_progress(seconds: float) -> RequestInProgressError:
    sentence = "A request with this Idempotency-Key is being answered. Send it again in a few seconds."
    return RequestInProgressError(sentence, min(2, max(1, round(seconds))))


def _end() -> int:
    return int(time.time()) + KEPT_SECONDS
