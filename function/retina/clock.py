"""The time, as records tell it: in UTC, so that texts in order are times in order."""

from datetime import UTC, datetime


def now() -> str:
    """Such as 2026-11-24T13:05:00.123456Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def today() -> str:
    """Such as 2026-11-24."""
    return now()[:10]
