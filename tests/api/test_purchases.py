"""Buying credits through the API, with a Stripe server that runs here and Stripe's own library, in both stores."""

import json
import logging
from pathlib import Path

import pytest

from support.house import House, problem
from support.shop import EVENTS, PRICES, PURCHASES, buy, deliver, listed
from support.stored import everything
from support.stripe_server import API_KEY, CARD, WEBHOOK_SECRET, StripeServer


def test_a_purchase_from_the_price_to_the_receipt(shop: House, stripe: StripeServer) -> None:
    anna = shop.person()
    assert shop.client.get("/api/v1/prices").json()["payment"] is True
    bought, session = buy(shop, anna, 1000)
    assert bought["state"] == "created"
    form = stripe.sessions[session]["form"]
    assert form["line_items[0][price_data][tax_behavior]"] == "exclusive"
    assert form["automatic_tax[enabled]"] == "true"
    assert form["success_url"] == f"http://testserver/account.html?paid={bought['id']}"
    assert shop.credits(anna) == 3
    assert deliver(shop, stripe, stripe.pay(session)).status_code == 204
    assert shop.credits(anna) == 1003
    [purchase] = listed(shop, anna)
    assert {"url": bought["url"], **purchase} == bought | {
        "state": "credited",
        "total": 7900,
        "receipt": purchase["receipt"],
    }
    assert purchase["receipt"].startswith("https://invoice.example/")
    assert listed(shop, shop.person("berta")) == []


@pytest.mark.parametrize("shop", ["embedded"], indirect=True)
def test_without_taxes_there_is_a_receipt_and_no_invoice(stripe: StripeServer, shop: House) -> None:
    prices = PRICES.model_copy(update={"tax": "none"})
    untaxed = House(shop.data, **shop.settings.model_dump(exclude={"data", "prices"}), prices=prices)
    anna = untaxed.person()
    _, session = buy(untaxed, anna)
    assert stripe.sessions[session]["form"]["invoice_creation[enabled]"] == "false"
    deliver(untaxed, stripe, stripe.pay(session)).raise_for_status()
    [purchase] = listed(untaxed, anna)
    assert purchase["receipt"] == stripe.sessions[session]["payment_intent"]["latest_charge"]["receipt_url"]


def test_an_invoice_that_is_made_after_the_notice_replaces_the_receipt(shop: House, stripe: StripeServer) -> None:
    """Stripe makes it within the hour; the reconciliation finds it."""
    anna = shop.person()
    _, session = buy(shop, anna)
    paid, known = stripe.pay(session), stripe.sessions[session]
    at, known["invoice"]["hosted_invoice_url"] = known["invoice"]["hosted_invoice_url"], None
    deliver(shop, stripe, paid).raise_for_status()
    assert listed(shop, anna)[0]["receipt"] == known["payment_intent"]["latest_charge"]["receipt_url"]
    known["invoice"]["hosted_invoice_url"] = at
    assert [*shop.services.selling.reconcile(1)] == [], "no credits change"
    assert listed(shop, anna)[0]["receipt"] == at
    assert shop.credits(anna) == 103


@pytest.mark.parametrize("shop", ["embedded"], indirect=True)
def test_a_purchase_keeps_its_invoice_if_stripe_finds_it_no_more(shop: House, stripe: StripeServer) -> None:
    anna = shop.person()
    _, session = buy(shop, anna)
    deliver(shop, stripe, stripe.pay(session)).raise_for_status()
    [before] = listed(shop, anna)
    known = stripe.sessions[session]
    known["invoice"], known["payment_intent"]["latest_charge"]["receipt_url"] = None, None
    deliver(shop, stripe, stripe.refund(session, 450)).raise_for_status()
    [after] = listed(shop, anna)
    assert (before["state"], after["state"]) == ("credited", "refunded")
    assert after["receipt"] == before["receipt"] != ""


def test_a_purchase_that_is_not_paid_costs_and_gives_nothing(shop: House, stripe: StripeServer) -> None:
    anna = shop.person()
    _, session = buy(shop, anna)
    assert deliver(shop, stripe, stripe.expire(session)).status_code == 204
    assert [purchase["state"] for purchase in listed(shop, anna)] == ["not_paid"]
    assert shop.credits(anna) == 3


def test_a_slow_payment_is_credited_when_it_arrives_and_given_up_when_it_fails(
    shop: House, stripe: StripeServer
) -> None:
    anna = shop.person()
    first, second = buy(shop, anna)[1], buy(shop, anna)[1]
    ordered = [stripe.pay_slowly(session) for session in (first, second)]
    for event in ordered:
        assert deliver(shop, stripe, event).status_code == 204
    assert [purchase["state"] for purchase in listed(shop, anna)] == ["created", "created"]
    for event in (stripe.fail(first), stripe.pay(second), *ordered):
        assert deliver(shop, stripe, event).status_code == 204
    assert [purchase["state"] for purchase in listed(shop, anna)] == ["credited", "not_paid"]
    assert shop.credits(anna) == 103


def test_a_partial_dispute_takes_back_its_share(shop: House, stripe: StripeServer) -> None:
    anna = shop.person()
    _, session = buy(shop, anna)
    deliver(shop, stripe, stripe.pay(session)).raise_for_status()
    assert deliver(shop, stripe, stripe.dispute(session, amount=300)).status_code == 204
    [purchase] = listed(shop, anna)
    assert (purchase["state"], purchase["taken_back"], shop.credits(anna)) == ("disputed", 33, 3 + 67)
    assert deliver(shop, stripe, stripe.refund(session, 450)).status_code == 204
    assert (listed(shop, anna)[0]["taken_back"], shop.credits(anna)) == (83, 3 + 17)
    assert deliver(shop, stripe, stripe.close_dispute(session, "lost")).status_code == 204
    assert shop.credits(anna) == 3 + 17
    assert deliver(shop, stripe, stripe.close_dispute(session, "won")).status_code == 204
    assert (listed(shop, anna)[0]["state"], shop.credits(anna)) == ("refunded", 3 + 50)


def test_what_has_no_price_cannot_be_bought(shop: House, stripe: StripeServer, tmp_path: Path) -> None:
    anna = shop.person()
    for wrong in (1, 101, 10**9):
        answer = shop.client.post(PURCHASES, json={"credits": wrong}, headers=anna)
        assert problem(answer) == (409, "not_for_sale")
    house = House(tmp_path / "other", contact="credits@example.org", prices=PRICES)
    answer = house.client.post(PURCHASES, json={"credits": 100}, headers=house.person())
    assert problem(answer) == (409, "not_for_sale")
    assert "credits@example.org" in answer.json()["detail"]
    assert problem(deliver(house, stripe, {"data": {}})) == (409, "not_for_sale")


def test_no_card_and_no_secret_is_stored_logged_or_answered(
    shop: House, stripe: StripeServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("retina.payment.checkout.RETRIES", 0)
    anna = shop.person()
    bought, session = buy(shop, anna)
    deliver(shop, stripe, stripe.pay(session)).raise_for_status()
    shop.client.post(EVENTS, content=b"{}", headers={"Stripe-Signature": "t=1,v1=00"})
    stripe.down = True
    deliver(shop, stripe, stripe.refund(session, 900))
    pages = [shop.client.get(path, headers=anna).text for path in (PURCHASES, "/api/v1/prices", "/account.html")]
    seen = {"stored": everything(shop), "logged": caplog.text, "answered": json.dumps([bought, *pages])}
    assert session not in seen["stored"]
    for where, text in seen.items():
        for secret in (API_KEY, WEBHOOK_SECRET, CARD):
            assert secret not in text, where
