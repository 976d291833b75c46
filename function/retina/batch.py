"""A batch and its items as they are kept in records, and where.

Enters: what a batch is; leaves: keys, changes, and what a record says. Reads and writes nothing. What an item has come
to is in its own record, once there is one; before that it is told by whether its photograph has come. The files' names
are in one blob, which goes with the batch.
"""

from dataclasses import asdict, dataclass
from typing import Any

from retina.schemas.batches import Outcome
from retina.store.port import BATCH
from retina.store.records import Key, Put, Record


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
