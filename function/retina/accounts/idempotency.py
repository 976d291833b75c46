"""Idempotent requests: one response for a request that is sent more than once under the same key.

A request is identified by its account, the caller's key and its SHA-256. The first to send it gets a lease, later ones
the stored response. The response is written to the blob store first. The change that names it belongs in the
transaction that charges for it, so that neither exists without the other. A response about something that can be
deleted is linked to it by a record of its own, and is deleted with it.
"""

import hashlib
import re
import secrets
import time
from dataclasses import dataclass

from retina.errors import IdempotencyKeyReusedError, RequestInProgressError, seconds_of
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
"""How long a lease lasts if the request neither completes nor is abandoned."""
RETENTION_SECONDS = 24 * 3600
"""How long a response is stored."""
ATTEMPTS = 5
REUSED = "This Idempotency-Key was used for another request. Choose a new one."
UNTIED = re.compile(rf"{ANSWERS}[0-9a-f]{{32}}")
"""Where versions before 0.2.0 stored responses, without a link to what they are about."""


@dataclass(frozen=True)
class Lease:
    """The right to answer a request, as long as its record has this `version`."""

    key: Key
    request: str
    version: int


class Idempotency:
    """The requests in `records` and their responses in `blobs`."""

    def __init__(self, records: Records, blobs: Blobs, lease_seconds: float = LEASE_SECONDS) -> None:
        self._records, self._blobs, self._lease_seconds = records, blobs, lease_seconds

    def begin(self, account: str, key: str, request: str) -> Lease | bytes:
        """A lease, or the stored response.

        Raises `RequestInProgressError` while another caller holds the lease, and `IdempotencyKeyReusedError` if the key
        was used for a different request.
        """
        where, token = Key(_of(account), key), secrets.token_hex(8)
        for _ in range(ATTEMPTS):
            [known] = self._records.get(where)
            if known and known.data.get("token") == token:  # the reply to the write below was lost
                return Lease(where, request, known.version)
            if known and (answer := self._answer(known, request)) is not None:
                return answer
            facts = {"request": request, "token": token, "until": time.time() + self._lease_seconds}
            try:
                self._records.write(Put(where, facts, known.version if known else NEW, expires=_end()))
            except ConditionError:
                continue
            return Lease(where, request, known.version + 1 if known else 1)
        raise _in_progress(1)

    def answered(self, lease: Lease, answer: bytes) -> Put:
        """Store `answer`; returns the change that makes it the request's response if the lease is still held."""
        blob = f"{_folder(lease.key)}{secrets.token_hex(16)}"
        self._blobs.put(blob, answer, "application/json")
        return Put(lease.key, {"request": lease.request, "answer": blob}, lease.version, expires=_end())

    def tied(self, lease: Lease, source: str) -> Put:
        """The change that links the response to the prediction, batch or export of this id; see `forget_copies`."""
        account = lease.key.partition.removeprefix(_of(""))
        facts = {"key": lease.key.sort}
        return Put(Key(_copies(account, source), _folder(lease.key)), facts, expires=_end())

    def discard(self, answered: Put) -> None:
        """Delete the response that `answered` stored, because its change was not written: the lease was lost."""
        self._blobs.delete(answered.data["answer"])

    def abandon(self, lease: Lease) -> bool:
        """Release the lease without a response, so that the same request may be sent again.

        False if the lease no longer holds: another caller has taken it over, or there is a response.
        """
        try:
            # Not deleted: versions would restart, and a lease that another caller took over would be valid again.
            self._records.write(Put(lease.key, {"request": None}, lease.version, expires=_end()))
        except ConditionError:
            return False
        return True

    def forget(self, account: str, key: str) -> int:
        """Delete a request; returns 1 if its response was stored, else 0."""
        [known] = self._records.get(Key(_of(account), key))
        if known is None:
            return 0
        try:
            return self._forget(known, known.version)
        except ConditionError:  # it is being answered again
            return 0

    def forget_copies(self, account: str, source: str) -> int:
        """Delete all responses that are linked to `source`, or that may be about it; returns how many there were."""
        count = self._forget_untied(account)
        while rows := self._records.query(_copies(account, source)):
            for row in rows:
                count += self.forget(account, row.data["key"])
                self._records.write(Delete(row.key))
        return count

    def forget_all(self, account: str) -> int:
        """Delete all requests of an account; returns how many responses were stored."""
        count = 0
        while rows := self._records.query(_of(account)):
            count += sum(self._forget(row) for row in rows)
        self._blobs.delete_all(f"{ANSWERS}{account}/")  # including those that no record names
        return count

    def _forget_untied(self, account: str) -> int:
        """Delete the responses that earlier versions stored, which exist only within a day of an update."""
        count, after = 0, None
        while rows := self._records.query(_of(account), after=after):
            untied = [row for row in rows if UNTIED.fullmatch(row.data.get("answer") or "")]
            count += sum(self.forget(account, row.key.sort) for row in untied)
            after = rows[-1].key.sort
        return count

    def _forget(self, known: Record, version: int | None = ANY) -> int:
        if answer := known.data.get("answer"):
            self._blobs.delete(answer)  # an earlier version stored it elsewhere
        self._blobs.delete_all(_folder(known.key))  # including what a killed attempt left behind
        self._records.write(Delete(known.key, version))
        return 1 if answer else 0

    def _answer(self, known: Record, request: str) -> bytes | None:
        """The stored response, or None if there is none and nobody holds the lease."""
        if known.data["request"] is None:
            return None
        if known.data["request"] != request:
            raise IdempotencyKeyReusedError(REUSED)
        if "answer" in known.data:
            return self._blobs.read(known.data["answer"])  # None while it is being deleted
        left = known.data["until"] - time.time()
        if left > 0:
            raise _in_progress(left)
        return None


def _of(account: str) -> str:
    return f"idempotency:{account}"


def _copies(account: str, source: str) -> str:
    return f"copies:{account}:{source}"


def _folder(key: Key) -> str:
    """The key prefix of a request's stored responses."""
    account = key.partition.removeprefix(_of(""))
    return f"{ANSWERS}{account}/{hashlib.sha256(key.sort.encode()).hexdigest()[:32]}/"


def _in_progress(seconds: float) -> RequestInProgressError:
    wait = min(2, max(1, round(seconds)))
    sentence = f"A request with this Idempotency-Key is being answered. Send it again in {seconds_of(wait)}."
    return RequestInProgressError(sentence, wait)


def _end() -> int:
    return int(time.time()) + RETENTION_SECONDS
