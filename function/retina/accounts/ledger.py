"""Credits: a balance for each account, and the ledger that it results from.

Every entry is written in one transaction with the change of the balance and with what it pays for: a charge exists if
and only if a successful result does. Entries are never changed or deleted; the balance is their sum.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from retina import clock
from retina.accounts.key_limits import KeySpending
from retina.accounts.reservations import account_key, settle
from retina.errors import NotFoundError, OutOfCreditsError
from retina.storage.records import (
    NEW,
    Add,
    Change,
    ConditionError,
    Key,
    Put,
    Record,
    Records,
)

SIGNUP, GRANT, CHARGE = "signup", "grant", "charge"
PURCHASE, REFUND = "purchase", "refund"
PAID = "paid"
"""The count of an account's record that is above 0 once credits were bought or granted."""
MORE_IF_PAID = "An account that has bought credits may have more."
"""Said where a limit is lower for an account that has paid nothing."""
LOW = 10
"""So many available credits or fewer are few: the account page and `GET /api/v1/usage` say so."""
PAGE = 100
SHORT = "You have no credits left for this. Nothing was charged. The account page says how to get more."


@dataclass(frozen=True)
class Entry:
    """One line of the ledger. `amount` is negative for a charge; `key_id` is the API key that was used, if any.

    `place` is the line's sort key, and the cursor after it.
    """

    place: str
    time: str
    amount: int
    kind: str
    key_id: str
    what: str


class Charged(NamedTuple):
    """Credits charged on one day through one API key; `key_id` is "" for a person."""

    day: str
    key_id: str
    credits: int


class Credits:
    """The balances and the ledger in `records`; `spending` is what each API key has spent."""

    def __init__(self, records: Records) -> None:
        self._records, self.spending = records, KeySpending(records)

    def balance(self, account: str) -> int:
        """The sum of the ledger, including credits that are reserved for photographs of batches.

        Raises `NotFoundError` if there is no such account.
        """
        counts = self._counts(account)
        return counts.get("credits", 0) + counts.get("reserved", 0)

    def available(self, account: str) -> int:
        """Credits that are not reserved; raises `NotFoundError` if there is no such account."""
        counts = self._counts(account)
        if counts.get("credits", 0) < 1 and counts.get("reserved", 0):
            settle(self._records, account)
            counts = self._counts(account)
        return counts.get("credits", 0)

    def left(self, account: str) -> tuple[int, int]:
        """The balance, and how much of it is reserved for photographs of batches."""
        settle(self._records, account)
        counts = self._counts(account)
        reserved = counts.get("reserved", 0)
        return counts.get("credits", 0) + reserved, reserved

    def paid(self, account: str) -> bool:
        """Whether the account has ever bought credits or been granted some, apart from those for signing up.

        Accounts of earlier versions do not count them: what their ledger says is counted when it is first asked for.
        """
        counts = self._counts(account)
        if PAID not in counts:
            found = 1 if self._has_paid(account) else 0
            self._records.write(Add(account_key(account), {PAID: found}))
            return found > 0
        return counts[PAID] > 0

    def grant(self, account: str, amount: int, why: str) -> int:
        """Add `amount` (more than 0), with a reason for the ledger; returns the new balance."""
        self.balance(account)  # raises if there is no such account
        self._book(account, amount, GRANT, "", why, Add(account_key(account), {"credits": amount, PAID: amount}))
        return self.balance(account)

    def charge(self, account: str, key_id: str, what: str, *changes: Change) -> int:
        """Charge one credit for `what`, in one transaction with `changes`; returns the credits that are not reserved.

        Raises `OutOfCreditsError`, `KeyLimitError`, and `ConditionError` if a condition of the changes was not met.
        Then nothing is charged.
        """
        taken = Add(account_key(account), {"credits": -1})
        counted = self.spending.count(account, key_id, 1, clock.today())
        try:
            self._book(account, -1, CHARGE, key_id, what, taken, _used(account, key_id), *counted, *changes)
        except ConditionError as error:
            if error.failed.intersection(each.key for each in counted):
                self.spending.demand(account, key_id)
            if taken.key in error.failed and self.available(account) < 1:
                raise OutOfCreditsError(SHORT) from None
            raise
        return self.available(account)

    def charge_reserved(self, account: str, key_id: str, what: str, *changes: Change) -> None:
        """Enter one credit for `what` in the ledger; `changes` take it from the reservation.

        Raises `ConditionError` if a condition of the changes was not met.
        """
        self._book(account, -1, CHARGE, key_id, what, _used(account, key_id), *changes)

    def ledger(self, account: str, limit: int = 1000, after: str | None = None) -> list[Entry]:
        """At most `limit` entries in chronological order, after the cursor `after`."""
        return [_entry(record) for record in self._records.query(_ledger(account), limit=limit, after=after)]

    def charged(
        self,
        account: str,
        first: date | None = None,
        last: date | None = None,
        limit: int = 1000,
        after: str | None = None,
    ) -> tuple[list[Charged], str | None]:
        """Charges per day and API key from `first` to `last`, newest day first.

        Returns at most `limit` of them after the cursor `after`, and the next cursor, or None at the end.
        """
        rows = self._records.query(
            f"usage:{account}",
            first=first.isoformat() if first else "",
            last=f"{last.isoformat()};" if last else "\U0010ffff",
            limit=limit + 1,
            after=after,
            backwards=True,
        )
        page = rows[:limit]
        return [_charged(row) for row in page], page[-1].key.sort if len(rows) > limit else None

    def used(self, account: str, first: date | None = None, last: date | None = None) -> Iterator[Charged]:
        """All charges per day and API key from `first` to `last`, newest day first."""
        after: str | None = None
        while True:
            page, after = self.charged(account, first, last, after=after)
            yield from page
            if after is None:
                return

    def _book(self, account: str, amount: int, kind: str, key_id: str, what: str, *changes: Change) -> None:
        entry = _booked(account, amount, kind, key_id, what)
        try:
            self._records.write(entry, *changes)
        except ConditionError:
            # A write that was repeated after a lost reply finds its own entry.
            if self._records.get(entry.key)[0] is None:
                raise

    def _has_paid(self, account: str) -> bool:
        """The same, from the ledger. Without payments there cannot be many charges in it."""
        after: str | None = None
        while entries := self.ledger(account, PAGE, after):
            if any(entry.kind in (PURCHASE, GRANT) for entry in entries):
                return True
            after = entries[-1].place
        return False

    def _counts(self, account: str) -> dict[str, int]:
        [known] = self._records.get(account_key(account))
        if known is None:
            raise NotFoundError("There is no such account. GET /api/v1/usage shows the id of yours.")
        return known.counts


