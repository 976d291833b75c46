"""Payments while Stripe is down or hangs, for accounts that are gone, and events that were lost, in both stores."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from retina.deletion.account import STRIPE
from retina.payment.checkout import RETRIES, Session
from retina.payment.purchases import MOST_UNPAID, Purchases
from retina.payment.selling import Selling
from retina.payment.settlement import ACCOUNT_DELETED, Settlement
from support.house import House, problem
from support.shop import PURCHASES, buy, deliver, listed
from support.stored import everything
from support.stripe_server import StripeServer
from support.waiting import eventually


def test_a_failed_payment_whose_event_was_lost_is_given_up_by_the_reconciliation(
    shop: House, stripe: StripeServer
) -> None:
    anna = shop.person()
    _, session = buy(shop, anna)
    stripe.pay_slowly(session)
    stripe.fail(session)
    assert [*shop.services.selling.reconcile(1)] == [], "no credits change"
    assert [purchase["state"] for purchase in listed(shop, anna)] == ["not_paid"]


def test_while_stripe_is_down_nothing_is_lost(
    shop: House, stripe: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retina.payment.checkout.RETRIES", 0)
    anna = shop.person()
    _, session = buy(shop, anna)
    paid = stripe.pay(session)
    stripe.down = True
    assert problem(deliver(shop, stripe, paid)) == (503, "payment_unavailable")
    for _ in range(MOST_UNPAID):
        answer = shop.client.post(PURCHASES, json={"credits": 100}, headers=anna)
        assert problem(answer) == (503, "payment_unavailable"), "which does not count as begun and not paid"
    assert len(listed(shop, anna)) == 1
    stripe.down = False
    assert shop.credits(anna) == 3
    assert deliver(shop, stripe, paid).status_code == 204
    assert shop.credits(anna) == 103


@pytest.mark.parametrize("shop", ["embedded"], indirect=True)
def test_stripe_that_hangs_is_unavailable(shop: House, stripe: StripeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retina.payment.checkout.TIMEOUT_SECONDS", 0.1)
    anna = shop.person()
    with stripe.hanging():
        answer = shop.client.post(PURCHASES, json={"credits": 100}, headers=anna)
        assert problem(answer) == (503, "payment_unavailable")
        eventually(lambda: stripe.hung > RETRIES)
    assert stripe.hung == RETRIES + 1
    assert listed(shop, anna) == []


def test_a_payment_for_a_deleted_account_is_reported(
    shop: House, stripe: StripeServer, caplog: pytest.LogCaptureFixture
) -> None:
    anna = shop.person()
    account = shop.account(anna)
    first, second = buy(shop, anna)[1], buy(shop, anna)[1]
    deliver(shop, stripe, stripe.pay(first)).raise_for_status()
    receipt = listed(shop, anna)[1]["receipt"]
    stripe.pay_slowly(second)
    assert receipt in everything(shop)
    remains = shop.client.delete("/api/v1/account", headers=anna).raise_for_status().json()["remains"]
    assert {"what": STRIPE, "days": None} in remains
    assert receipt not in everything(shop), "anybody can open it"
    assert deliver(shop, stripe, stripe.pay(second)).status_code == 204
    [logged] = [record.getMessage() for record in caplog.records if record.name == "retina.payment"]
    assert logged.startswith(second)
    assert ACCOUNT_DELETED in logged
    assert [(id, found.problem) for id, found in shop.services.selling.reconcile(1)] == [(second, ACCOUNT_DELETED)]
    assert shop.services.credits.balance(account) == 103
    stripe.refund(second, 900)
    assert [*shop.services.selling.reconcile(1)] == []
    berta = shop.person("berta")
    assert STRIPE not in shop.client.delete("/api/v1/account", headers=berta).text, "she has bought nothing"


def test_one_that_cannot_be_settled_stops_no_other(
    shop: House, stripe: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = shop.person()
    sold = [buy(shop, anna)[1] for _ in range(4)]
    for session in sold:
        stripe.pay(session)
    shop.services.selling.settle(Session(sold[0], stripe.sessions[sold[0]]["client_reference_id"]))
    intent = stripe.sessions[sold[0]]["payment_intent"]["id"]
    stripe.refund(sold[0], 900)
    stripe.gone = {sold[1], intent}
    settle, failing = Purchases.settle, stripe.sessions[sold[2]]["client_reference_id"]

    def busy(self: Purchases, reference: str, ask: Any, **more: Any) -> Settlement:
        if reference == failing:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "Query")
        return settle(self, reference, ask, **more)

    monkeypatch.setattr(Purchases, "settle", busy)
    found = {id: (each.change, each.problem) for id, each in shop.services.selling.reconcile(1)}
    assert found[sold[3]] == (100, "")
    assert found[sold[0]] == (-100, "")
    assert "PaymentUnavailableError" in found[sold[1]][1]
    assert "ClientError" in found[sold[2]][1]
    assert "PaymentUnavailableError" in found[intent][1]


def test_lost_events_are_made_up_for(shop: House, stripe: StripeServer) -> None:
    anna = shop.person()
    sold = [buy(shop, anna)[1] for _ in range(4)]
    for session in sold[:3]:
        stripe.pay(session)
    stripe.refund(sold[1], 900)
    selling: Selling = shop.services.selling
    assert sorted(found.change for _, found in selling.reconcile(1)) == [100, 100]
    assert shop.credits(anna) == 203
    assert [*selling.reconcile(1)] == []
    stripe.refund(sold[0], 900)
    stripe.dispute(sold[2])
    assert [found.change for _, found in selling.reconcile(1)] == [-100, -100]
    assert shop.credits(anna) == 3
    states = [purchase["state"] for purchase in listed(shop, anna)]
    assert states == ["created", "disputed", "refunded", "refunded"]
