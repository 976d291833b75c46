"""The function that sells credits: its timer books what events did not, and tells requests from timers."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from retina.errors import PaymentUnavailableError
from retina.payment import deletions
from retina.prices import Pack, Prices
from support.house import House
from support.stripe_server import StripeServer, keys_file, stripe_server

PRICES = Prices(currency="eur", tax="none", packs=(Pack(credits=100, amount=900),))
TICK = {"source": "aws.events", "days": 1}


@pytest.fixture
def stripe() -> Iterator[StripeServer]:
    with stripe_server() as running:
        yield running


@pytest.fixture
def shop(tmp_path: Path, stripe: StripeServer) -> House:
    return House(tmp_path / "data", prices=PRICES, stripe=str(keys_file(tmp_path, stripe)))


@pytest.fixture
def handler(tmp_path: Path, shop: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("RETINA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("RETINA_STRIPE", str(tmp_path / "stripe.json"))
    monkeypatch.setenv("RETINA_PRICES", PRICES.model_dump_json())
    monkeypatch.setenv("RETINA_ISSUER", "https://issuer.example/pool")
    monkeypatch.setenv("RETINA_CLIENT_ID", "page")
    yield importlib.import_module("payment_handler")
    sys.modules.pop("payment_handler", None)


def bought(shop: House, who: dict[str, str]) -> str:
    answer = shop.client.post("/api/v1/purchases", json={"credits": 100}, headers=who).raise_for_status()
    return str(answer.json()["url"].rpartition("/")[2])


def test_the_timer_books_payments_whose_events_were_lost(
    shop: House, stripe: StripeServer, handler: Any, caplog: pytest.LogCaptureFixture
) -> None:
    anna = shop.person()
    session = bought(shop, anna)
    handler.payment(TICK, None)
    assert shop.credits(anna) == 20
    stripe.pay(session)
    for _ in range(2):
        handler.payment(TICK, None)
        assert shop.credits(anna) == 120
    [logged] = [record.getMessage() for record in caplog.records if record.name == "retina.payment"]
    assert logged.startswith(session)
    assert "+100 credits" in logged


def test_what_takes_weeks_is_found_by_the_longer_timer(shop: House, stripe: StripeServer, handler: Any) -> None:
    anna = shop.person()
    session = bought(shop, anna)
    stripe.pay(session)
    stripe.sessions[session]["created"] -= 14 * 24 * 3600
    handler.payment(TICK, None)
    assert shop.credits(anna) == 20
    handler.payment(TICK | {"days": 35}, None)
    assert shop.credits(anna) == 120


def test_a_payment_that_cannot_be_booked_raises_the_alarm(
    shop: House, stripe: StripeServer, handler: Any, caplog: pytest.LogCaptureFixture
) -> None:
    anna, berta = shop.person("anna"), shop.person("berta")
    gone, paid = bought(shop, anna), bought(shop, berta)
    stripe.pay_slowly(gone)
    shop.client.delete("/api/v1/account", headers=anna).raise_for_status()
    for session in (gone, paid):
        stripe.pay(session)
    with pytest.raises(handler.UnsettledError, match="booked: 1"):
        handler.payment(TICK, None)
    assert shop.credits(berta) == 120, "the others are booked"
    [logged] = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert logged.startswith(gone), "once"


def test_the_pages_of_an_account_that_is_deleted_are_closed(shop: House, stripe: StripeServer, handler: Any) -> None:
    anna, berta = shop.person("anna"), shop.person("berta")
    mine, hers = bought(shop, anna), bought(shop, berta)
    told = {"source": deletions.SOURCE, "account": shop.account(anna)}
    for _ in range(2):
        handler.payment(told, None)
        assert [stripe.sessions[session]["status"] for session in (mine, hers)] == ["expired", "open"]
    stripe.down = True
    with pytest.raises(PaymentUnavailableError):  # an error of the function, which raises its alarm
        handler.payment(told, None)


def test_a_request_is_no_timer(shop: House, stripe: StripeServer, handler: Any) -> None:
    anna = shop.person()
    stripe.pay(bought(shop, anna))
    request = {
        "version": "2.0",
        "rawPath": "/api/v1/stripe-events",
        "rawQueryString": "source=aws.events",
        "headers": {"host": "127.0.0.1", "source": "aws.events", "content-type": "application/json"},
        "body": '{"source": "aws.events"}',
        "isBase64Encoded": False,
        "requestContext": {"http": {"method": "POST", "path": "/api/v1/stripe-events", "sourceIp": "203.0.113.1"}},
    }
    assert handler.payment(request, None)["statusCode"] == 400
    assert shop.credits(anna) == 20
