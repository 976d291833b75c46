"""A service that sells credits, in both stores, and what its customers do."""

from pathlib import Path
from typing import Any

import pytest

from retina.prices import Pack, Prices
from support.house import House, in_aws
from support.stripe_server import StripeServer, keys_file

PURCHASES, EVENTS = "/api/v1/purchases", "/api/v1/stripe-events"
PRICES = Prices(currency="eur", tax="exclusive", packs=(Pack(credits=100, amount=900), Pack(credits=1000, amount=7900)))


def opened(request: pytest.FixtureRequest, folder: Path, stripe: StripeServer, **more: Any) -> House:
    """With the stores that the test is parametrised with: "embedded" or "AWS"."""
    settings: dict[str, Any] = {"prices": PRICES, "stripe": str(keys_file(folder, stripe)), "signup_credits": 3} | more
    if request.param == "embedded":
        return House(folder / "data", **settings)
    request.getfixturevalue("s3")
    return in_aws(folder / "data", **settings)


def buy(shop: House, who: dict[str, str], credits: int = 100) -> tuple[dict[str, Any], str]:
    """A purchase as it was answered, and its session at Stripe."""
    bought = shop.client.post(PURCHASES, json={"credits": credits}, headers=who).raise_for_status().json()
    return bought, bought["url"].rpartition("/")[2]


def deliver(shop: House, stripe: StripeServer, event: dict[str, Any]) -> Any:
    body, headers = stripe.signed(event)
    return shop.client.post(EVENTS, content=body, headers=headers)


def listed(shop: House, who: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.client.get(PURCHASES, headers=who).raise_for_status().json()["purchases"]
    return found
