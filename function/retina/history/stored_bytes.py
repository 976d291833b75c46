"""How many bytes of photographs and images an account has in its history, and how many it may have.

They are counted beside the account's other counts, in one transaction with what adds or removes them. What earlier
versions stored is not counted.
"""

from typing import NamedTuple

from retina.accounts.ledger import Credits
from retina.errors import HistoryFullError
from retina.storage.records import Add, Key, Records

COUNT = "bytes"
MORE = " An account that has bought credits may have more."


class HistoryLimits(NamedTuple):
    """The bytes that are stored, and the most that may be."""

    bytes: int
    most_bytes: int


class StoredBytes:
    """The counts in `records`. An account may have `most` bytes, or `trial`, if that is given, until it has paid."""

    def __init__(self, records: Records, credits: Credits, most: int, trial: int | None = None) -> None:
        self._records, self._credits, self._most, self._trial = records, credits, most, trial

    def limits(self, account: str) -> HistoryLimits:
        """What the account has, and may have."""
        [known] = self._records.get(_key(account))
        most = self._trial if self._trial is not None and not self._credits.paid(account) else self._most
        return HistoryLimits(known.counts.get(COUNT, 0) if known else 0, most)

    def demand(self, account: str, more: int = 1) -> None:
        """Raises `HistoryFullError` if so many `more` bytes are too many."""
        self._room(account, more)

    def changed(self, account: str, by: int) -> list[Add]:
        """The change that counts so many more bytes, or fewer if below zero.

        Raises `HistoryFullError`; the change fails if others have used up the room in the meantime.
        """
        if by <= 0:
            return [Add(_key(account), {COUNT: by})] if by else []
        return [Add(_key(account), {COUNT: by}, upsert=True, most={COUNT: self._room(account, by)})]

    def _room(self, account: str, more: int) -> int:
        """The limit of the account; raises `HistoryFullError`."""
        stored, most = self.limits(account)
        if stored + more > most:
            limited = self._trial is not None and most == self._trial
            raise HistoryFullError(
                f"The photographs and images of the history may total {most / 2**20:,.0f} MiB; with this they would "
                f"total {(stored + more) / 2**20:,.0f} MiB. Delete saved photographs that you do not need."
                f"{MORE if limited else ''} Nothing was saved or charged."
            )
        return most


def _key(account: str) -> Key:
    return Key(f"stored:{account}", "history")
