"""Batches for their owners: up to ten thousand photographs segmented with the same options.

Creates, lists, cancels, retries and deletes batches. `items` reports the outcome of each photograph; `claims` and
`jobs` process them.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from retina import clock
from retina.accounts.ledger import Credits
from retina.accounts.reservations import (
    ended,
    payer,
    reservation_key,
)
from retina.batches.admission import (
    ATTEMPTS,
    Admission,
    Allowance,
    BatchLimits,
)
from retina.batches.cancellation import Cancellation
from retina.batches.items import NOT_FOUND, Items
from retina.batches.records import (
    Batch,
    Order,
    batch_key,
    batch_of,
    item_record,
    number_of,
    outcome_of,
    size_records,
)
from retina.batches.schemas import Outcome
from retina.errors import BusyError, KeyLimitError, NotFoundError, OutOfCreditsError
from retina.exports.copies import Copies
from retina.ids import is_id, new_id
from retina.queue.port import Queue
from retina.storage.port import (
    BATCH,
    DAY,
    RETENTION_DAYS,
    Blobs,
    Uploads,
)
from retina.storage.records import (
    MOST_CHANGES,
    Add,
    Change,
    ConditionError,
    Delete,
    Key,
    Put,
    Record,
    Records,
)

T = TypeVar("T")


class Batches:
    """The batches in `records`, with file names and images in `results`, and photographs in `uploads`.

    `allowance` limits them, or `trial`, if given, for accounts that have paid nothing.
    """

    def __init__(
        self,
        records: Records,
        results: Blobs,
        uploads: Uploads,
        queue: Queue,
        credits: Credits,
        copies: Copies,
        allowance: Allowance,
        trial: Allowance | None = None,
    ) -> None:
        self._records, self._results, self._uploads, self._copies = records, results, uploads, copies
        self._queue, self._admission = queue, Admission(records, credits, allowance, trial)
        self._cancellation = Cancellation(records, self._admission)
        self.items = Items(records, results, uploads)

    def create(
        self,
        account: str,
        key_id: str,
        files: Sequence[tuple[str, int]],
        order: Order,
        refused: Mapping[int, Outcome],
        extra_changes: Callable[[str], Sequence[Change]] = lambda id: (),
    ) -> Batch:
        """Create a batch of `files` (name and size in bytes); the numbers in `refused` are rejected from the start.

        Reserves a credit for each of the other photographs, whose announced sizes are binding. `extra_changes` takes
        the batch's id and returns changes to make in the same transaction.

        Raises `OutOfCreditsError`, `KeyLimitError`, `TooManyBatchesError` or `TooManyBytesError` (no batch is created
        then), and `BusyError` if concurrent requests keep getting in the way.
        """
        sizes = [0 if number in refused else size for number, (_, size) in enumerate(files)]
        self._admission.demand(account, key_id, len(files) - len(refused), sum(sizes))
        batch = Batch(
            id=new_id(),
            account=account,
            key_id=key_id,
            created=clock.now(),
            total=len(files),
            refused=len(refused),
            cancelled=False,
            order=order,
            expires=int(time.time()) + RETENTION_DAYS[BATCH] * DAY,
            finished={"done": 0, "rejected": len(refused), "failed": 0},
            reserved=True,
            largest=max(sizes) or None,
        )
        self._results.put(batch.names, json.dumps(files).encode(), "application/json")
        rejected = (item_record(batch, number, outcome, None) for number, outcome in refused.items())
        for some in _portions([*rejected, *size_records(batch, sizes)], MOST_CHANGES):
            self._records.write(*some)
        try:
            listed = Put(_listed(batch), {"id": batch.id}, expires=batch.expires)
            self._admission.admit(batch, sum(sizes), listed, *extra_changes(batch.id))
        except BaseException:
            self._clear(batch)
            raise
        return batch

    def get(self, account: str, id: str) -> Batch:
        """The account's batch with this id; raises `NotFoundError`."""
        [known] = self._records.get(batch_key(id)) if is_id(id) else [None]
        if known is None or known.data["account"] != account:
            raise NotFoundError(NOT_FOUND)
        return batch_of(known)

    def of(self, account: str, limit: int, after: str | None = None) -> tuple[list[Batch], str | None]:
        """One page of at most `limit` (up to 100) batches after the cursor `after`, newest first; and the next cursor
        or None.
        """
        rows = self._records.query(f"batches:{account}", limit=limit + 1, after=after, backwards=True)
        page = rows[:limit]
        found = self._records.get(*(batch_key(row.data["id"]) for row in page)) if page else []
        return [batch_of(record) for record in found if record], page[-1].key.sort if len(rows) > limit else None

    def limits(self, account: str) -> BatchLimits:
        """How many batches and bytes the account has, and may have."""
        return self._admission.limits(account)

    def cancel(self, batch: Batch) -> Batch:
        """Start no more items; finished ones stay as they are."""
        return self._cancellation.change(batch, cancelled=True)

    def retry(self, batch: Batch) -> Batch:
        """Queue every photograph that has arrived and is neither done nor rejected; a cancelled batch continues.

        Raises `OutOfCreditsError` unless there is a credit for each of them, and `KeyLimitError` if the key that
        created the batch may not spend them.
        """
        batch, outcomes = self._affordable(batch)
        failed = [row for row, outcome in outcomes if outcome and outcome.status == "failed"]
        stopped = batch.unfinished if batch.cancelled else 0
        batch = self._cancellation.change(batch, cancelled=False)
        [reservation] = self._records.get(reservation_key(batch.account, batch.id))
        short = 0
        for some in _portions(failed, MOST_CHANGES - 4):
            cleared = (item_record(batch, number_of(row), None, row.version) for row in some)
            day = clock.today()
            paid = self._admission.renewal(reservation, len(some), day) if reservation else ()
            try:
                self._records.write(*cleared, Add(batch_key(batch.id), {"failed": -len(some)}), *paid)
            except ConditionError as error:
                if reservation and self._admission.lacks_credits(reservation, day, error):
                    short = len(failed) - failed.index(some[0])
                    break
                continue  # already written by another request, or by this one before its reply was lost
        self._cancellation.release_rest(batch)
        over = {number_of(row) for row, outcome in outcomes if outcome and outcome.status != "failed"}
        again = sorted(self.items.arrived(batch) - over - self.items.running(batch))
        self._queue.put(*(f"{batch.folder}{number}" for number in again), account=batch.account)
        if short and reservation:
            started = stopped > 0 or short < len(failed)
            self._admission.demand_credits(batch.account, payer(reservation), short, started=started)
        return self.get(batch.account, batch.id)

    def _affordable(self, batch: Batch) -> tuple[Batch, Sequence[tuple[Record, Outcome | None]]]:
        """The batch as it is, with the records and outcomes of its photographs, if there is a credit for each that a
        retry would start. Raises `OutOfCreditsError` and `KeyLimitError`.

        Another retry may have reserved these credits since the batch was read, for the same photographs.
        """
        for attempts_left in reversed(range(ATTEMPTS)):
            outcomes = [(row, outcome_of(row)) for row in self.items.rows(batch, 0, batch.total)]
            needed = sum(outcome is not None and outcome.status == "failed" for _, outcome in outcomes)
            needed += batch.unfinished if batch.cancelled else 0
            [reservation] = self._records.get(reservation_key(batch.account, batch.id))
            try:
                if reservation:
                    self._admission.demand_credits(batch.account, payer(reservation), needed)
            except (OutOfCreditsError, KeyLimitError):
                now = self.get(batch.account, batch.id)
                if now == batch or not attempts_left:
                    raise
                batch = now
            else:
                break
        return batch, outcomes

    def delete(self, batch: Batch) -> Counter[str]:
        """Delete photographs, names, results and all copies; returns the number deleted, by kind. The ledger stays."""
        self._cancellation.change(batch, cancelled=True)
        counts = Counter(batches=1) + self._clear(batch)
        for _ in range(ATTEMPTS):
            [reservation] = self._records.get(reservation_key(batch.account, batch.id))
            given = ended(reservation) if reservation else []
            try:
                self._records.write(Delete(batch_key(batch.id)), Delete(_listed(batch)), *given)
            except ConditionError:  # already deleted by another request, or by this one before its reply was lost
                continue
            break
        else:
            raise BusyError("Other requests are changing this batch right now.")
        return counts + self._clear(batch)  # what a running worker has stored in the meantime

    def _clear(self, batch: Batch) -> Counter[str]:
        counts = self._copies.of_batch(batch.account, batch.id)
        counts["uploads"] += self._uploads.delete_all(batch.folder)
        self._results.delete(batch.names)
        counts["pictures"] += self._results.delete_all(batch.folder)
        for partition in (batch.items, batch.sizes, batch.begun):
            while rows := self._records.query(partition, limit=MOST_CHANGES):
                self._records.write(*(Delete(row.key) for row in rows))
        return counts


def _listed(batch: Batch) -> Key:
    return Key(f"batches:{batch.account}", f"{batch.created}:{batch.id}")


def _portions(values: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    for begin in range(0, len(values), most):
        yield values[begin : begin + most]
