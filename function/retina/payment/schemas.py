"""Schemas of prices and purchases in requests and responses."""

from pydantic import BaseModel, Field

from retina.prices import Currency, Pack, Tax


class PriceList(BaseModel):
    """What credits cost, and whether they can be bought here."""

    payment: bool = Field(description="whether POST /api/v1/purchases sells credits; if not, ask the contact")
    contact: str | None = Field(
        description="whom to ask about credits: an email address or an https URL", examples=["credits@example.org"]
    )
    currency: Currency | None = Field(description="null: there are no prices", examples=["eur"])
    tax: Tax | None = Field(description="none: no tax is collected; inclusive; exclusive: added when paying")
    packs: list[Pack]
