"""Selling credits: from the price list to the payment page, and from Stripe's notices to the ledger.

A notice only says of which payment there is news: what to write is always asked of Stripe itself, so the order in which
notices arrive does not matter, and one that is lost is made up for by `reconcile`.

Nobody should pay into an account that was deleted: `close_for_deletion` closes its pages for paying, and `reconcile`
those that were missed. A payment that was on its way by then is credited to nobody; it is logged and reported until it
was refunded.
"""

import logging
import time
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from retina.accounts.service import CLOSED
from retina.errors import EventRefusedError, NotForSaleError, TokenRefusedError
from retina.ids import new_id
from retina.payment import deletions
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


class Closing(NamedTuple):
    """What the deletion of an account has found: whether it had purchases, and whether one may still be paid."""

    bought: bool
    payable: bool


NOTHING_BOUGHT = Closing(bought=False, payable=False)


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

        Raises `NotForSaleError`, `TooManyPurchasesError`, `PaymentUnavailableError`, and `TokenRefusedError` if the
        account was deleted in the meantime.
        """
        prices, checkout = self._settings.prices, self.checkout
        pack = prices.pack(credits) if prices else None
        if prices is None or pack is None:
            raise self._not_for_sale()
        purchase = self.purchases.begin(account, pack, prices.currency)
        try:
            url = checkout.page(purchase, prices.tax, here)
            if self.purchases.closed(account):  # if not, its deletion finds the page
                raise TokenRefusedError(CLOSED)
        except BaseException:  # nobody knows where to pay, so it must not count as unpaid
            self.purchases.withdraw(purchase)
            raise
        return purchase, url

    def close_for_deletion(self, account: str, before: Closing = NOTHING_BOUGHT) -> Closing:
        """For the deletion of an account: nothing can be paid for it any more, and its receipts are forgotten.

        `before` is what an earlier call has found: pages that it could not close are tried again. An account can be
        deleted whether or not Stripe answers: otherwise `reconcile` closes the pages.
        """
        payable = (before.payable or self.purchases.payable(account)) and not self._pages_closed(account)
        return Closing(self.purchases.forget(account) or before.bought, payable)

    def close_pages(self, account: str) -> None:
        """Close the pages on which something can be paid for `account`; raises `PaymentUnavailableError`."""
        for session in self.checkout.open_sessions():
            if session.reference.partition(":")[0] == account:
                self.checkout.close(session.id)

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
        """Settle all purchases of the last `days`, and close the pages for paying of accounts that were deleted.

        Yields those that were mended and those with a problem, each with Stripe's id of the session or payment. That
        one cannot be settled now is such a problem, and does not stop the others. Raises `PaymentUnavailableError` if
        Stripe does not list them.
        """
        seen = set["Session"]()
        for id, known in self._lately(int(time.time()) - days * DAY):
            settlement = Settlement()
            try:
                session = known or self.checkout.session_of(id)
                if session and session.open:
                    self._close_if_of_deleted_account(session)
                elif session and session not in seen:
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

    def _pages_closed(self, account: str) -> bool:
        """Close them, or tell the function that can; returns whether that worked."""
        try:
            if self._settings.payment_function:
                deletions.announce(self._settings.payment_function, account)
            else:
                self.close_pages(account)
        except Exception:  # whatever it is, nobody is kept from deleting an account
            log.exception("the pages for paying of a deleted account could not be closed: reconcile the payments")
            return False
        return True

    def _close_if_of_deleted_account(self, session: "Session") -> None:
        if self.purchases.of_deleted_account(session.reference):
            self.checkout.close(session.id)
            log.warning("%s was closed: the account was deleted", session.id)

    def _not_for_sale(self) -> NotForSaleError:
        contact = self._settings.contact
        to_whom = f": {contact}" if contact else ""
        return NotForSaleError(
            "This cannot be bought here. The price list says what can be; to get more, ask whoever runs this "
            f"service{to_whom}."
        )
