"""Stripe's hosted page for paying, and what Stripe knows of a payment, by Stripe's own library.

Imported only where credits are sold, as the library is an optional extra. Cards, addresses and taxes stay with Stripe.
"""

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

import stripe
from stripe.params.checkout import SessionCreateParams

from retina.errors import EventRefusedError, PaymentUnavailableError
from retina.payment.keys import StripeKeys
from retina.payment.settlement import Payment, Purchase
from retina.prices import Tax

TOLERANCE_SECONDS = 300
"""How old an event's signature may be."""
TIMEOUT_SECONDS, RETRIES, PAUSE_SECONDS = 4, 1, 0.5
"""Of requests to Stripe; the library pauses before it asks again."""
REQUESTS = 3
"""At most so many answer one event."""
DEPLOYMENT = "deployment"
"""Metadata of a session: which of the services that share an account at Stripe has made it."""
HELD = frozenset({"needs_response", "under_review", "lost"})
"""States of disputes in which the bank has the money."""
GIVEN_UP = frozenset({"canceled", "requires_payment_method"})
"""States of a payment that failed after people had left the page."""

log = logging.getLogger("retina.payment")
logging.getLogger("stripe").setLevel(logging.WARNING)  # below that it logs requests and answers


class Session(NamedTuple):
    """A visit to the page for paying, and the reference of its purchase; `ours`: it has this service's name.

    `open`: it can still be paid, as far as a list of sessions has said so.
    """

    id: str
    reference: str
    ours: bool = True
    open: bool = False


