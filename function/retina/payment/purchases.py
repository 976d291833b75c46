"""Purchases of credits: one record each, and what they add to the ledger or take back from it.

Nothing here knows Stripe. `settle` is told what was paid, refunded and disputed, and brings the ledger to that: in one
transaction with the purchase's record, so that however often, in whichever order and by how many processes at the same
time it is called, a payment is credited once. A refund or dispute takes back the credits that are left and no others:
those reserved for unfinished photographs stay, the balance never falls below zero, and the rest is noted as `missing`.
A payment for which no credits can be given is never passed over: `settle` says what is wrong with it.
"""

import random
import re
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

from retina import clock
from retina.accounts.ledger import Credits, traded
from retina.accounts.reservations import is_closed
from retina.accounts.service import CLOSED
from retina.errors import BusyError, TokenRefusedError, TooManyPurchasesError
from retina.ids import PATTERN, new_id
from retina.payment.settlement import Payment, Purchase, Settlement, problem_of, settled
from retina.prices import Currency, Pack
from retina.storage.port import DAY
from retina.storage.records import (
    NEW,
    ConditionError,
    Delete,
    Key,
    Put,
    Record,
    Records,
    ensure,
)

ATTEMPTS = 12
"""How often a purchase is settled anew because it was changed in the meantime."""
MOST_UNPAID = 20
"""Limit on the purchases of an account that were begun within a day and not paid."""
PAYABLE_SECONDS = 25 * 3600
"""How long a purchase may be paid at most: Stripe's page works for a day."""
UNPAID_DAYS = 35
"""How long a purchase that was not paid is stored. The slowest ways of paying take two weeks."""
REFERENCE = re.compile(rf"({PATTERN.pattern}):([0-9TZ:.-]+:{PATTERN.pattern})")
"""Of a purchase: its account and its place in the list."""


class Purchases:
    """The purchases in `records`."""

    def __init__(self, records: Records) -> None:
        self._records, self._credits = records, Credits(records)

    def begin(self, account: str, pack: Pack, currency: Currency) -> Purchase:
        """A new purchase, waiting for its payment.

        Raises `TooManyPurchasesError`, and `TokenRefusedError` if the account was deleted in the meantime.
        """
        if self._unpaid(account, DAY) >= MOST_UNPAID:
            raise TooManyPurchasesError(
                f"You have begun {MOST_UNPAID} purchases within a day without paying for them. Try again tomorrow."
            )
        new = Purchase(account, f"{clock.now()}:{new_id()}", pack.credits, pack.amount, currency)
        ensure(self._records, Put(_key(new), _facts(new), NEW, expires=int(time.time()) + UNPAID_DAYS * DAY))
        if self.closed(account):  # account deletion looks for purchases after closing, so one of the two finds this
            self.withdraw(new)
            raise TokenRefusedError(CLOSED)
        return new

    def withdraw(self, purchase: Purchase) -> None:
        """Delete a purchase that nobody can pay."""
        self._records.write(Delete(_key(purchase)))

    def payable(self, account: str) -> bool:
        """Whether the account has purchases that may still be paid."""
        return self._unpaid(account, PAYABLE_SECONDS) > 0

    def closed(self, account: str) -> bool:
        """Whether the account was deleted."""
        return is_closed(self._records, account)

    def of_deleted_account(self, reference: str) -> bool:
        """Whether this is the reference of a purchase for an account that was deleted."""
        found = REFERENCE.fullmatch(reference)
        return found is not None and self.closed(found[1])

    def forget(self, account: str) -> bool:
        """For the deletion of an account: delete what was not paid, and the links to the receipts of the rest.

        Anybody can open such a link, and it names the person. Returns whether there were any purchases.
        """
        after, found = None, False
        while page := self._records.query(_partition(account), limit=100, after=after):
            for row in page:
                self._forget(row)
            after, found = page[-1].key.sort, True
        return found

    def of(self, account: str, limit: int, after: str | None = None) -> tuple[list[Purchase], str | None]:
        """At most `limit` purchases after the cursor `after`, newest first, and the next cursor, or None at the end."""
        rows = self._records.query(_partition(account), limit=limit + 1, after=after, backwards=True)
        page = [_purchase(row) for row in rows[:limit]]
        return page, page[-1].place if len(rows) > limit else None

    def settle(self, reference: str, ask: Callable[[], Payment], *, ours: bool = True) -> Settlement:
        """Bring the ledger to what `ask` says of the payment.

        `ask` is called after the record was read, and again whenever that has changed: what is written was never known
        before what it replaces. It is not called for a reference of another kind, nor for one without a
        purchase here unless it is `ours`: several services may use one account at Stripe. Raises `BusyError`.
        """
        found = REFERENCE.fullmatch(reference)
        if found is None:
            return Settlement()
        account, place = found.groups()
        for attempt in range(ATTEMPTS):
            time.sleep(random.uniform(0, 0.02 * attempt))  # noqa: S311 - nobody gains by guessing a pause
            [row] = self._records.get(Key(_partition(account), place))
            if row is None and not ours:
                return Settlement()
            payment, closed = ask(), self.closed(account)
            known = _purchase(row) if row else None
            if not (known and known.given) and (problem := problem_of(known, payment, closed)):
                return Settlement(known, 0, problem)
            if row is None:
                return Settlement()
            if settlement := self._write(row, payment, closed):
                return settlement
        raise BusyError("This purchase is being changed by others.")

    def _write(self, row: Record, payment: Payment, closed: bool) -> Settlement | None:
        """What `payment` changed; None if the record was changed in the meantime."""
        known = _purchase(row)
        account = known.account
        after, change = settled(known, payment, self._credits.available(account))
        if closed:
            after = replace(after, receipt="")
        if after == known:
            return Settlement(known)
        expires = None if after.given else int(time.time()) + UNPAID_DAYS * DAY
        entry = traded(account, change, after.id) if change else ()
        try:
            self._records.write(Put(row.key, _facts(after), row.version, expires=expires), *entry)
        except ConditionError:  # changed by another process, or by this one if the reply was lost
            return None
        if not closed and self.closed(account):
            self.forget(account)
        return Settlement(after, change)

    def _unpaid(self, account: str, seconds: int) -> int:
        """How many purchases were begun in the last so many `seconds`, and neither paid nor given up."""
        since = clock.formatted(datetime.now(UTC) - timedelta(seconds=seconds))
        latest = self._records.query(_partition(account), first=since, limit=1000)
        return sum(_purchase(row).state == "created" for row in latest)

    def _forget(self, row: Record | None) -> None:
        while row is not None:
            known = _purchase(row)
            if known.given and not known.receipt:
                return
            change = (
                Put(row.key, _facts(replace(known, receipt="")), row.version)
                if known.given
                else Delete(row.key, row.version)
            )
            try:
                self._records.write(change)
            except ConditionError:  # settled in the meantime
                [row] = self._records.get(row.key)
            else:
                return


def _partition(account: str) -> str:
    return f"purchases:{account}"


def _key(purchase: Purchase) -> Key:
    return Key(_partition(purchase.account), purchase.place)


def _facts(purchase: Purchase) -> dict[str, object]:
    return {name: value for name, value in asdict(purchase).items() if name not in ("account", "place")}


def _purchase(row: Record) -> Purchase:
    return Purchase(row.key.partition.partition(":")[2], row.key.sort, **row.data)
