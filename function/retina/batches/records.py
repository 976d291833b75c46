"""A batch and its items as they are kept in records, and where.

Enters: what a batch is; leaves: keys, changes, and what a record says. Reads and writes nothing. What an item has come
to is in its own record, once there is one; before that it is told by whether its photograph has come. The files' names
are in one blob, which goes with the batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from retina.batches.schemas import Outcome
from retina.storage.port import BATCH
from retina.storage.records import Key, Put, Record


@dataclass(frozen=True)
class Order:
    """What is to be made of each photograph: `outputs` are stored; for the others see `prediction.predict`."""

    outputs: tuple[str, ...]
    threshold: float | None = None
    flips: bool = False
    force: bool = False


@dataclass(frozen=True)
class Batch:
    """`key_id` is the API key that it is charged to, "" for a person; `finished` counts items by their end.

    `refused` items were rejected when it was made: their photographs need not come. Expires in seconds since 1970.
    `reserved` says that its open items have credits reserved; batches of before have not, and neither announced sizes
    that bind. `largest` is the largest of those, in bytes; `stopped` is when it was cancelled last, in seconds since
    1970.
    """

    id: str
    account: str
    key_id: str
    created: str
    total: int
    refused: int
    cancelled: bool
    order: Order
    expires: int
    finished: dict[str, int]
    reserved: bool = False
    largest: int | None = None
    stopped: float | None = None

    @property
    def folder(self) -> str:
        """What the keys of its photographs, and of what was found in them, begin with."""
        return f"{BATCH}{self.id}/"

    @property
    def names(self) -> str:
        """The key of the blob with its files' names and sizes."""
        return f"{self.folder}names.json"

    @property
    def items(self) -> str:
        """The partition of its items."""
        return f"items:{self.id}"

    @property
    def sizes(self) -> str:
        """The partition of its files' announced sizes."""
        return f"sizes:{self.id}"

    @property
    def begun(self) -> str:
        """The partition of the items that somebody works on."""
        return f"begun:{self.id}"


def batch_key(id: str) -> Key:
    """Where the batch is."""
    return Key(f"batch:{id}", "batch")


def batch_record(batch: Batch, version: int | None) -> Put:
    """The change that writes a batch, but for its counts."""
    facts = {name: value for name, value in asdict(batch).items() if name not in ("id", "finished")}
    return Put(batch_key(batch.id), facts, version, expires=batch.expires)


def batch_of(record: Record) -> Batch:
    """The batch that a record tells of."""
    facts: dict[str, Any] = {**record.data}
    order = Order(**facts.pop("order") | {"outputs": tuple(record.data["order"]["outputs"])})
    id = record.key.partition.removeprefix("batch:")
    return Batch(id=id, order=order, finished=record.counts, **facts)


SIZES_EACH = 250
"""Sizes in one record: few enough to be read for every photograph, many enough to be written for all."""


def sizes_key(id: str, number: int) -> Key:
    """Where the announced size of an item is."""
    return Key(f"sizes:{id}", f"{number // SIZES_EACH:03d}")


def size_records(batch: Batch, sizes: Sequence[int]) -> Iterator[Put]:
    """The changes that keep the announced sizes of all items, in bytes."""
    for first in range(0, len(sizes), SIZES_EACH):
        facts = {"sizes": [*sizes[first : first + SIZES_EACH]]}
        yield Put(sizes_key(batch.id, first), facts, expires=batch.expires)


def size_of(record: Record | None, number: int) -> int | None:
    """The announced size of an item in bytes, from the record at `sizes_key`; None for a batch of before."""
    return int(record.data["sizes"][number % SIZES_EACH]) if record else None


def number_key(partition: str, number: int) -> Key:
    """Where an item is in one of its batch's partitions."""
    return Key(partition, f"{number:05d}")


def number_of(record: Record) -> int:
    """Of the item that a record is about."""
    return int(record.key.sort)


def item_record(batch: Batch, number: int, outcome: Outcome | None, version: int | None) -> Put:
    """The change that writes what has become of an item; with None, that it is to be worked on again."""
    facts = outcome.model_dump(mode="json") if outcome else {}
    return Put(number_key(batch.items, number), facts, version, expires=batch.expires)


def outcome_of(record: Record | None) -> Outcome | None:
    """What has become of an item, from its record; None where it is not finished."""
    return Outcome.model_validate(record.data) if record and record.data else None
