"""How a batch and its items are stored: keys and records.

Pure functions; nothing here touches the store. A finished item has a record with its outcome. Before that, its state
depends on whether its photograph has arrived. File names and sizes are stored in one blob, deleted with the batch.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from retina.batches.schemas import Outcome
from retina.storage.port import BATCH
from retina.storage.records import Key, Put, Record


@dataclass(frozen=True)
class Order:
    """The options for all photographs: `outputs` are the images to store; for the rest see `pipeline.predict`. Batches
    from before intervals could be asked for have none.
    """

    outputs: tuple[str, ...]
    threshold: float | None = None
    flips: bool = False
    force: bool = False
    intervals: bool = False


@dataclass(frozen=True)
class Batch:
    """A batch of photographs.

    `key_id` is the API key that is charged, "" for a user without one. `finished` counts items by outcome. `refused`
    items were rejected when the batch was created; their photographs need not be sent. `expires` is in seconds since
    1970.

    `reserved` says that credits are reserved for its open items; batches from before reservations existed have neither
    those nor binding sizes. `largest` is the largest announced size in bytes; `stopped` is when the batch was last
    cancelled, in seconds since 1970.
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
    def unfinished(self) -> int:
        """How many photographs have no outcome yet."""
        return self.total - sum(self.finished.values())

    @property
    def folder(self) -> str:
        """The key prefix of its photographs and results."""
        return f"{BATCH}{self.id}/"

    @property
    def names(self) -> str:
        """The key of the blob with its file names and sizes."""
        return f"{self.folder}names.json"

    @property
    def items(self) -> str:
        """The partition of the records of its items."""
        return f"items:{self.id}"

    @property
    def sizes(self) -> str:
        """The partition of the announced file sizes."""
        return f"sizes:{self.id}"

    @property
    def begun(self) -> str:
        """The partition of the items that workers are processing."""
        return f"begun:{self.id}"


@dataclass(frozen=True)
class Item:
    """One photograph. `state` is waiting, queued or running, or its outcome's status: done, rejected or failed."""

    number: int
    name: str
    size: int
    state: str
    outcome: Outcome | None


def batch_key(id: str) -> Key:
    """The key of the batch's record."""
    return Key(f"batch:{id}", "batch")


def batch_record(batch: Batch, version: int | None) -> Put:
    """The change that writes the batch, without its counts."""
    facts = {name: value for name, value in asdict(batch).items() if name not in ("id", "finished")}
    return Put(batch_key(batch.id), facts, version, expires=batch.expires)


def batch_of(record: Record) -> Batch:
    """The batch stored in a record."""
    facts: dict[str, Any] = {**record.data}
    order = Order(**facts.pop("order") | {"outputs": tuple(record.data["order"]["outputs"])})
    id = record.key.partition.removeprefix("batch:")
    return Batch(id=id, order=order, finished=record.counts, **facts)


SIZES_EACH = 250
"""Sizes per record: small enough to read one record for every photograph, large enough to write all of them at once."""


def sizes_key(id: str, number: int) -> Key:
    """The key of the record with an item's announced size."""
    return Key(f"sizes:{id}", f"{number // SIZES_EACH:03d}")


def size_records(batch: Batch, sizes: Sequence[int]) -> Iterator[Put]:
    """The changes that store the announced sizes of all items, in bytes."""
    for first in range(0, len(sizes), SIZES_EACH):
        facts = {"sizes": [*sizes[first : first + SIZES_EACH]]}
        yield Put(sizes_key(batch.id, first), facts, expires=batch.expires)


def size_of(record: Record | None, number: int) -> int | None:
    """The announced size of an item in bytes, from the record at `sizes_key`; None for a batch from before sizes were
    kept.
    """
    return int(record.data["sizes"][number % SIZES_EACH]) if record else None


def number_key(partition: str, number: int) -> Key:
    """The key of an item in one of its batch's partitions."""
    return Key(partition, f"{number:05d}")


def number_of(record: Record) -> int:
    """The number of the item that a record belongs to."""
    return int(record.key.sort)


def item_record(batch: Batch, number: int, outcome: Outcome | None, version: int | None) -> Put:
    """The change that writes an item's outcome; with None, the item is open again."""
    facts = outcome.model_dump(mode="json") if outcome else {}
    if outcome and outcome.findings:
        facts["findings"] = outcome.findings.stored()
    return Put(number_key(batch.items, number), facts, version, expires=batch.expires)


LARGE = frozenset({"regional_measurements", "measurement_intervals"})
"""Findings that take more room than all others, regional measurements ten times as much."""


def outcome_of(record: Record | None, also: Collection[str] = ()) -> Outcome | None:
    """The outcome stored in an item's record; None if the item is not finished.

    Of its `LARGE` findings it has those that are wanted `also`.
    """
    if not record or not record.data:
        return None
    facts: dict[str, Any] = {**record.data}
    if facts.get("findings"):
        left_out = LARGE.difference(also)
        facts["findings"] = {name: fact for name, fact in facts["findings"].items() if name not in left_out}
    return Outcome.model_validate(facts)
