"""The audit log: who saw, exported, changed or deleted which record of an account, when, and from which address.

Entries are listed newest first and expire after a number of days. They are only ever added: no code changes or deletes
one, and in the cloud the functions' role may not. They hold ids, never names of photographs, subjects or notes, so they
may outlive the records they refer to, and the account.

If a change is a transaction, its entry is part of it (`entry`). Otherwise the entry is written first (`note`), so that
nothing happens without an entry. If it cannot be written, the request fails and may be sent again. A full disk is an
exception: reading then continues, so that people can find what to delete, and the entry goes to the service's own log.
"""

import functools
import hashlib
import hmac
import logging
import secrets
import sqlite3
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal, get_args

from retina import clock
from retina.storage.port import DAY
from retina.storage.record_secret import record_secret
from retina.storage.records import (
    NEW,
    ConditionError,
    Key,
    Put,
    Record,
    Records,
)
from retina.storage.reserve import is_full

log = logging.getLogger("retina.accounts.audit")

Action = Literal[
    "account.deleted",
    "account.exported",
    "audit.read",
    "batch.cancelled",
    "batch.deleted",
    "batch.exported",
    "batch.made",
    "batch.retried",
    "batch.seen",
    "batches.listed",
    "correction.deleted",
    "export.deleted",
    "export.downloaded",
    "history.exported",
    "key.changed",
    "key.made",
    "key.revoked",
    "password.changed",
    "password.link_made",
    "password.reset",
    "picture.opened",
    "prediction.changed",
    "prediction.corrected",
    "prediction.deleted",
    "prediction.recomputed",
    "prediction.saved",
    "prediction.seen",
    "predictions.listed",
    "sessions.ended",
    "sign_in.failed",
    "sign_in.succeeded",
    "trends.seen",
]
"""The actions: the kind of record, and what was done with it."""
ACTIONS: tuple[Action, ...] = get_args(Action)
OPERATOR = "operator"
"""The caller for actions of the operator on the command line."""
NOBODY = "nobody"
"""The account of sign-ins with an address that has no account."""
LOCAL = "local"
"""The address of the computer that the service runs on."""
AGAIN_SECONDS = 60
"""A process does not repeat an entry for the same caller and the same read access within this time."""
REMEMBERED = 4096
"""How many read accesses a process remembers at most."""

Addresses = Literal["hash", "plain", "none"]
"""How addresses are stored: as keyed hashes, which still tell them apart, as they are, or not at all."""


@dataclass(frozen=True)
class Entry:
    """`time` is in UTC; `record` is an id or ""; `caller` is an API key's id, "" for a person, or `OPERATOR`.

    `place` is the entry's sort key, and the cursor after it.
    """

    place: str
    time: str
    action: str
    record: str
    caller: str
    address: str


class Audit:
    """The entries in `records`, each stored for `days`. `addresses` says how callers' addresses are stored."""

    def __init__(self, records: Records, days: int, addresses: Addresses) -> None:
        self._records, self._days, self._addresses = records, days, addresses
        self._seen: OrderedDict[tuple[str, ...], float] = OrderedDict()

    def entry(self, account: str, action: Action, record: str = "", caller: str = "", address: str | None = "") -> Put:
        """The change that adds an entry, to be written together with the change it records.

        `address` is an IP address, None for this computer's own, or "" if there is none.
        """
        facts = {"action": action, "record": record, "caller": caller, "address": self._stored(account, address)}
        place = f"{clock.now()}:{secrets.token_hex(8)}"
        return Put(_key(account, place), facts, NEW, expires=int(time.time()) + self._days * DAY)

    def note(self, account: str, action: Action, record: str = "", caller: str = "", address: str | None = "") -> None:
        """Add an entry, before the action it records.

        Raises whatever the store raises; the action must then not be carried out.
        """
        new = self.entry(account, action, record, caller, address)
        try:
            self._records.write(new)
        except ConditionError:  # a write repeated after a lost reply finds its own entry
            if self._records.get(new.key)[0] is None:
                raise

    def seen(self, account: str, action: Action, record: str = "", caller: str = "", address: str | None = "") -> None:
        """Like `note`, for reading and for failed sign-ins, which change nothing.

        One entry a minute is enough, and a full disk does not stop the request.
        """
        what, now = (account, action, record, caller, address or LOCAL), time.monotonic()
        if now - self._seen.get(what, -AGAIN_SECONDS) < AGAIN_SECONDS:
            return
        try:
            self.note(account, action, record, caller, address)
        except (OSError, sqlite3.Error) as error:
            if not is_full(error):
                raise
            stored = self._stored(account, address)
            log.error("lost for want of space: %s %s %s by %r from %s", account, action, record, caller, stored)
            return
        self._seen[what] = now
        self._seen.move_to_end(what)
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    def of(self, account: str, limit: int, after: str | None = None) -> tuple[list[Entry], str | None]:
        """At most `limit` entries after the cursor `after`, newest first, and the next cursor, or None at the end."""
        rows = self._records.query(_partition(account), limit=limit + 1, after=after, backwards=True)
        page = [_entry(row) for row in rows[:limit]]
        return page, page[-1].place if len(rows) > limit else None

    def _stored(self, account: str, address: str | None) -> str:
        if address is None:
            return LOCAL
        if not address or self._addresses == "none":
            return ""
        if self._addresses == "plain":
            return address
        return hmac.new(self._hash_key, f"{account} {address}".encode(), hashlib.sha256).hexdigest()[:16]

    @functools.cached_property
    def _hash_key(self) -> bytes:
        """Kept as long as the store, so that hashes of different days can be compared."""
        return record_secret(self._records, "audit")


def _partition(account: str) -> str:
    return f"audit:{account}"


def _key(account: str, place: str) -> Key:
    return Key(_partition(account), place)


def _entry(record: Record) -> Entry:
    place = record.key.sort
    return Entry(place=place, time=place.rpartition(":")[0], **record.data)
