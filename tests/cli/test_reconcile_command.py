"""`retina credits reconcile`, and what stops `retina serve` where credits cannot be sold."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from retina.__main__ import main
from support.house import House
from support.stripe_server import API_KEY, StripeServer, keys_file, stripe_server

PRICES = '{"currency": "usd", "packs": [{"credits": 100, "amount": 900}]}'


@pytest.fixture
def stripe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeServer]:
    with stripe_server() as running:
        monkeypatch.setenv("RETINA_DATA", str(tmp_path / "data"))
        monkeypatch.setenv("RETINA_PRICES", PRICES)
        monkeypatch.setenv("RETINA_STRIPE", str(keys_file(tmp_path, running)))
        yield running


def test_a_payment_whose_event_was_lost_is_booked(
    stripe: StripeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = House(tmp_path / "data")
    anna = house.person()
    bought = house.client.post("/api/v1/purchases", json={"credits": 100}, headers=anna).raise_for_status().json()
    session = bought["url"].rpartition("/")[2]
    stripe.pay(session)
    assert main(["credits", "reconcile"]) == 0
    assert f"  +100  credited    {bought['id']}  account {house.account(anna)}\n" in capsys.readouterr().out
    assert house.credits(anna) == 120
    assert main(["credits", "reconcile", "--days", "2"]) == 0
    assert capsys.readouterr().out == "0 purchases mended.\n"


def test_what_somebody_has_to_refund_is_printed_and_ends_with_1(
    stripe: StripeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = House(tmp_path / "data")
    anna, berta = house.person(), house.person("berta")
    sold = [
        house.client.post("/api/v1/purchases", json={"credits": 100}, headers=who).raise_for_status().json()
        for who in (anna, anna, berta)
    ]
    sessions = [bought["url"].rpartition("/")[2] for bought in sold]
    for session in sessions:
        stripe.pay(session)
    stripe.gone = {sessions[0]}
    house.client.delete("/api/v1/account", headers=anna).raise_for_status()
    assert main(["credits", "reconcile"]) == 1
    said = capsys.readouterr().out
    assert f"{sessions[0]}: could not be settled (PaymentUnavailableError): run this again\n" in said
    assert f"{sessions[1]}: paid, but the account was deleted: refund this\n" in said
    assert f"  +100  credited    {sold[2]['id']}  account {house.account(berta)}\n" in said
    assert said.endswith("1 purchases mended. Problems: 2.\n")


@pytest.mark.parametrize("command", [["credits", "reconcile"], ["serve", "--port", "0"]])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "cannot be read"),
        ("{", "has no valid JSON with keys"),
        ('{"api_key": "%s"}', "has no valid JSON with webhook_secret"),
        ('{"api_key": "%s", "webhook_secret": "%s"}', "webhook_secret should begin with whsec_"),
        ('{"api_key": "x%s", "webhook_secret": "whsec_%s"}', "api_key should begin with sk_ or rk_"),
    ],
)
def test_keys_that_cannot_be_used_are_reported_without_showing_them(
    stripe: StripeServer,
    content: str | None,
    expected: str,
    command: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "stripe.json"
    if content is None:
        file.unlink()
    else:
        file.write_text(content.replace("%s", API_KEY))
    assert main(command) == 2
    said = capsys.readouterr().err
    assert expected in said
    assert API_KEY not in said


@pytest.mark.parametrize("command", [["credits", "reconcile"], ["serve", "--port", "0"]])
def test_without_the_library_a_sentence_says_how_to_install_it(
    stripe: StripeServer, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "retina.payment.checkout", None)
    assert main(command) == 2
    assert "pip install 'retina-vessels[payment]'" in capsys.readouterr().err


@pytest.mark.usefixtures("s3", "stripe")
def test_a_parameter_that_does_not_exist_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RETINA_STRIPE", "ssm:/retina/strip")
    assert main(["credits", "reconcile"]) == 2
    said = capsys.readouterr().err
    assert "Stripe cannot be asked: ssm:/retina/strip cannot be read (ParameterNotFound)." in said


def test_without_stripe_there_is_nothing_to_reconcile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RETINA_DATA", str(tmp_path))
    assert main(["credits", "reconcile"]) == 2
    assert "Nothing is sold here" in capsys.readouterr().err
    monkeypatch.setenv("RETINA_STRIPE", "keys.json")
    assert main(["credits", "reconcile"]) == 2
    assert "RETINA_STRIPE: Value error, nothing can be sold without RETINA_PRICES" in capsys.readouterr().err


def test_stripe_that_does_not_answer_is_an_error(
    stripe: StripeServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("retina.payment.checkout.RETRIES", 0)
    stripe.down = True
    assert main(["credits", "reconcile"]) == 2
    assert "does not answer as expected" in capsys.readouterr().err
