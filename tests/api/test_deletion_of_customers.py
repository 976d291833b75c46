"""Nobody pays into an account that was deleted: its pages for paying are closed, at once or by the reconciliation."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from retina.deletion.account import PAYABLE
from retina.payment import deletions
from retina.payment.checkout import Checkout, Session
from retina.payment.purchases import Purchases
from retina.payment.settlement import ACCOUNT_DELETED
from support.house import ACCOUNT, House, problem
from support.shop import PURCHASES, buy, deliver
from support.stripe_server import StripeServer

FUNCTION = "payment-function"


def states(stripe: StripeServer, *sessions: str) -> list[str]:
    return [stripe.sessions[session]["status"] for session in sessions]


def delete(shop: House, who: dict[str, str]) -> list[str]:
    """What remains."""
    receipt = shop.client.delete(ACCOUNT, headers=who).raise_for_status().json()
    return [each["what"] for each in receipt["remains"]]


def test_the_pages_of_a_deleted_account_are_closed_and_no_others(shop: House, stripe: StripeServer) -> None:
    anna, berta = shop.person(), shop.person("berta")
    paid, *mine = [buy(shop, anna)[1] for _ in range(3)]
    hers = buy(shop, berta)[1]
    deliver(shop, stripe, stripe.pay(paid)).raise_for_status()
    assert PAYABLE not in delete(shop, anna)
    assert states(stripe, paid, *mine, hers) == ["complete", "expired", "expired", "open"]
    for event in stripe.events:
        assert deliver(shop, stripe, event).status_code == 204, "its notices are no trouble"
    assert [*shop.services.selling.reconcile(1)] == []


def test_who_has_bought_nothing_does_not_depend_on_stripe(shop: House, stripe: StripeServer) -> None:
    anna = shop.person()
    paid = buy(shop, anna)[1]
    deliver(shop, stripe, stripe.pay(paid)).raise_for_status()
    stripe.asked.clear()
    stripe.down = True
    for who in (anna, shop.person("berta")):
        assert PAYABLE not in delete(shop, who)
    assert stripe.asked == []


def test_while_stripe_is_down_accounts_are_deleted_and_the_reconciliation_closes_the_page(
    shop: House, stripe: StripeServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("retina.payment.checkout.RETRIES", 0)
    anna, berta = shop.person(), shop.person("berta")
    left, hers = buy(shop, anna)[1], buy(shop, berta)[1]
    stripe.down = True
    assert PAYABLE in delete(shop, anna)
    assert "could not be closed: reconcile the payments" in caplog.text
    stripe.down = False
    assert states(stripe, left) == ["open"]
    assert [*shop.services.selling.reconcile(1)] == []
    assert states(stripe, left, hers) == ["expired", "open"]


def test_a_page_that_could_not_be_closed_at_first_is_closed_once_stripe_answers(
    shop: House, stripe: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retina.payment.checkout.RETRIES", 0)
    anna = shop.person()
    session, forget = buy(shop, anna)[1], shop.app.state.people.forget

    def meanwhile(subject: str) -> None:
        stripe.down = False
        forget(subject)

    monkeypatch.setattr(shop.app.state.people, "forget", meanwhile)
    stripe.down = True
    assert PAYABLE not in delete(shop, anna)
    assert states(stripe, session) == ["expired"]


def test_what_was_paid_on_a_page_that_stayed_open_is_reported_until_it_is_refunded(
    shop: House, stripe: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retina.payment.checkout.RETRIES", 0)
    anna = shop.person()
    account, left = shop.account(anna), buy(shop, anna)[1]
    stripe.down = True
    delete(shop, anna)
    stripe.down = False
    deliver(shop, stripe, stripe.pay(left)).raise_for_status()
    for _ in range(2):
        assert [(id, found.problem) for id, found in shop.services.selling.reconcile(1)] == [(left, ACCOUNT_DELETED)]
    assert shop.services.credits.balance(account) == 3
    stripe.refund(left, 900)
    assert [*shop.services.selling.reconcile(1)] == []


def test_a_page_that_is_paid_while_it_is_closed_is_settled_as_usual(
    shop: House, stripe: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = shop.person()
    session, open_sessions = buy(shop, anna)[1], Checkout.open_sessions

    def late(self: Checkout) -> Iterator[Session]:
        found = [*open_sessions(self)]
        stripe.pay(session)
        return iter(found)

    monkeypatch.setattr(Checkout, "open_sessions", late)
    assert PAYABLE not in delete(shop, anna), "nobody can pay there again"
    assert states(stripe, session) == ["complete"]
    assert [found.problem for _, found in shop.services.selling.reconcile(1)] == [ACCOUNT_DELETED]


def test_who_buys_while_the_account_is_deleted_is_not_told_where_to_pay(
    shop: House, stripe: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, page = shop.person(), Checkout.page

    def slow(self: Checkout, *arguments: Any) -> str:
        delete(shop, anna)
        return page(self, *arguments)

    monkeypatch.setattr(Checkout, "page", slow)
    answer = shop.client.post(PURCHASES, json={"credits": 100}, headers=anna)
    assert problem(answer) == (401, "token_refused")
    assert [*shop.services.selling.reconcile(1)] == []
    assert states(stripe, *stripe.sessions) == ["expired"]


@pytest.mark.parametrize("shop", ["embedded"], indirect=True)
def test_a_service_without_keys_tells_the_function_that_has_them(
    shop: House, stripe: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []

    class Lambda:
        def invoke(self, **request: Any) -> None:
            told.append(request)
            if len(told) > 1:
                raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke")

    monkeypatch.setattr("retina.storage.s3.client", {"lambda": Lambda()}.__getitem__)
    anna, berta = shop.person(), shop.person("berta")
    account = shop.account(anna)
    for who in (anna, berta):
        buy(shop, who)
    api = House(shop.data, **shop.settings.model_dump(exclude={"data"}) | {"payment_function": FUNCTION})
    stripe.asked.clear()
    assert PAYABLE not in delete(api, anna)
    [asked] = told
    assert (asked["FunctionName"], asked["InvocationType"]) == (FUNCTION, "Event")
    assert json.loads(asked["Payload"]) == {"source": deletions.SOURCE, "account": account}
    assert PAYABLE in delete(api, berta), "it could not be told"
    assert len(told) == 3, "though it was tried again"
    assert stripe.asked == [], "this function has no keys"


@pytest.mark.parametrize("shop", ["embedded"], indirect=True)
def test_only_what_was_begun_within_a_day_can_still_be_paid(shop: House, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = shop.person()
    account, purchases = shop.account(anna), Purchases(shop.services.records)
    assert not purchases.payable(account)
    buy(shop, anna)
    assert purchases.payable(account)
    monkeypatch.setattr("retina.payment.purchases.PAYABLE_SECONDS", 0)
    assert not purchases.payable(account)
