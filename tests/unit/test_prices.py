"""The file with the prices of credits, and what is refused in it."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from conftest import ROOT
from retina.prices import Prices, prices_of
from retina.settings import Settings

EURO = {"currency": "eur", "tax": "exclusive", "packs": [{"credits": 100, "amount": 900}]}


def example() -> str:
    """The file that the documentation shows."""
    return (ROOT / "docs" / "settings.md").read_text().partition("```toml\n")[2].partition("```")[0]


def test_the_documented_file_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(example())
    monkeypatch.setenv("RETINA_PRICES", str(file))
    prices = Settings().prices
    assert prices is not None
    assert [pack.credits for pack in prices.packs] == [100, 1000, 10_000]
    assert prices == prices_of(prices.model_dump_json()), "as JSON, too"
    assert prices.pack(1000) == prices.packs[1]
    assert prices.pack(7) is None


def test_without_a_file_there_are_no_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RETINA_PRICES", raising=False)
    assert Settings().prices is None
    monkeypatch.setenv("RETINA_PRICES", "")
    assert Settings().prices is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"currency": "doubloon"},
        {"tax": "perhaps"},
        {"packs": []},
        {"packs": [{"credits": 0, "amount": 900}]},
        {"packs": [{"credits": 100, "amount": 9.5}]},
        {"packs": [{"credits": 100, "amount": "900"}]},
        {"packs": [{"credits": 100, "amount": 1}]},
        {"packs": [{"credits": 100, "amount": 900}, {"credits": 100, "amount": 800}]},
        {"packs": [{"credits": 100, "amount": 900, "discount": 5}]},
        {"rebate": True},
    ],
)
def test_other_prices_are_refused(wrong: dict[str, Any]) -> None:
    assert Prices.model_validate(EURO)
    with pytest.raises(ValidationError):
        prices_of(json.dumps(EURO | wrong))


@pytest.mark.parametrize("text", ["/nowhere/prices.toml", "{", "currency = ["])
def test_a_file_that_cannot_be_read_stops_the_start(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if text.startswith("currency"):
        (tmp_path / "prices.toml").write_text(text)
        text = str(tmp_path / "prices.toml")
    monkeypatch.setenv("RETINA_PRICES", text)
    with pytest.raises(ValidationError, match="prices"):
        Settings()


@pytest.mark.parametrize("contact", ["credits@example.org", "https://example.org/credits"])
def test_a_contact_is_an_address_or_a_page(contact: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETINA_CONTACT", contact)
    assert Settings().contact == contact


@pytest.mark.parametrize("contact", ["ask me", "javascript:alert(1)", "http://example.org", 'https://"><b>', "a@b"])
def test_other_contacts_are_refused(contact: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETINA_CONTACT", contact)
    with pytest.raises(ValidationError):
        Settings()
