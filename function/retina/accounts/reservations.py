"""Reservations: the credits and bytes that the unfinished photographs of an account's batches take up.

Enters: an account, a batch and numbers; leaves: changes, to be written in one transaction with what they belong to. A
reserved credit is still the account's, but nothing else can be paid with it; it is spent by a result, and released by
anything else. An account's record counts `credits` (free to be spent), `reserved`, `bytes` and `batches`; a record for
each batch counts what is reserved for that batch alone, and outlives it, so that what expires is released, too.
"""

import time
from collections.abc import Mapping

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

SLACK_SECONDS = 3600
"""How long after a batch has expired its reservation is released: nobody is at work on it any more."""


def account_key(account: str) -> Key:
    """Where the account's balance is."""
    return Key(f"account:{account}", "account")


def reservation_key(account: str, batch: str) -> Key:
    """Where is kept what is reserved for a batch."""
    return Key(f"reserved:{account}", batch)


def reserved(
    account: str, batch: str, photographs: int, size: int, expires: int, most: Mapping[str, int]
) -> tuple[Put, Add]:
    """The changes that reserve a credit for each of the photographs of a new batch, and `size` bytes for all of them.

    `most` says how many bytes and batches the account may have.
    """
    counts = {"credits": photographs, "bytes": size}
    taken = {"credits": -photographs, "reserved": photographs, "bytes": size, "batches": 1}
    return (
        Put(reservation_key(account, batch), {"expires": expires}, NEW, counts),
        Add(account_key(account), taken, most=most),
    )


def spent(account: str, batch: str, size: int) -> tuple[Add, Add]:
    """The changes that spend the credit of a photograph of `size` bytes, which is not kept any longer."""
    return (
        Add(account_key(account), {"reserved": -1, "bytes": -size}),
        Add(reservation_key(account, batch), {"credits": -1, "bytes": -size}),
    )


def released(account: str, batch: str, photographs: int, size: int = 0) -> tuple[Add, Add]:
    """The changes that give back the credits of so many photographs, and `size` bytes."""
    return (
        Add(account_key(account), {"reserved": -photographs, "credits": photographs, "bytes": -size}),
        Add(reservation_key(account, batch), {"credits": -photographs, "bytes": -size}),
    )


def renewed(account: str, batch: str, photographs: int) -> tuple[Add, Add]:
    """The changes that reserve credits for so many photographs again, whose bytes were never released."""
    return (
        Add(account_key(account), {"credits": -photographs, "reserved": photographs}),
        Add(reservation_key(account, batch), {"credits": photographs}),
    )


def ended(account: str, reservation: Record) -> list[Change]:
    """The changes that give back everything of a batch that is gone."""
    photographs, size = reservation.counts["credits"], reservation.counts["bytes"]
    given = {"reserved": -photographs, "credits": photographs, "bytes": -size, "batches": -1}
    return [Delete(reservation.key, reservation.version), Add(account_key(account), given)]


def settle(records: Records, account: str, *, everything: bool = False) -> None:
    """Release what is reserved for batches that have expired, or for all of them, where there are none any more."""
    latest, after = time.time() - SLACK_SECONDS, None
    while rows := records.query(f"reserved:{account}", after=after):
        for row in rows:
            if everything or row.data["expires"] < latest:
                try:
                    records.write(*ended(account, row))
                except ConditionError:  # by another request, or by this one's own write
                    continue
        after = rows[-1].key.sort