class Checkout:
    """Stripe, asked with `keys`."""

    def __init__(self, keys: StripeKeys) -> None:
        stripe.enable_telemetry = False
        self._secret, self._deployment = keys.webhook_secret, keys.deployment
        self._stripe = stripe.StripeClient(
            keys.api_key.get_secret_value(),
            base_addresses={"api": keys.api_base} if keys.api_base else None,
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
            max_network_retries=RETRIES,
        )

    def page(self, purchase: Purchase, tax: Tax, here: str) -> str:
        """The URL at which `purchase` is paid; afterwards people return to the page at `here`.

        Raises `PaymentUnavailableError`.
        """
        price: dict[str, Any] = {
            "currency": purchase.currency,
            "unit_amount": purchase.amount,
            "product_data": {"name": "1 credit" if purchase.credits == 1 else f"{purchase.credits:,} credits"},
        }
        collected = tax != "none"
        params = {
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price | ({"tax_behavior": tax} if collected else {})}],
            "client_reference_id": purchase.reference,
            "metadata": {DEPLOYMENT: self._deployment},
            "automatic_tax": {"enabled": collected},
            "tax_id_collection": {"enabled": collected},
            "invoice_creation": {"enabled": collected},
            "success_url": f"{here}/account.html?paid={purchase.id}",
            "cancel_url": f"{here}/prices.html",
        }
        with _answering():
            session = self._stripe.v1.checkout.sessions.create(
                cast(SessionCreateParams, params), {"idempotency_key": purchase.id}
            )
        if not session.url:
            raise PaymentUnavailableError("The payment page could not be opened.")
        return session.url

    def payment(self, session: str) -> Payment:
        """What Stripe knows of a session's payment now; raises `PaymentUnavailableError`."""
        with _answering():
            found: Any = self._stripe.v1.checkout.sessions.retrieve(
                session, {"expand": ["payment_intent.latest_charge", "invoice"]}
            )
            intent, invoice = found.payment_intent, found.invoice
            charge = intent.latest_charge if intent else None
            disputes = self._disputes(intent.id) if charge and charge.disputed else []
            held = sum(each.amount for each in disputes if each.status in HELD)
        paid = found.payment_status != "unpaid"
        failed = bool(found.status == "complete" and intent and intent.status in GIVEN_UP)
        receipt = (invoice and invoice.hosted_invoice_url) or (charge and charge.receipt_url) or ""
        return Payment(
            paid=paid,
            ended=not paid and (found.status == "expired" or failed),
            total=(found.amount_total or 0) if paid else 0,
            refunded=charge.amount_refunded if charge else 0,
            disputed=held,
            receipt=receipt,
            currency=found.currency or "",
        )

    def event(self, body: bytes, signature: str) -> tuple[str, Session | None]:
        """A digest of an event and of the time of its signature, and the session that it is about, if any.

        Raises `EventRefusedError` unless Stripe signed it lately.
        """
        try:
            stripe.WebhookSignature.verify_header(body, signature, self._secret.get_secret_value(), TOLERANCE_SECONDS)
            about = json.loads(body)["data"]["object"]
            kind = about["object"]
            session = self._session(about) if kind == "checkout.session" else None
        except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError):
            raise EventRefusedError("The event has no valid signature, or is older than five minutes.") from None
        digest = hashlib.sha256(b"%d %s" % (_signed_at(signature), body)).hexdigest()
        if kind in ("charge", "dispute", "refund"):
            session = self.session_of(about.get("payment_intent"))
        return digest, session

    def sessions(self, since: int) -> Iterator[Session]:
        """The sessions that were made since then, in seconds since 1970; raises `PaymentUnavailableError`."""
        yield from self._sessions(_since(since))

    def open_sessions(self) -> Iterator[Session]:
        """The sessions that can still be paid; raises `PaymentUnavailableError`."""
        yield from self._sessions({"status": "open", "limit": 100})

    def close(self, session: str) -> None:
        """From now on nobody can pay there, unless somebody just has; raises `PaymentUnavailableError`."""
        sessions = self._stripe.v1.checkout.sessions
        with _answering():
            try:
                sessions.expire(session)
            except stripe.InvalidRequestError:  # also if it is not open any more
                if sessions.retrieve(session).status == "open":
                    raise

    def reversed(self, since: int) -> Iterator[str]:
        """The payments of which something was refunded or disputed since then, each once, for `session_of`.

        Raises `PaymentUnavailableError`.
        """
        seen = set[str]()
        with _answering():
            for kind in (self._stripe.v1.refunds, self._stripe.v1.disputes):
                for each in cast(Any, kind).list(_since(since)).auto_paging_iter():
                    intent = each.payment_intent
                    if isinstance(intent, str) and intent not in seen:
                        seen.add(intent)
                        yield intent

    def session_of(self, intent: object) -> Session | None:
        """The session in which a payment was made, if any; raises `PaymentUnavailableError`."""
        if not isinstance(intent, str):
            return None
        with _answering():
            found = self._stripe.v1.checkout.sessions.list({"payment_intent": intent, "limit": 1}).data
        return self._session(found[0]) if found else None

    def _sessions(self, which: Any) -> Iterator[Session]:
        with _answering():
            for made in self._stripe.v1.checkout.sessions.list(which).auto_paging_iter():
                yield self._session(made)._replace(open=made.status == "open")

    def _session(self, about: Any) -> Session:
        """Raises `KeyError` if it has no id."""
        metadata = about["metadata"] or {}
        ours = DEPLOYMENT in metadata and metadata[DEPLOYMENT] == self._deployment
        return Session(str(about["id"]), str(about["client_reference_id"] or ""), ours)

    def _disputes(self, intent: str) -> list[stripe.Dispute]:
        return self._stripe.v1.disputes.list({"payment_intent": intent}).data


def _since(since: int) -> Any:
    return {"created": {"gte": since}, "limit": 100}


def _signed_at(signature: str) -> int:
    """The time in a verified signature, as the library reads it: whatever else is in the header is not signed."""
    pairs = (item.split("=", 2) for item in signature.split(","))
    return next(int(pair[1]) for pair in pairs if pair[0] == "t")


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except stripe.StripeError as error:
        # Neither its message nor its body: both may repeat what was sent.
        log.error("Stripe: %s, HTTP %s, request %s", type(error).__name__, error.http_status, error.request_id)
        raise PaymentUnavailableError("The payment service does not answer as expected.") from None
