"""Claims of workers on batch items: an item is claimed, processed and finished exactly once.

The outcome of an item, the update of the batch's counts and the charge are one transaction.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from retina.accounts.ledger import Credits
from retina.accounts.reservations import released, reservation_key, spent
from retina.batches.records import (
    Batch,
    batch_key,
    batch_of,
    item_record,
    number_key,
    outcome_of,
    size_of,
    sizes_key,
)
from retina.batches.schemas import Outcome
from retina.errors import OutOfCreditsError, UploadRefusedError
from retina.storage.records import (
    NEW,
    Add,
    Change,
    ConditionError,
    Delete,
    Put,
    Record,
    Records,
    ensure,
)

GONE_SECONDS = 120
"""A worker that claimed an item and has not finished it after this many seconds counts as gone."""
CLOCK_SECONDS = 2
"""The largest difference to expect between the clocks of a store and of this service; stores round to the second."""
ATTEMPTS = 10


@dataclass(frozen=True)
class Claim:
    """A claim on an item, valid as long as its record has this `version`. `size` is the announced size in bytes."""

    batch: Batch
    number: int
    version: int
    size: int | None = None


class Claims:
    """The items in `records`; finished ones are charged to `credits`."""

    def __init__(self, records: Records, credits: Credits) -> None:
        self._records, self._credits = records, credits

    def begin(self, id: str, number: int) -> Claim | None:
        """Claim an item of the batch `id`; None if there is nothing to do: it is finished, cancelled or deleted."""
        found = self._find(id, number)
        if found is None or found.batch.cancelled or found.outcome:
            return None
        batch = found.batch
        self._records.write(Put(number_key(batch.begun, number), {}, expires=int(time.time()) + GONE_SECONDS))
        return Claim(batch, number, found.version, found.size)

    def demand_awaited(self, id: str, number: int) -> int | None:
        """The largest size in bytes that the item's photograph may have; None if only the general limits apply.

        Raises `UploadRefusedError` if the batch does not expect this photograph, or no longer does.
        """
        found = self._find(id, number)
        if found is None:
            raise UploadRefusedError(
                "The file's name is not the number of a photograph that this batch is waiting for."
            )
        if found.batch.cancelled:
            raise UploadRefusedError("This batch is cancelled and accepts no photographs. Retry it, then send them.")
        if found.outcome:
            raise UploadRefusedError("This photograph is finished and cannot be replaced.")
        return found.size

    def account(self, id: str) -> str | None:
        """The account of the batch `id`; None if there is no such batch."""
        [known] = self._records.get(batch_key(id))
        return batch_of(known).account if known else None

    def unwanted(self, id: str, number: int, arrived: float) -> bool:
        """Whether a photograph can be deleted that arrived at this time (seconds since 1970): it should not have been
        sent, or is no longer needed.

        Photographs that arrived before their batch was cancelled, and those of failed items, stay for a retry.
        """
        found = self._find(id, number)
        if found is None:
            return True
        if not found.batch.reserved:
            return False
        if found.outcome:
            return found.outcome.status != "failed"
        return found.batch.cancelled and arrived > (found.batch.stopped or 0) + CLOCK_SECONDS

    def there(self, id: str, number: int) -> bool:
        """Whether the batch has this item, finished or not."""
        [known] = self._records.get(batch_key(id))
        return known is not None and number < batch_of(known).total

    def demand_credit(self, claim: Claim) -> None:
        """Raises `OutOfCreditsError` if the item cannot be paid for. Only batches from before reservations existed can
        run into this.
        """
        if not claim.batch.reserved and self._credits.available(claim.batch.account) < 1:
            raise OutOfCreditsError(
                "There were no credits left for this photograph. Get more, as the account page says, then "
                "retry the batch."
            )

    def finish(self, claim: Claim, outcome: Outcome) -> bool:
        """Store the outcome of an item, and charge for it if it is done. Returns False if it is too late: the item was
        finished by another worker, cancelled or deleted. Raises `OutOfCreditsError` and `KeyLimitError`.
        """
        batch, number = claim.batch, claim.number
        begun = Delete(number_key(batch.begun, number))
        item = item_record(batch, number, outcome, claim.version)
        what = f"batch {batch.id} photograph {number}"
        for _ in range(ATTEMPTS):
            [reservation] = self._records.get(reservation_key(batch.account, batch.id))
            if batch.reserved and reservation is None:  # deleted or expired
                self._records.write(begun)
                return False
            try:
                paid = _paid(reservation, claim.size or 0, outcome) if batch.reserved and reservation else ()
                changes = (Add(batch_key(batch.id), {outcome.status: 1}), begun, *paid)
                if outcome.status != "done":
                    ensure(self._records, item, *changes)
                elif batch.reserved:
                    self._credits.charge_reserved(batch.account, batch.key_id, what, item, *changes)
                else:
                    self._credits.charge(batch.account, batch.key_id, what, item, *changes)
            except ConditionError:
                # Cancelled in the meantime, and perhaps retried. A retry does not touch items that are being processed.
                self._records.write(begun)
                found = self._find(batch.id, number)
                if found is None or found.batch.cancelled or found.outcome or found.version != claim.version:
                    return False
            else:
                return True
        return False

    def _find(self, id: str, number: int) -> "_Found | None":
        keys = (batch_key(id), number_key(f"items:{id}", number), sizes_key(id, number))
        known, item, sizes = self._records.get(*keys)
        batch = batch_of(known) if known else None
        if batch is None or number >= batch.total:
            return None
        return _Found(batch, outcome_of(item), item.version if item else NEW, size_of(sizes, number))


@dataclass(frozen=True)
class _Found:
    batch: Batch
    outcome: Outcome | None
    version: int
    size: int | None


def _paid(reservation: Record, size: int, outcome: Outcome) -> Sequence[Change]:
    """What happens to the item's credit and bytes. A failed item keeps its photograph, so its bytes stay reserved."""
    if outcome.status == "done":
        return spent(reservation, size)
    return released(reservation, 1, 0 if outcome.status == "failed" else size)
