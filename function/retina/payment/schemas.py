"""Schemas of prices and purchases in requests and responses."""

from pydantic import BaseModel, Field

from retina.payment.settlement import State
from retina.prices import Currency, Pack, Tax
from retina.storage.schemas import Next


class PriceList(BaseModel):
    """What credits cost, and whether they can be bought here."""

    payment: bool = Field(description="whether POST /api/v1/purchases sells credits; if not, ask the contact")
    contact: str | None = Field(
        description="whom to ask about credits: an email address or an https URL", examples=["credits@example.org"]
    )
    currency: Currency | None = Field(description="null: there are no prices", examples=["eur"])
    tax: Tax | None = Field(description="none: no tax is collected; inclusive; exclusive: added when paying")
    packs: list[Pack]


class PurchaseCreate(BaseModel):
    """What to buy."""

    credits: int = Field(ge=1, description="one of the packs of GET /api/v1/prices", examples=[1000])


class PurchaseResponse(BaseModel):
    """A purchase of credits. Money is in the smallest unit of the currency."""

    id: str = Field(examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"])
    created: str = Field(description="in UTC", examples=["2026-11-24T13:05:00.123456Z"])
    credits: int = Field(examples=[1000])
    amount: int = Field(description="the price, without taxes that are added", examples=[7900])
    currency: Currency
    total: int | None = Field(description="paid in all, with taxes; null: not paid", examples=[9401])
    state: State = Field(
        description="created: waiting for the payment; not_paid: that was given up; credited; refunded: all or a part; "
        "disputed: the bank has the money"
    )
    refunded: int = Field(description="money that was paid back", examples=[0])
    taken_back: int = Field(description="credits taken back for what was refunded or disputed", examples=[0])
    missing: int = Field(description="credits that ought to have been taken back and were spent", examples=[0])
    receipt: str | None = Field(description="the URL of Stripe's receipt or invoice")


class PurchaseCreateResponse(PurchaseResponse):
    """A new purchase, and where to pay."""

    url: str = Field(description="Stripe's page for paying; it works for a day")


class PurchaseList(BaseModel):
    """Purchases, newest first."""

    purchases: list[PurchaseResponse]
    next: Next
