"""The time as records store it: UTC text that sorts in the order of time."""

from datetime import UTC, datetime


def now() -> str:
    """The time now, for example 2026-11-24T13:05:00.123456Z."""
    return formatted(datetime.now(UTC))


def today() -> str:
    """The date in UTC, for example 2026-11-24."""
    return now()[:10]


def formatted(time: datetime) -> str:
    """A UTC time as text; years have four digits on every platform."""
    return time.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
