"""Reservations: the credits and bytes that the unfinished photographs of an account's batches take up.

The functions return changes, to be written in one transaction with what they belong to. A reserved credit still belongs
to the account, but cannot pay for anything else. It is spent by a result and released by any other outcome. An
account's record counts `credits` (available), `reserved`, `bytes` and `batches`. A record for each batch counts what is
reserved for that batch, also by the day on which it was reserved, for the limits of the API key that pays. It outlives
the batch, so that the reservation of an expired batch is released too.
"""

import time
from collections.abc import Mapping

from retina.accounts.key_limits import uncounted
from retina.storage.records import (
    NEW,
    Add,
    Change,
    ConditionError,
    Delete,
    Key,
    Put,
    Record,
    Records,
)

_OF = "reserved:"
SLACK_SECONDS = 3600
"""How long after a batch expires its reservation is released. By then nobody works on it any more."""


def account_key(account: str) -> Key:
    """The key of the account's balance."""
    return Key(f"account:{account}", "account")


def is_closed(records: Records, account: str) -> bool:
    """Whether an account with this id existed and was deleted."""
    [known] = records.get(account_key(account))
    return known is not None and "closed" in known.data


def reservation_key(account: str, batch: str) -> Key:
    """The key of a batch's reservation."""
    return Key(f"{_OF}{account}", batch)


def account_of(reservation: Record) -> str:
    """The account whose credits are reserved."""
    return reservation.key.partition.removeprefix(_OF)


def payer(reservation: Record) -> str:
    """The API key whose limits count what is reserved; "" for a person, and in reservations of earlier versions."""
    return str(reservation.data.get("key", ""))


def reserved(
    account: str, batch: str, photographs: int, size: int, expires: int, most: Mapping[str, int], day: str, key_id: str
) -> tuple[Put, Add]:
    """The changes that on this day reserve one credit for each photograph of a new batch, and `size` bytes for all.

    `most` limits the bytes and batches of the account. `key_id` is the API key that pays, "" for a person.
    """
    counts = {"credits": photographs, "bytes": size, day: photographs}
    taken = {"credits": -photographs, "reserved": photographs, "bytes": size, "batches": 1}
    return (
        Put(reservation_key(account, batch), {"expires": expires, "key": key_id}, NEW, counts),
        Add(account_key(account), taken, most=most),
    )


def spent(reservation: Record, size: int) -> list[Add]:
    """The changes that spend the credit of a photograph and release its `size` bytes. Raises `ConditionError` if none
    is reserved.
    """
    days = _days(reservation, 1)
    return [
        Add(account_key(account_of(reservation)), {"reserved": -1, "bytes": -size}),
        Add(reservation.key, {"credits": -1, "bytes": -size, **_less(days)}),
    ]


def released(reservation: Record, photographs: int, size: int = 0) -> list[Add]:
    """The changes that release the credits of `photographs` and `size` bytes. Raises `ConditionError` if fewer are
    reserved.
    """
    account, days = account_of(reservation), _days(reservation, photographs)
    return [
        Add(account_key(account), {"reserved": -photographs, "credits": photographs, "bytes": -size}),
        Add(reservation.key, {"credits": -photographs, "bytes": -size, **_less(days)}),
        *uncounted(account, payer(reservation), days),
    ]


def renewed(reservation: Record, photographs: int, day: str) -> list[Add]:
    """The changes that on this day reserve credits again for `photographs` whose bytes were never released."""
    return [
        Add(account_key(account_of(reservation)), {"credits": -photographs, "reserved": photographs}),
        Add(reservation.key, {"credits": photographs, day: photographs}),
    ]


def ended(reservation: Record) -> list[Change]:
    """The changes that release everything that is reserved for a batch that no longer exists."""
    account, photographs, size = account_of(reservation), reservation.counts["credits"], reservation.counts["bytes"]
    given = {"reserved": -photographs, "credits": photographs, "bytes": -size, "batches": -1}
    return [
        Delete(reservation.key, reservation.version),
        Add(account_key(account), given),
        *uncounted(account, payer(reservation), _days(reservation, photographs)),
    ]


def settle(records: Records, account: str, *, everything: bool = False) -> None:
    """Release the reservations of expired batches, or with `everything` of all batches, which must no longer exist."""
    latest, after = time.time() - SLACK_SECONDS, None
    while rows := records.query(f"{_OF}{account}", after=after):
        for row in rows:
            if everything or row.data["expires"] < latest:
                try:
                    records.write(*ended(row))
                except ConditionError:  # released by another request, or by this one if the reply was lost
                    continue
        after = rows[-1].key.sort


def _days(reservation: Record, photographs: int) -> dict[str, int]:
    """How many of the credits of so many photographs were reserved on which day, taken from the fullest days.

    Reservations of earlier versions know no days. Raises `ConditionError` if fewer are reserved: until the changes are
    written a retry may have reserved them again, and they would be taken off no day.
    """
    if photographs > reservation.counts["credits"]:
        raise ConditionError(frozenset({reservation.key}))
    by_day = {name: count for name, count in reservation.counts.items() if name not in ("credits", "bytes")}
    days = dict[str, int]()
    for day in sorted(by_day, key=lambda day: by_day[day], reverse=True):
        if taken := min(by_day[day], photographs):
            days[day] = taken
            photographs -= taken
    return days


def _less(days: Mapping[str, int]) -> dict[str, int]:
    return {day: -credits for day, credits in days.items()}
