"""Reservations: the credits and bytes that the unfinished photographs of an account's batches take up.

The functions return changes, to be written in one transaction with what they belong to. A reserved credit still belongs
to the account, but cannot pay for anything else. It is spent by a result and released by any other outcome. An
account's record counts `credits` (available), `reserved`, `bytes` and `batches`. A record for each batch counts what is
reserved for that batch, and outlives it, so that the reservation of an expired batch is released too.
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
"""How long after a batch expires its reservation is released. By then nobody works on it any more."""


def account_key(account: str) -> Key:
    """The key of the account's balance."""
    return Key(f"account:{account}", "account")


def reservation_key(account: str, batch: str) -> Key:
    """The key of a batch's reservation."""
    return Key(f"reserved:{account}", batch)


def reserved(
    account: str, batch: str, photographs: int, size: int, expires: int, most: Mapping[str, int]
) -> tuple[Put, Add]:
    """The changes that reserve one credit for each photograph of a new batch, and `size` bytes for all of them.

    `most` limits the bytes and batches of the account.
    """
    counts = {"credits": photographs, "bytes": size}
    taken = {"credits": -photographs, "reserved": photographs, "bytes": size, "batches": 1}
    return (
        Put(reservation_key(account, batch), {"expires": expires}, NEW, counts),
        Add(account_key(account), taken, most=most),
    )


def spent(account: str, batch: str, size: int) -> tuple[Add, Add]:
    """The changes that spend the credit of a photograph and release its `size` bytes."""
    return (
        Add(account_key(account), {"reserved": -1, "bytes": -size}),
        Add(reservation_key(account, batch), {"credits": -1, "bytes": -size}),
    )


def released(account: str, batch: str, photographs: int, size: int = 0) -> tuple[Add, Add]:
    """The changes that release the credits of `photographs` and `size` bytes."""
    return (
        Add(account_key(account), {"reserved": -photographs, "credits": photographs, "bytes": -size}),
        Add(reservation_key(account, batch), {"credits": -photographs, "bytes": -size}),
    )


def renewed(account: str, batch: str, photographs: int) -> tuple[Add, Add]:
    """The changes that reserve credits again for `photographs` whose bytes were never released."""
    return (
        Add(account_key(account), {"credits": -photographs, "reserved": photographs}),
        Add(reservation_key(account, batch), {"credits": photographs}),
    )


def ended(account: str, reservation: Record) -> list[Change]:
    """The changes that release everything that is reserved for a batch that no longer exists."""
    photographs, size = reservation.counts["credits"], reservation.counts["bytes"]
    given = {"reserved": -photographs, "credits": photographs, "bytes": -size, "batches": -1}
    return [Delete(reservation.key, reservation.version), Add(account_key(account), given)]


def settle(records: Records, account: str, *, everything: bool = False) -> None:
    """Release the reservations of expired batches, or with `everything` of all batches, which must no longer exist."""
    latest, after = time.time() - SLACK_SECONDS, None
    while rows := records.query(f"reserved:{account}", after=after):
        for row in rows:
            if everything or row.data["expires"] < latest:
                try:
                    records.write(*ended(account, row))
                except ConditionError:  # released by another request, or by this one if the reply was lost
                    continue
        after = rows[-1].key.sort
