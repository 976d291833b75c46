"""Purchases of credits: one record each, and what they add to the ledger or take back from it.

Nothing here knows Stripe. `settle` is told what was paid, refunded and disputed, and brings the ledger to that: in one
transaction with the purchase's record, so that however often, in whichever order and by how many processes at the same
time it is called, a payment is credited once. A refund or dispute takes back the credits that are left and no others:
those reserved for photographs in work stay, the balance never falls below zero, and the rest is noted as `missing`.
"""

import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from retina import clock
from retina.accounts.ledger import Credits, traded
from retina.errors import BusyError, TooManyPurchasesError
from retina.ids import is_id, new_id
from retina.prices import Currency, Pack
from retina.storage.port import DAY
from retina.storage.records import (
    NEW,
    ConditionError,
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
UNPAID_DAYS = 35
"""How long a purchase that was not paid is stored. The slowest ways of paying take two weeks."""
State = Literal["created", "not_paid", "credited", "refunded", "disputed"]
"""created: waiting for the payment. not_paid: that was given up. refunded: all of it or some."""


@dataclass(frozen=True)
class Payment:
    """What is known of a purchase's payment now; money in the smallest unit of its currency.

    `total` was paid in all, with taxes. `disputed` is what the bank holds or took back. `ended`: it will not be paid.
    """

    paid: bool = False
    ended: bool = False
    total: int = 0
    refunded: int = 0
    disputed: int = 0
    receipt: str = ""


@dataclass(frozen=True)
class Purchase:
    """A purchase of `credits` for `amount` without added taxes.

    Of `given` credits, `taken` were taken back; `missing` ought to have been, too, but were spent.
    """

    account: str
    place: str
    credits: int
    amount: int
    currency: Currency
    given: int = 0
    taken: int = 0
    missing: int = 0
    ended: bool = False
    total: int = 0
    refunded: int = 0
    disputed: int = 0
    receipt: str = ""

    @property
    def id(self) -> str:
        """The random id."""
        return self.place.rpartition(":")[2]

    @property
    def created(self) -> str:
        """The time in UTC."""
        return self.place.rpartition(":")[0]

    @property
    def reference(self) -> str:
        """By which the purchase is found again; it goes to Stripe with the payment."""
        return f"{self.account}:{self.place}"

    @property
    def state(self) -> State:
        """What became of it."""
        if not self.given:
            return "not_paid" if self.ended else "created"
        return "disputed" if self.disputed else "refunded" if self.refunded else "credited"


def settled(purchase: Purchase, payment: Payment, available: int) -> tuple[Purchase, int]:
    """The purchase as it is after `payment`, and the credits to add (below zero: to take back, at most `available`)."""
    given = purchase.credits if payment.paid else purchase.given
    back = min(payment.refunded + payment.disputed, payment.total)
    owed = given * back // payment.total if payment.total else 0
    had = purchase.given - purchase.taken
    change = max(given - owed - had, -available)
    taken = given - had - change
    after = replace(
        purchase,
        given=given,
        taken=taken,
        missing=owed - taken,
        ended=payment.ended,
        total=payment.total,
        refunded=payment.refunded,
        disputed=payment.disputed,
        receipt=payment.receipt or purchase.receipt,
    )
    return after, change


class Purchases:
    """The purchases in `records`."""

    def __init__(self, records: Records) -> None:
        self._records, self._credits = records, Credits(records)

    def begin(self, account: str, pack: Pack, currency: Currency) -> Purchase:
        """A new purchase, waiting for its payment; raises `TooManyPurchasesError`."""
        since = clock.formatted(datetime.now(UTC) - timedelta(days=1))
        latest = self._records.query(_partition(account), first=since, limit=1000)
        if sum(_purchase(row).state == "created" for row in latest) >= MOST_UNPAID:
            raise TooManyPurchasesError(
                f"You have begun {MOST_UNPAID} purchases within a day without paying. Pay one of them, or try tomorrow."
            )
        new = Purchase(account, f"{clock.now()}:{new_id()}", pack.credits, pack.amount, currency)
        ensure(self._records, Put(_key(new), _facts(new), NEW, expires=int(time.time()) + UNPAID_DAYS * DAY))
        return new

    def of(self, account: str, limit: int, after: str | None = None) -> tuple[list[Purchase], str | None]:
        """At most `limit` purchases after the cursor `after`, newest first, and the next cursor, or None at the end."""
        rows = self._records.query(_partition(account), limit=limit + 1, after=after, backwards=True)
        page = [_purchase(row) for row in rows[:limit]]
        return page, page[-1].place if len(rows) > limit else None

    def settle(self, reference: str, ask: Callable[[], Payment]) -> tuple[Purchase | None, int]:
        """Bring the ledger to what `ask` says of the payment; returns the purchase and the credits added or taken back.

        `ask` is called after the record was read, and again whenever that has changed: what is written was never known
        before what it replaces. The purchase is None if there is none with this reference. Raises `BusyError`.
        """
        account, _, place = reference.partition(":")
        if not is_id(account):
            return None, 0
        for attempt in range(ATTEMPTS):
            time.sleep(random.uniform(0, 0.02 * attempt))  # noqa: S311 - nobody gains by guessing a pause
            [row] = self._records.get(Key(_partition(account), place))
            if row is None:
                return None, 0
            known, payment = _purchase(row), ask()
            after, change = settled(known, payment, self._credits.available(account))
            if after == known:
                return known, 0
            expires = None if after.given else int(time.time()) + UNPAID_DAYS * DAY
            entry = traded(account, change, after.id) if change else ()
            try:
                self._records.write(Put(row.key, _facts(after), row.version, expires=expires), *entry)
            except ConditionError:  # changed by another process, or by this one if the reply was lost
                continue
            return after, change
        raise BusyError("This purchase is being changed by others.")


def _partition(account: str) -> str:
    return f"purchases:{account}"


def _key(purchase: Purchase) -> Key:
    return Key(_partition(purchase.account), purchase.place)


def _facts(purchase: Purchase) -> dict[str, object]:
    return {name: value for name, value in asdict(purchase).items() if name not in ("account", "place")}


def _purchase(row: Record) -> Purchase:
    return Purchase(row.key.partition.partition(":")[2], row.key.sort, **row.data)
