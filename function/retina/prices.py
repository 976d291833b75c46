"""The prices of credits, as the operator of the service states them in one TOML file (see docs/settings.md)."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_PACKS = 12
CONTACT = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+|https://[^\s<>\"]+")
"""An email address or the https address of a page."""

Currency = Literal["aud", "cad", "chf", "czk", "dkk", "eur", "gbp", "jpy", "nok", "nzd", "pln", "sek", "usd"]
"""Those whose smallest unit is the same for browsers and for Stripe."""
Tax = Literal["none", "inclusive", "exclusive"]
"""What the prices say of taxes: nothing and none are collected; included in them; added when paying."""


class Pack(BaseModel):
    """A number of credits that is sold together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    credits: Annotated[int, Field(ge=1, le=1_000_000, strict=True, description="how many", examples=[1000])]
    amount: Annotated[
        int,
        Field(
            ge=50,
            le=99_999_999,
            strict=True,
            description="the price, in the smallest unit of the currency: 4900 is 49.00 EUR",
            examples=[4900],
        ),
    ]


class Prices(BaseModel):
    """What credits cost."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: Currency
    tax: Tax = "none"
    packs: Annotated[tuple[Pack, ...], Field(min_length=1, max_length=MOST_PACKS)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({pack.credits for pack in self.packs}) < len(self.packs):
            raise ValueError("two packs have the same number of credits")
        return self

    def pack(self, credits: int) -> Pack | None:
        """The pack of so many credits, if it is sold."""
        return next((pack for pack in self.packs if pack.credits == credits), None)


def prices_of(text: str) -> Prices:
    """The prices in the TOML file at this path, or written out as JSON; raises `ValueError` (pydantic's is one)."""
    if text.lstrip().startswith("{"):
        return Prices.model_validate_json(text)
    try:
        return Prices.model_validate(tomllib.loads(Path(text).read_text(encoding="utf-8")))
    except OSError as error:
        raise ValueError(f"{text} cannot be read ({error.strerror})") from error
