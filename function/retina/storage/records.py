"""The interface of a store for small records, which have a partition and a sort key and are changed in transactions.

Everything except photographs and images is a record: accounts, keys, ledger, history, batches. Only the packages that
own the data know what their keys mean. `retina.storage` selects the implementation: `sqlite` or `dynamodb`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

MOST_CHANGES = 100
"""Limit on the changes of one `write` and the keys of one `get`."""
ANY, NEW = None, 0
"""Versions that a change may expect: any or none, or that the record does not exist."""


class Key(NamedTuple):
    """The address of a record. Queries name a `partition` exactly and return its records in the order of `sort`."""

    partition: str
    sort: str


@dataclass(frozen=True)
class Record:
    """`data` is JSON and replaced as a whole, which increases `version`. `counts` are stored beside it and added to."""

    key: Key
    data: dict[str, Any]
    counts: dict[str, int]
    version: int


@dataclass(frozen=True)
class Put:
    """Write `data` and the named counts, if the record has this `version` (or NEW, or ANY).

    From `expires` on, in seconds since 1970, the record no longer exists.
    """

    key: Key
    data: Mapping[str, Any]
    version: int | None = ANY
    counts: Mapping[str, int] = field(default_factory=dict)
    expires: int | None = None


@dataclass(frozen=True)
class Add:
    """Add to counts of an existing record; with `upsert`, of a new one if there is none.

    No count may fall below zero, and none that is added to may exceed its value in `most`.
    """

    key: Key
    amounts: Mapping[str, int]
    upsert: bool = False
    expires: int | None = None
    most: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Delete:
    """Delete a record, if it has this `version` (or ANY, which also accepts a missing record)."""

    key: Key
    version: int | None = ANY


Change = Put | Add | Delete


class ConditionError(Exception):
    """The condition of a change was not met, so none was made. `failed` are the keys of all such changes."""

    def __init__(self, failed: frozenset[Key]) -> None:
        super().__init__(", ".join(":".join(key) for key in sorted(failed)))
        self.failed = failed


class Records(Protocol):
    """Records that are durable once a call returns, and read with strong consistency."""

    def get(self, *keys: Key) -> list[Record | None]:
        """The records of at most `MOST_CHANGES` keys, in their order; None for a missing one."""
        ...

    def query(
        self,
        partition: str,
        *,
        first: str = "",
        last: str = "\U0010ffff",
        after: str | None = None,
        limit: int = 1000,
        backwards: bool = False,
    ) -> list[Record]:
        """At most `limit` records of a partition from `first` to `last`, ascending, or descending if `backwards`.

        With `after`, the sort key at which the previous page ended, only those beyond it.
        """
        ...

    def write(self, *changes: Change) -> None:
        """Make up to `MOST_CHANGES` changes, each to a different record, in one transaction, or raise `ConditionError`.

        Raises `BusyError` if others kept changing the same records for too long.
        """
        ...

    @property
    def backup_days(self) -> int:
        """For how many days backups of this store retain deleted records; 0 if it makes none."""
        ...

    def erase(self, *, thorough: bool = False) -> None:
        """Erase deleted data from the files of the store; to be called after every deletion.

        Work that takes long in a large store is postponed to a call with `thorough`, which does it if any is pending.
        """
        ...


def ensure(records: Records, mark: Put, *changes: Change) -> None:
    """Write `mark` and `changes`, where no one else would write the same `mark`; raises `ConditionError`.

    Safe against a lost reply: when the write is repeated, its conditions fail, but the record holds its own mark.
    """
    try:
        records.write(mark, *changes)
    except ConditionError:
        [known] = records.get(mark.key)
        if known is None or known.data != json.loads(json.dumps({**mark.data})):
            raise
