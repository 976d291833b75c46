"""Buying credits through the API, with a Stripe server that runs here and Stripe's own library, in both stores."""

import json
import logging
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from retina.deletion.account import STRIPE
from retina.payment.checkout import RETRIES, Session
from retina.payment.purchases import MOST_UNPAID, Purchases
from retina.payment.selling import Selling
from retina.payment.settlement import ACCOUNT_DELETED, Settlement
from support.house import House, problem
from support.shop import EVENTS, PRICES, PURCHASES, buy, deliver, listed
from support.stored import everything
from support.stripe_server import API_KEY, CARD, WEBHOOK_SECRET, StripeServer, keys_file


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


def test_events_in_any_order_and_number_credit_once(shop: House, stripe: StripeServer) -> None:
    anna = shop.person()
    _, session = buy(shop, anna)
    paid, refunded = stripe.pay(session), stripe.refund(session, 450)
    for event in (refunded, paid, refunded, paid, paid):
        assert deliver(shop, stripe, event).status_code == 204
        assert shop.credits(anna) == 3 + 50
    disputed = stripe.dispute(session)
    assert deliver(shop, stripe, disputed).status_code == 204
    [purchase] = listed(shop, anna)
    assert (purchase["state"], purchase["taken_back"], shop.credits(anna)) == ("disputed", 100, 3)
    won = stripe.close_dispute(session, "won")
    for event in (won, disputed):
        assert deliver(shop, stripe, event).status_code == 204
    [purchase] = listed(shop, anna)
    assert (purchase["state"], purchase["refunded"], shop.credits(anna)) == ("refunded", 450, 3 + 50)


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


def test_a_failed_payment_whose_event_was_lost_is_given_up_by_the_reconciliation(
    shop: House, stripe: StripeServer
) -> None:
    anna = shop.person()
    _, session = buy(shop, anna)
    stripe.pay_slowly(session)
    stripe.fail(session)
    assert [*shop.services.selling.reconcile(1)] == [], "no credits change"
    assert [purchase["state"] for purchase in listed(shop, anna)] == ["not_paid"]


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


def test_payments_of_another_service_with_the_same_account_at_stripe_are_ignored(
    stripe: StripeServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shops = []
    for name in ("north", "south"):
        folder = tmp_path / name
        folder.mkdir()
        keys = str(keys_file(folder, stripe, deployment=name))
        shops.append(House(folder / "data", prices=PRICES, stripe=keys, signup_credits=3))
    north, south = shops
    anna = north.person()
    _, session = buy(north, anna)
    for event in (stripe.pay(session), stripe.refund(session, 450)):
        assert deliver(south, stripe, event).status_code == 204
    assert [*south.services.selling.reconcile(1)] == [], "nobody is told to refund what another service has sold"
    assert not [record for record in caplog.records if record.name == "retina.payment"]
    assert [found.change for _, found in north.services.selling.reconcile(1)] == [50]


@pytest.mark.parametrize("before", ["north", ""], ids=["renamed", "from before there were names"])
def test_a_purchase_that_is_known_is_settled_whatever_its_name(
    stripe: StripeServer, tmp_path: Path, before: str, caplog: pytest.LogCaptureFixture
) -> None:
    def shop(name: str) -> House:
        keys = str(keys_file(tmp_path, stripe, deployment=name))
        return House(tmp_path / "data", prices=PRICES, stripe=keys, signup_credits=3)

    north = shop("north")
    anna, berta = north.person("anna"), north.person("berta")
    session, gone = buy(north, anna)[1], buy(north, berta)[1]
    if not before:
        for each in (session, gone):
            stripe.sessions[each]["metadata"] = {}
    renamed = shop("south")
    assert deliver(renamed, stripe, stripe.pay(session)).status_code == 204
    assert renamed.credits(anna) == 103
    assert deliver(renamed, stripe, stripe.refund(session, 450)).status_code == 204
    assert renamed.credits(anna) == 53
    stripe.pay_slowly(gone)
    north.client.delete("/api/v1/account", headers=berta).raise_for_status()
    assert deliver(renamed, stripe, stripe.pay(gone)).status_code == 204
    assert not [record for record in caplog.records if record.name == "retina.payment"], "that may be another's"
    assert deliver(shop("north"), stripe, stripe.pay(gone)).status_code == 204
    reported = [record.getMessage() for record in caplog.records if record.name == "retina.payment"]
    assert len(reported) == bool(before)


def test_forged_old_and_replayed_events_are_refused(shop: House, stripe: StripeServer) -> None:
    anna = shop.person()
    _, session = buy(shop, anna)
    paid = stripe.pay(session)
    body, headers = stripe.signed(paid)
    stripe.asked.clear()
    for forged, signature in (
        (body, {}),
        (body, {"Stripe-Signature": "t=1,v1=00"}),
        (body, {"Stripe-Signature": "nonsense"}),
        (body.replace(b"cs_test", b"cs_live"), headers),
        stripe.signed(paid, secret="whsec_another"),
        stripe.signed(paid, at=int(time.time()) - 301),
        (b"\xff\xfe", headers),
    ):
        answer = shop.client.post(EVENTS, content=forged, headers=signature)
        assert problem(answer) == (400, "event_refused"), signature
    assert stripe.asked == [], "Stripe is not even asked"
    assert shop.credits(anna) == 3
    assert shop.client.post(EVENTS, content=body, headers=headers).status_code == 204
    assert problem(shop.client.post(EVENTS, content=body, headers=headers)) == (400, "event_refused"), "a replay"
    disguised = {"Stripe-Signature": headers["Stripe-Signature"].replace("t=", "v0=ab,t=0")}
    assert problem(shop.client.post(EVENTS, content=body, headers=disguised)) == (400, "event_refused"), "the same"
    assert shop.credits(anna) == 103


def test_signed_nonsense_changes_nothing(shop: House, stripe: StripeServer) -> None:
    about = {"object": "customer", "id": "cus_1"}
    assert deliver(shop, stripe, {"data": {"object": about}}).status_code == 204
    stranger = {"object": "charge", "payment_intent": "pi_of_another_shop"}
    assert deliver(shop, stripe, {"data": {"object": stranger}}).status_code == 204
    nonsense: list[dict[str, Any]] = [{}, {"data": None}, {"data": {"object": {}}}, {"data": {"object": "charge"}}]
    nonsense.append({"data": {"object": {"object": "checkout.session", "client_reference_id": None}}})
    for event in nonsense:
        assert problem(deliver(shop, stripe, event)) == (400, "event_refused")
    large = shop.client.post(EVENTS, content=b"x" * (256 * 2**10 + 1), headers={"Content-Type": "application/json"})
    assert large.status_code == 413


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
