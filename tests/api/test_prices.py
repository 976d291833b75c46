"""The prices of credits, which everyone may read."""

from pathlib import Path

import pytest

from retina.prices import Pack, Prices
from support.house import House

PRICES = Prices(currency="eur", tax="inclusive", packs=(Pack(credits=100, amount=900), Pack(credits=1000, amount=7900)))


def test_without_prices_the_contact_is_named(tmp_path: Path) -> None:
    answer = House(tmp_path, contact="credits@example.org").client.get("/api/v1/prices").raise_for_status().json()
    assert answer == {"payment": False, "contact": "credits@example.org", "currency": None, "tax": None, "packs": []}


@pytest.mark.parametrize("contact", [None, "https://example.org/credits"])
def test_prices_are_public(tmp_path: Path, contact: str | None) -> None:
    answer = House(tmp_path, prices=PRICES, contact=contact).client.get("/api/v1/prices").raise_for_status().json()
    assert answer == {
        "payment": False,
        "contact": contact,
        "currency": "eur",
        "tax": "inclusive",
        "packs": [{"credits": 100, "amount": 900}, {"credits": 1000, "amount": 7900}],
    }
