"""Selling credits: from the price list to the payment page, and from Stripe's notices to the ledger.

A notice only says of which payment there is news: what to write is always asked of Stripe itself, so the order in which
notices arrive does not matter, and one that is lost is made up for by `reconcile`.
"""

import logging
import time
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from retina.errors import EventRefusedError, NotForSaleError
from retina.ids import new_id
from retina.payment.keys import stripe_keys
from retina.payment.purchases import Purchases
from retina.payment.settlement import Purchase, Settlement
from retina.settings import Settings
from retina.storage.port import DAY
from retina.storage.records import NEW, ConditionError, Delete, Key, Put, Records, ensure

if TYPE_CHECKING:
    from retina.payment.checkout import Checkout, Session

SIGNATURE_SECONDS = 3600
"""How long a signature is remembered: longer than it is accepted."""

log = logging.getLogger("retina.payment")


class Selling:
    """Sells what `settings` price, and writes to `records`."""

    def __init__(self, settings: Settings, records: Records) -> None:
        self._settings, self._records = settings, records
        self.purchases = Purchases(records)

    @cached_property
    def checkout(self) -> "Checkout":
        """Stripe; raises `NotForSaleError` if nothing is sold here, and `StripeKeysError`."""
        if not self._settings.stripe:
            raise self._not_for_sale()
        from retina.payment.checkout import Checkout

        return Checkout(stripe_keys(self._settings.stripe))

    def buy(self, account: str, credits: int, here: str) -> tuple[Purchase, str]:
        """A new purchase, and the URL at which it is paid; people return to the page at `here`.

        Raises `NotForSaleError`, `TooManyPurchasesError` and `PaymentUnavailableError`.
        """
        prices, checkout = self._settings.prices, self.checkout
        pack = prices.pack(credits) if prices else None
        if prices is None or pack is None:
            raise self._not_for_sale()
        purchase = self.purchases.begin(account, pack, prices.currency)
        try:
            return purchase, checkout.page(purchase, prices.tax, here)
        except BaseException:  # nobody knows where to pay, so it must not count as unpaid
            self.purchases.withdraw(purchase)
            raise

    def received(self, body: bytes, signature: str) -> None:
        """Act on an event that Stripe has sent; raises `EventRefusedError` and `PaymentUnavailableError`.

        A signature is accepted once: Stripe signs every attempt to deliver an event anew.
        """
        digest, session = self.checkout.event(body, signature)
        mark = Key(f"webhook:{digest}", "event")
        try:
            ensure(self._records, Put(mark, {"by": new_id()}, NEW, expires=int(time.time()) + SIGNATURE_SECONDS))
        except ConditionError:
            raise EventRefusedError("This event was received before, with the same signature.") from None
        try:
            if session:
                self.settle(session)
        except BaseException:  # it was not acted on, so it may come again
            self._records.write(Delete(mark))
            raise

    def settle(self, session: "Session") -> Settlement:
        """Bring the ledger to what Stripe knows of a session, and log what is wrong with its payment."""
        settlement = self.purchases.settle(
            session.reference, lambda: self.checkout.payment(session.id), ours=session.ours
        )
        if settlement.problem:
            log.error("%s, purchase %s: %s", session.id, session.reference, settlement.problem)
        return settlement

    def reconcile(self, days: int) -> Iterator[tuple[str, Settlement]]:
        """Settle all purchases of the last `days`.

        Yields those that were mended and those with a problem, each with Stripe's id of the session or payment. That
        one cannot be settled now is such a problem, and does not stop the others. Raises `PaymentUnavailableError` if
        Stripe does not list them.
        """
        seen = set["Session"]()
        for id, known in self._lately(int(time.time()) - days * DAY):
            settlement = Settlement()
            try:
                session = known or self.checkout.session_of(id)
                if session and session not in seen:
                    seen.add(session)
                    settlement = self.settle(session)
            except Exception as error:  # of whichever store: it is logged, reported and does not stop the rest
                log.exception("%s could not be settled", id)
                settlement = Settlement(problem=f"could not be settled ({type(error).__name__}): run this again")
            if settlement.change or settlement.problem:
                yield id, settlement

    def _lately(self, since: int) -> "Iterator[tuple[str, Session | None]]":
        for session in self.checkout.sessions(since):
            yield session.id, session
        for payment in self.checkout.reversed(since):
            yield payment, None

    def _not_for_sale(self) -> NotForSaleError:
        whom = self._settings.contact or "whoever runs this service"
        return NotForSaleError(f"This cannot be bought here. The price list says what can be; to get more, ask {whom}.")
