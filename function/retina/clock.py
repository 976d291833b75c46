"""The time, as records tell it: in UTC, so that texts in order are times in order."""

from datetime import UTC, datetime


def now() -> str:
    """Such as 2026-11-24T13:05:00.123456Z."""
    return told(datetime.now(UTC))


def today() -> str:
    """Such as 2026-11-24."""
    return now()[:10]


def told(time: datetime) -> str:
    """A time in UTC as text; years have four digits on every platform."""
    return time.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
