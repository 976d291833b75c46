"""API keys, credits, and what an account held."""

from typing import Annotated

from pydantic import BaseModel, Field


class Deleted(BaseModel):
    """What was deleted with an account. Its ledger stays, under a random id that leads to nobody."""

    predictions: int
    batches: int
    exports: int
    keys: int


KeyId = Annotated[str, Field(examples=["5f4d1c2a7e0a7b4b"])]


class KeyWish(BaseModel):
    """A key to be made."""

    name: str = Field(min_length=1, max_length=100, description="to tell it from others", examples=["Reading centre"])


class KeyTold(BaseModel):
    """An API key, without its secret."""

    id: KeyId
    name: str = Field(examples=["Reading centre"])
    created: str = Field(description="in UTC", examples=["2026-11-24T13:05:00.123456Z"])


class KeyShown(KeyTold):
    """An API key; `key` is what goes into X-API-Key, and is not shown again."""

    key: str = Field(examples=["rk_5f4d1c2a7e0a7b4b_…"])


class KeyList(BaseModel):
    """The API keys of an account."""

    keys: list[KeyTold]


class DayCharged(BaseModel):
    """What was charged on one day, in UTC, by way of one API key."""

    day: str = Field(examples=["2026-11-24"])
    key_id: str = Field(description="empty for a person", examples=["5f4d1c2a7e0a7b4b"])
    credits: int = Field(ge=0, examples=[12])


class Usage(BaseModel):
    """Credits, left and charged."""

    account: str = Field(
        description="a random id, without personal data", examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"]
    )
    credits: int = Field(description="left", ge=0, examples=[488])
    charges: list[DayCharged]
