"""The third thing a store keeps: small records, found by partition and sort key, changed together or not at all.

Everything but photographs and pictures is one: accounts, keys, ledger, history, batches. What a key means is known to
those rooms alone. Chosen once, in `retina.storage`: SQLite (`sqlite`) or DynamoDB (`dynamodb`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

MOST_CHANGES = 100
"""In one `write`, and keys in one `get`."""
ANY, NEW = None, 0
"""What a change expects: nothing, or that there is no such record."""


class Key(NamedTuple):
    """`partition` is known exactly; within it records are in the order of `sort`."""

    partition: str
    sort: str


@dataclass(frozen=True)
class Record:
    """`data` is JSON and replaced as a whole, each time with a higher `version`; `counts` are added to, beside it."""

    key: Key
    data: dict[str, Any]
    counts: dict[str, int]
    version: int


@dataclass(frozen=True)
class Put:
    """Write `data` and those of the counts that are named, if the record is of `version` (or NEW, or ANY).

    From `expires` on, in seconds since 1970, the record is not there any more.
    """

    key: Key
    data: Mapping[str, Any]
    version: int | None = ANY
    counts: Mapping[str, int] = field(default_factory=dict)
    expires: int | None = None


@dataclass(frozen=True)
class Add:
    """Add to counts of a record that is there; with `upsert`, of one that may not be.

    No count falls below zero, and none that is added to rises above what `most` says of it.
    """

    key: Key
    amounts: Mapping[str, int]
    upsert: bool = False
    expires: int | None = None
    most: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Delete:
    """Forget a record, if it is of `version` (or ANY, also where there is none)."""

    key: Key
    version: int | None = ANY


Change = Put | Add | Delete


class ConditionError(Exception):
    """A change did not find what it expects, so none was made. `failed` are the keys of those that did not."""

    def __init__(self, failed: frozenset[Key]) -> None:
        super().__init__(", ".join(":".join(key) for key in sorted(failed)))
        self.failed = failed


class Records(Protocol):
    """Records that are safe once a call returns, and read as they were last written."""

    def get(self, *keys: Key) -> list[Record | None]:
        """The records of at most `MOST_CHANGES` keys, in their order."""
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
        """At most `limit` records of a partition from `first` to `last`, in order, or the other way round; those
        beyond `after` where a page before ended there.
        """
        ...

    def write(self, *changes: Change) -> None:
        """Make all of at most `MOST_CHANGES` changes, each of another record, or raise `ConditionError`.

        Raises `BusyError` where others kept changing the same records for too long.
        """
        ...

    @property
    def backup_days(self) -> int:
        """For how many days backups of this store hold what was deleted; 0: it makes none."""
        ...

    def erase(self, *, thorough: bool = False) -> None:
        """To be called after something was deleted: no file of the store holds its bytes any more.

        What would take long in a large store is left for a call with `thorough`, which does what was left, if anything.
        """
        ...


def ensure(records: Records, mark: Put, *changes: Change) -> None:
    """Write `mark` and `changes`, whose `mark` nobody else would write, or raise `ConditionError`.

    The reply to a write may get lost: repeated, it does not find what it expects, but its own mark.
    """
    try:
        records.write(mark, *changes)
    except ConditionError:
        [known] = records.get(mark.key)
        if known is None or known.data != json.loads(json.dumps({**mark.data})):
            raise
