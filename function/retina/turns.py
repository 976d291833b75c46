"""The items of batches, as workers deal with them: begun, and finished exactly once.

Enters: an item's number, and what has become of it; leaves: a `Turn` for whoever is to work on it. The outcome of an
item, what it adds to the batch's counts and the charge for it are one transaction.
"""

import time
from dataclasses import dataclass

from retina.batch import Batch, batch_key, batch_of, item_record, number_key, outcome_of
from retina.credits import Credits
from retina.errors import OutOfCreditsError
from retina.schemas.batches import Outcome
from retina.store.records import NEW, Add, ConditionError, Delete, Put, Records, ensure

GONE_SECONDS = 120
"""After how long somebody who began an item and was not heard of again is taken for gone."""


@dataclass(frozen=True)
class Turn:
    """The right to finish an item, as long as its record is of `version`."""

    batch: Batch
    number: int
    version: int


class Turns:
    """The items in `records`, charged in `credits`."""

    def __init__(self, records: Records, credits: Credits) -> None:
        self._records, self._credits = records, credits

    def begin(self, id: str, number: int) -> Turn | None:
        """Work on an item of the batch `id`; None where nothing is to be done: it is finished, cancelled or gone."""
        [known] = self._records.get(batch_key(id))
        batch = batch_of(known) if known else None
        if batch is None or batch.cancelled or number >= batch.total:
            return None
        [item] = self._records.get(number_key(batch.items, number))
        if outcome_of(item):
            return None
        self._records.write(Put(number_key(batch.begun, number), {}, expires=int(time.time()) + GONE_SECONDS))
        return Turn(batch, number, item.version if item else NEW)

    def there(self, id: str, number: int) -> bool:
        """Whether there is such an item, finished or not."""
        [known] = self._records.get(batch_key(id))
        return known is not None and number < batch_of(known).total

    def demand_credit(self, turn: Turn) -> None:
        """Raises `OutOfCreditsError` where the item could not be paid for."""
        if self._credits.balance(turn.batch.account) < 1:
            raise OutOfCreditsError("There were no credits left for this photograph. Get more, then retry the batch.")

    def finish(self, turn: Turn, outcome: Outcome) -> bool:
        """Keep what has become of an item, and charge for it where it is done; False where that came too late.

        Somebody else has finished it then, or it was deleted. Raises `OutOfCreditsError`.
        """
        batch, number = turn.batch, turn.number
        item = item_record(batch, number, outcome, turn.version)
        changes = (Add(batch_key(batch.id), {outcome.status: 1}), Delete(number_key(batch.begun, number)))
        try:
            if outcome.status == "done":
                what = f"batch {batch.id} photograph {number}"
                self._credits.charge(batch.account, batch.key_id, what, item, *changes)
            else:
                ensure(self._records, item, *changes)
        except ConditionError:
            return False
        return True
