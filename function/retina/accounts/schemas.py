"""Schemas of API keys, credits, passwords and tokens in requests and responses."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from retina.accounts.scopes import SCOPES, Scope
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


KeyId = Annotated[str, Field(examples=["5f4d1c2a7e0a7b4b"])]


def _end(text: object) -> datetime:
    """The end, in UTC, of a day given as text, or the given time itself; raises `ValueError`."""
    wrong = ValueError("Input should be a day or a time, such as 2027-06-30")
    if not isinstance(text, str):
        raise wrong
    try:
        if len(text) == len("2027-06-30"):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong from None


DAY_OR_TIME = {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}
End = Annotated[datetime, BeforeValidator(_end), WithJsonSchema(DAY_OR_TIME)]


class KeyCreate(BaseModel):
    """An API key to create."""

    name: str = Field(min_length=1, max_length=100, description="to recognise the key by", examples=["Reading centre"])
    scopes: list[Scope] = Field(
        [*SCOPES],
        min_length=1,
        max_length=len(SCOPES),
        description="what it may be used for; predict: segment, save, label, run batches; read: see and download what "
        "was saved, and the usage; delete: remove it",
        examples=[["predict", "read"]],
    )
    expires: End | None = Field(
        None,
        description=(
            "when the key expires: a time (UTC unless it says otherwise), or a day, which "
            "ends at midnight UTC; null: only when it is revoked"
        ),
        examples=["2027-06-30"],
    )


class KeyResponse(BaseModel):
    """An API key, without its secret."""

    id: KeyId
    name: str = Field(examples=["Reading centre"])
    created: str = Field(description="in UTC", examples=["2026-11-24T13:05:00.123456Z"])
    scopes: list[Scope] = Field(description="what it may be used for", examples=[["predict", "read"]])
    expires: str | None = Field(description="in UTC; null: never", examples=["2027-07-01T00:00:00.000000Z"])
    used: str | None = Field(description="the day of its last use, in UTC; null: never", examples=["2026-11-24"])


class KeyCreateResponse(KeyResponse):
    """A new API key. `key` is the value for X-API-Key, and is not shown again."""

    key: str = Field(examples=["rk_5f4d1c2a7e0a7b4b_…"])


class KeyList(BaseModel):
    """The API keys of an account."""

    keys: list[KeyResponse]


class DayCharged(BaseModel):
    """The credits charged on one UTC day for one API key."""

    day: str = Field(examples=["2026-11-24"])
    key_id: str = Field(description="empty for a person", examples=["5f4d1c2a7e0a7b4b"])
    credits: int = Field(ge=0, examples=[12])


class Usage(BaseModel):
    """Credits left, and credits charged."""

    account: str = Field(
        description="a random id, without personal data", examples=["6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1"]
    )
    credits: int = Field(description="left", ge=0, examples=[488])
    reserved: int = Field(
        description="of these, reserved for unfinished photographs of open batches", ge=0, examples=[12]
    )
    charges: list[DayCharged] = Field(description="the newest day first")
    next: Next
