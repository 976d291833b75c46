"""Events that Stripe sends: in any order, for another service, forged, repeated or nonsense, in both stores."""

import time
from pathlib import Path
from typing import Any

import pytest

from support.house import House, problem
from support.shop import EVENTS, PRICES, buy, deliver, listed
from support.stripe_server import StripeServer, keys_file


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
