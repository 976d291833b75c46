"""How many bytes of photographs and images an account has in its history, and how many it may have.

They are counted beside the account's other counts, in one transaction with what adds or removes them. What earlier
versions stored is not counted.
"""

import math
from typing import NamedTuple

from retina.accounts.ledger import MORE_IF_PAID, Credits
from retina.accounts.reservations import is_closed
from retina.errors import HistoryFullError
from retina.storage.records import Add, Delete, Key, Records

COUNT = "bytes"
MIB = 2**20
NOTHING_DONE = "Nothing was saved or charged."


class HistoryLimits(NamedTuple):
    """The bytes that are stored, and the most that may be."""

    bytes: int
    most_bytes: int


class StoredBytes:
    """The counts in `records`. An account may have `most` bytes, or `trial`, if that is fewer, until it has paid."""

    def __init__(self, records: Records, credits: Credits, most: int, trial: int | None = None) -> None:
        self._records, self._credits, self._most = records, credits, most
        self._trial = trial if trial is not None and trial < most else None

    def limits(self, account: str) -> HistoryLimits:
        """What the account has, and may have."""
        return self._limits(account)[0]

    def demand_room(self, account: str) -> None:
        """Raises `HistoryFullError` if the account may not store any more."""
        self._most_for(account, 1)

    def changed(self, account: str, by: int) -> list[Add]:
        """The change that counts so many more bytes, or fewer if below zero.

        Raises `HistoryFullError`; the change fails if others have used up the room in the meantime.
        """
        if by <= 0:  # of a deleted account there is nothing to count any more: see `forget`
            return [Add(_key(account), {COUNT: by})] if by and not is_closed(self._records, account) else []
        return [Add(_key(account), {COUNT: by}, upsert=True, most={COUNT: self._most_for(account, by)})]

    def forget(self, account: str) -> None:
        """Delete the count of an account that is closed, and whose history is empty."""
        self._records.write(Delete(_key(account)))

    def _limits(self, account: str) -> tuple[HistoryLimits, bool]:
        """With whether they would be higher if the account had paid."""
        [known] = self._records.get(_key(account))
        on_trial = self._trial is not None and not self._credits.paid(account)
        most = self._trial if self._trial is not None and on_trial else self._most
        return HistoryLimits(known.counts.get(COUNT, 0) if known else 0, most), on_trial

    def _most_for(self, account: str, more: int) -> int:
        """The limit of the account; raises `HistoryFullError` if so many `more` bytes exceed it."""
        (stored, most), on_trial = self._limits(account)
        if stored + more > most:
            advice = ["Delete saved photographs that you do not need.", *([MORE_IF_PAID] if on_trial else [])]
            raise HistoryFullError(" ".join([_refusal(most, most - stored, more), *advice, NOTHING_DONE]))
        return most


def _refusal(most: int, free: int, needed: int) -> str:
    """Rounded so that `needed` is more than `free` in the sentence, too."""
    if free <= 0:
        return f"The history is full: its photographs and images may total {most / MIB:,.0f} MiB."
    free_tenths, needed_tenths = math.floor(free / MIB * 10), math.ceil(needed / MIB * 10)
    return (
        f"The photographs and images of the history may total {most / MIB:,.0f} MiB; {free_tenths / 10:,.1f} MiB are "
        f"free, and {needed_tenths / 10:,.1f} MiB are needed."
    )


def _key(account: str) -> Key:
    return Key(f"stored:{account}", "history")
