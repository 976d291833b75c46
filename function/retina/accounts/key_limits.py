"""Limits of API keys: which addresses a key may be used from, and what it may spend per day and month (in UTC).

A record per key and month counts `credits` and, for each day, `day 27`: credits charged to the key and those reserved
for photographs of its batches. A reservation counts for the day on which it was made, whenever its photographs are
done; what is released is taken off that day again. The record changes in the transaction of the charge or the
reservation, and within the limits of the key, so these are exact.
"""

import ipaddress
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from retina import clock
from retina.errors import KeyLimitError, counted
from retina.storage.records import Add, Key, Record, Records

MOST_ADDRESSES = 20
"""Limit on the address ranges of a key."""
HERE = ("127.0.0.1", "::1")
"""The addresses of the computer that the service runs on."""


@dataclass(frozen=True)
class KeyLimits:
    """`day` and `month` limit the credits that a key may spend, None: not at all. `addresses` are the networks (CIDR)
    that it may be used from, all if there are none.
    """

    day: int | None = None
    month: int | None = None
    addresses: tuple[str, ...] = ()

    def allow(self, address: str | None) -> bool:
        """Whether the key may be used from this IP address; None is the computer that the service runs on."""
        if not self.addresses:
            return True
        networks = [ipaddress.ip_network(each) for each in self.addresses]
        callers = [_parsed(each) for each in (HERE if address is None else (address,))]
        return any(caller in network for caller in callers if caller for network in networks)


class Spent(NamedTuple):
    """Credits charged to a key or reserved for its batches, today and in this month."""

    today: int
    month: int


class KeySpending:
    """What the keys in `records` have spent."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def of(self, account: str, *key_ids: str) -> list[Spent]:
        """What each of the keys (up to 100) has spent."""
        day = clock.today()
        found = self._records.get(*(spent_key(account, id, day) for id in key_ids)) if key_ids else []
        return [_spent(record, day) for record in found]

    def count(self, account: str, key_id: str, credits: int, day: str) -> list[Add]:
        """The changes that count so many credits of this day, within the limits; none for a person (`key_id` "")."""
        if not (key_id and credits):
            return []
        [known] = self._records.get(key_record(key_id))
        limits = limits_of(known)
        most = {"credits": limits.month, _of_day(day): limits.day}
        amounts = dict.fromkeys(most, credits)
        set_ones = {name: limit for name, limit in most.items() if limit is not None}
        return [Add(spent_key(account, key_id, day), amounts, upsert=True, most=set_ones)]

    def demand(self, account: str, key_id: str, credits: int = 1) -> None:
        """Raises `KeyLimitError` if so many credits more would exceed a limit of the key; never for a person."""
        if not (key_id and credits):
            return
        day = clock.today()
        known, counted = self._records.get(key_record(key_id), spent_key(account, key_id, day))
        limits, spent = limits_of(known), _spent(counted, day)
        exceeded = [
            (period, limit, used)
            for period, limit, used in (("month", limits.month, spent.month), ("day", limits.day, spent.today))
            if limit is not None and used + credits > limit
        ]
        if exceeded:  # a limit that no waiting helps with comes first, then the one that lasts longer
            raise _refusal(*min(exceeded, key=lambda each: each[1] >= credits), credits)


def key_record(id: str) -> Key:
    """The key of an API key's record."""
    return Key(f"key:{id}", "key")


def spent_key(account: str, key_id: str, day: str) -> Key:
    """The key of the record that counts what an API key has spent in the month of this day."""
    return Key(f"spent:{account}", f"{key_id}:{day[:7]}")


def uncounted(account: str, key_id: str, days: Mapping[str, int]) -> list[Add]:
    """The changes that take so many credits per day off what the key has spent; none for a person (`key_id` "")."""
    by_month: defaultdict[Key, dict[str, int]] = defaultdict(lambda: {"credits": 0})
    for day, credits in days.items() if key_id else ():
        amounts = by_month[spent_key(account, key_id, day)]
        amounts["credits"] -= credits
        amounts[_of_day(day)] = -credits
    return [Add(key, amounts) for key, amounts in by_month.items()]


def limits_of(record: Record | None) -> KeyLimits:
    """The limits in the record of an API key; keys from older versions, and revoked ones, have none."""
    facts = record.data.get("limits", {}) if record else {}
    return KeyLimits(**facts | {"addresses": tuple(facts.get("addresses", ()))})


def _of_day(day: str) -> str:
    return f"day {day[8:10]}"


def _spent(record: Record | None, day: str) -> Spent:
    counts = record.counts if record else {}
    return Spent(counts.get(_of_day(day), 0), counts.get("credits", 0))


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address, an IPv4 one also if it was written as IPv6; None if it is none."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, ipaddress.IPv6Address) else parsed


def _refusal(period: str, limit: int, used: int, credits: int) -> KeyLimitError:
    now = datetime.fromisoformat(clock.now()).astimezone(UTC)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    again = today + timedelta(days=1) if period == "day" else (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    fits = credits <= limit
    span = "day" if period == "day" else "month"
    spent = f"Spent or reserved so far: {used:,}.{'' if credits == 1 else f' This needs {credits:,}.'}"
    until = f"or wait until {again:%Y-%m-%d %H:%M} UTC" if fits else "or raise the limit"
    others_until = f", or wait until {again:%Y-%m-%d %H:%M} UTC" if fits else ""
    return KeyLimitError(
        f"This API key may spend {counted(limit, 'credit')} per {span} (UTC). {spent} Use another key, {until}. "
        "Nothing was charged.",
        f"The API key that started this batch may spend {counted(limit, 'credit')} per {span} (UTC). {spent} "
        f"Raise its limit{others_until}. Nothing was charged.",
        int((again - now).total_seconds()) + 1 if fits else None,
    )
