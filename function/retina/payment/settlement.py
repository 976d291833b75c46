"""What a payment, a refund or a dispute changes in a purchase and in the balance, and what is wrong with a payment.

Pure: `purchases` writes what is worked out here.
"""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from retina.prices import Currency

ACCOUNT_DELETED = "paid, but the account was deleted: refund this"
NO_RECORD = "paid, but there is no record of the purchase: refund this"
NOT_THE_PRICE = "paid {paid} instead of {price}: nothing was credited, refund this"
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
    currency: str = ""

    @property
    def back(self) -> int:
        """What of `total` went back."""
        return min(self.refunded + self.disputed, self.total)


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


class Settlement(NamedTuple):
    """A purchase (None if there is none) and the credits that were added, or taken back if below zero.

    `problem` says what is wrong with a payment that somebody has to deal with, otherwise it is "".
    """

    purchase: Purchase | None = None
    change: int = 0
    problem: str = ""


def settled(purchase: Purchase, payment: Payment, available: int) -> tuple[Purchase, int]:
    """The purchase as it is after `payment`, and the credits to add (below zero: to take back, at most `available`)."""
    given = purchase.credits if payment.paid else purchase.given
    owed = given * payment.back // payment.total if payment.total else 0
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


def problem_of(known: Purchase | None, payment: Payment, closed: bool) -> str:
    """Why nothing can be credited for a payment, or "", also if all of it went back."""
    if not payment.paid or (payment.total and payment.back == payment.total):
        return ""
    if closed:
        return ACCOUNT_DELETED
    if known is None:
        return NO_RECORD
    if payment.currency == known.currency and payment.total >= known.amount:
        return ""
    paid, price = f"{payment.total} {payment.currency}", f"{known.amount} {known.currency}"
    return NOT_THE_PRICE.format(paid=paid, price=price)
