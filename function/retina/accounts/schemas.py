"""Schemas of credits, passwords and tokens in requests and responses."""

from pydantic import BaseModel, Field

from retina.accounts.ledger import LOW
from retina.storage.schemas import Next


class PasswordUpdate(BaseModel):
    """A new password, set by someone who knows the current one."""

    current: str = Field(max_length=1000)
    new: str = Field(max_length=1000, description="12 to 256 characters, and not easy to guess")


class Tokens(BaseModel):
    """The tokens of a session, as `/oauth2/token` returns them."""

    access_token: str
    refresh_token: str
    id_token: str
    token_type: str = Field(examples=["Bearer"])
    expires_in: int = Field(description="seconds", examples=[600])


class DayCharged(BaseModel):
    """The credits charged on one UTC day for one API key."""

    day: str = Field(examples=["2026-11-24"])
    key_id: str = Field(description="empty for a person", examples=["5f4d1c2a7e0a7b4b"])
    credits: int = Field(ge=0, examples=[12])


class BatchLimits(BaseModel):
    """The batches of the account, and the photographs in them that are not done or rejected, each with its limit."""

    batches: int = Field(ge=0, description="open or finished, until they are deleted or expire", examples=[3])
    most_batches: int = Field(ge=0, examples=[1000])
    bytes: int = Field(ge=0, description="announced bytes of photographs that are not done or rejected", examples=[0])
    most_bytes: int = Field(
        ge=0, description="no more than the credits could pay for in photographs of the largest size", examples=[2**30]
    )
    paid: bool = Field(
        description="whether the account has bought credits, or was granted some. Where credits have a price, the "
        "limits are lower without; where they have none, this is false"
    )


class HistoryLimits(BaseModel):
    """The photographs and images of the history, and their limit. What versions up to 0.2.0 saved is not counted."""

    bytes: int = Field(ge=0, examples=[52_428_800])
    most_bytes: int = Field(
        ge=0, description="where credits have a price, lower for an account that has paid nothing", examples=[2**31]
    )


class Usage(BaseModel):
    """Credits left, and credits charged."""

    account: str = Field(
        description="a random id, without personal data", examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"]
    )
    credits: int = Field(description="left", ge=0, examples=[488])
    reserved: int = Field(
        description="of these, reserved for unfinished photographs of open batches", ge=0, examples=[12]
    )
    low: bool = Field(description=f"whether {LOW} or fewer are left and not reserved")
    limits: BatchLimits
    history: HistoryLimits
    charges: list[DayCharged] = Field(description="the newest day first")
    next: Next
