"""The photographs of a batch for its owner: how many are in which state, and the result of each, at any time.

Reads only. `service` starts, cancels and retries batches; `claims` and `jobs` process their photographs.
"""

import json
from collections.abc import Collection, Iterator

from retina.batches.records import Batch, Item, number_key, number_of, outcome_of
from retina.batches.schemas import MOST_ITEMS, Counts, Outcome
from retina.batches.statistics import statistics_of
from retina.batches.statistics_schemas import BatchStatistics
from retina.errors import NotFoundError
from retina.storage.port import Blobs, Uploads
from retina.storage.records import Record, Records

NOT_FOUND = "There is no such batch."
CANCELLED = Outcome(
    status="failed", code="cancelled", detail=("The batch was cancelled before this photograph was processed.")
)


class Items:
    """The items of batches in `records`, with file names in `results`, and photographs in `uploads`."""

    def __init__(self, records: Records, results: Blobs, uploads: Uploads) -> None:
        self._records, self._results, self._uploads = records, results, uploads

    def counts(self, batch: Batch) -> Counts:
        """The number of items in each state; they add up to the total."""
        finished = {**batch.finished}
        left = batch.unfinished
        if batch.cancelled:
            finished["failed"] += left
            left = 0
        if not left:
            return Counts(total=batch.total, waiting=0, queued=0, running=0, **finished)
        # The two counts are read one after the other: an item that was queued may be finished by now.
        running = min(len(self.running(batch)), left)
        # Photographs of failed items are still stored; in batches from before reservations, those of all finished
        # items.
        over = finished["failed"] if batch.reserved else batch.total - left - batch.refused
        queued = min(max(len(self.arrived(batch)) - over - running, 0), left - running)
        return Counts(total=batch.total, waiting=left - running - queued, queued=queued, running=running, **finished)

    def of(self, batch: Batch, first: int = 0, limit: int = MOST_ITEMS, also: Collection[str] = ()) -> Iterator[Item]:
        """At most `limit` items, starting with number `first`; of their `LARGE` findings those that are wanted `also`.

        Raises `NotFoundError` if the batch is being deleted.
        """
        files = self._files(batch)[first : first + limit]
        if not files:
            return
        rows, underway = self.rows(batch, first, len(files)), None
        row = next(rows, None)
        for number, (name, size) in enumerate(files, first):
            outcome = CANCELLED if batch.cancelled else None
            if row and number_of(row) == number:
                outcome = outcome_of(row, also) or outcome
                row = next(rows, None)
            if outcome:
                yield Item(number, name, size, outcome.status, outcome)
                continue
            underway = underway or (self.arrived(batch), self.running(batch))
            arrived, running = underway
            state = "running" if number in running else "queued" if number in arrived else "waiting"
            yield Item(number, name, size, state, None)

    def statistics(self, batch: Batch) -> BatchStatistics:
        """How the measurements of the finished items are distributed. Raises `NotFoundError` if the batch is being
        deleted.
        """
        outcomes = ((number_of(row), outcome_of(row)) for row in self.rows(batch, 0, batch.total))
        found = ((number, outcome.findings) for number, outcome in outcomes if outcome and outcome.findings)
        return statistics_of(found, [name for name, _ in self._files(batch)])

    def outcome(self, batch: Batch, number: int) -> Outcome | None:
        """The outcome of one item; None if it is not finished or the batch has no such item."""
        [known] = self._records.get(number_key(batch.items, number))
        return outcome_of(known)

    def arrived(self, batch: Batch) -> set[int]:
        """The numbers of the photographs that have arrived."""
        return {int(key.rpartition("/")[2]) for key in self._uploads.keys(batch.folder)}

    def running(self, batch: Batch) -> set[int]:
        """The numbers of the photographs that workers are processing."""
        return {number_of(row) for row in self._records.query(batch.begun)}

    def rows(self, batch: Batch, first: int, count: int) -> Iterator[Record]:
        """The records of finished items among the `count` ones from number `first` on."""
        begin, end, after = f"{first:05d}", f"{first + count - 1:05d}", None
        while rows := self._records.query(batch.items, first=begin, last=end, after=after):
            yield from rows
            after = rows[-1].key.sort

    def _files(self, batch: Batch) -> list[tuple[str, int]]:
        names = self._results.read(batch.names)
        if names is None:
            raise NotFoundError(NOT_FOUND)
        files: list[tuple[str, int]] = json.loads(names)
        return files
