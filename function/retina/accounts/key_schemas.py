"""Schemas of API keys and their limits in requests and responses."""

import ipaddress
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from retina.accounts.key_limits import MOST_ADDRESSES
from retina.accounts.scopes import SCOPES, Scope

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


def _network(text: str) -> str:
    """The network in its usual form; raises `ValueError`."""
    wrong = ValueError(
        "Input should be an address or a network with no bits set after the prefix, such as 203.0.113.0/24 or "
        "2001:db8::/32"
    )
    if "%" in text:  # the scope of an address means nothing to other computers
        raise wrong
    try:
        network = ipaddress.ip_network(text.strip())
    except ValueError:
        raise wrong from None
    if isinstance(network, ipaddress.IPv6Network) and (mapped := network.network_address.ipv4_mapped):
        return str(ipaddress.ip_network((mapped, network.prefixlen - 96)))
    return str(network)


Name = Annotated[
    str, Field(min_length=1, max_length=100, description="to recognise the key by", examples=["Reading centre"])
]
Scopes = Annotated[
    list[Scope],
    Field(
        min_length=1,
        max_length=len(SCOPES),
        description="what it may be used for; predict: segment, save, label, run batches; read: see and download what "
        "was saved, and the usage; delete: remove it",
        examples=[["predict", "read"]],
    ),
]
Expiry = Annotated[
    End | None,
    Field(
        description="when the key expires: a time (UTC unless it says otherwise), or a day, which ends at midnight "
        "UTC; null: only when it is revoked",
        examples=["2027-06-30"],
    ),
]
MOST_CREDITS = 1_000_000_000
PerDay = Annotated[
    int | None,
    Field(
        ge=1,
        le=MOST_CREDITS,
        description="the most credits that the key may spend on a day in UTC, those reserved for its batches on that "
        "day included; null: no limit",
        examples=[500],
    ),
]
PerMonth = Annotated[
    int | None,
    Field(ge=1, le=MOST_CREDITS, description="likewise in a calendar month; null: no limit", examples=[10_000]),
]
Networks = Annotated[
    list[Annotated[str, Field(max_length=50), AfterValidator(_network)]],
    Field(
        max_length=MOST_ADDRESSES,
        description="the network addresses that the key may be used from, IPv4 or IPv6, each alone or as a network "
        "(CIDR); empty: from anywhere",
        examples=[["203.0.113.0/24", "2001:db8::/32"]],
    ),
]


class KeyCreate(BaseModel):
    """An API key to create."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    scopes: Scopes = [*SCOPES]
    expires: Expiry = None
    credits_per_day: PerDay = None
    credits_per_month: PerMonth = None
    addresses: Networks = []


class KeyUpdate(BaseModel):
    """What to change about an API key. Fields that are left out stay as they are; null removes a limit or the
    expiry, and leaves name and scopes as they are.
    """

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    scopes: Scopes | None = None
    expires: Expiry = None
    credits_per_day: PerDay = None
    credits_per_month: PerMonth = None
    addresses: Networks | None = None


class KeyResponse(BaseModel):
    """An API key, without its secret."""

    id: KeyId
    name: str = Field(examples=["Reading centre"])
    created: str = Field(description="in UTC", examples=["2026-11-24T13:05:00.123456Z"])
    scopes: list[Scope] = Field(description="what it may be used for", examples=[["predict", "read"]])
    expires: str | None = Field(description="in UTC; null: never", examples=["2027-07-01T00:00:00.000000Z"])
    used: str | None = Field(description="the day of its last use, in UTC; null: never", examples=["2026-11-24"])
    credits_per_day: PerDay
    credits_per_month: PerMonth
    addresses: Networks
    spent_today: int = Field(
        ge=0,
        description="credits that were charged to it today (UTC) or are reserved for photographs of batches it started "
        "today",
        examples=[12],
    )
    spent_this_month: int = Field(ge=0, description="likewise in this calendar month", examples=[340])


class KeyCreateResponse(KeyResponse):
    """A new API key. `key` is the value for X-API-Key, and is not shown again."""

    key: str = Field(examples=["rk_5f4d1c2a7e0a7b4b_…"])


class KeyList(BaseModel):
    """The API keys of an account."""

    keys: list[KeyResponse]