def opening(account: str, owner: str, amount: int) -> list[Change]:
    """The changes that open an account of `owner` with `amount` credits."""
    facts = Put(account_key(account), {"created": clock.now(), "owner": owner}, NEW, {"credits": amount, PAID: 0})
    return [facts, _booked(account, amount, SIGNUP, "", "")] if amount else [facts]


def traded(account: str, amount: int, what: str) -> tuple[Put, Add]:
    """The changes that add the credits of the purchase `what`, or take some back if `amount` is below zero.

    Taking back more than is available fails as a `ConditionError`.
    """
    kind, paid = (PURCHASE, {PAID: amount}) if amount > 0 else (REFUND, {})
    return _booked(account, amount, kind, "", what), Add(account_key(account), {"credits": amount, **paid})


def given(records: Records, account: str) -> bool:
    """Whether the account started with sign-up credits."""
    return any(row.data["kind"] == SIGNUP for row in records.query(_ledger(account), limit=1))


def _booked(account: str, amount: int, kind: str, key_id: str, what: str) -> Put:
    facts = {"amount": amount, "kind": kind, "key_id": key_id, "what": what}
    return Put(Key(_ledger(account), f"{clock.now()}:{secrets.token_hex(8)}"), facts, NEW)


def _used(account: str, key_id: str) -> Add:
    return Add(Key(f"usage:{account}", f"{clock.today()}:{key_id}"), {"charged": 1}, upsert=True)


def _ledger(account: str) -> str:
    return f"ledger:{account}"


def _charged(record: Record) -> Charged:
    day, _, key_id = record.key.sort.partition(":")
    return Charged(day, key_id, record.counts["charged"])


def _entry(record: Record) -> Entry:
    place = record.key.sort
    return Entry(place=place, time=place.rpartition(":")[0], **record.data)
