"""Cancelling a batch and letting it continue, together with the credits that are reserved for it."""

import time
from dataclasses import replace

from retina.accounts.reservations import released, reservation_key
from retina.batches.admission import ATTEMPTS, Admission
from retina.batches.items import NOT_FOUND
from retina.batches.records import Batch, batch_key, batch_of, batch_record
from retina.errors import NotFoundError
from retina.storage.records import Change, ConditionError, Record, Records


class Cancellation:
    """Changes of batches in `records`; continuing one has to pass the `admission`."""

    def __init__(self, records: Records, admission: Admission) -> None:
        self._records, self._admission = records, admission

    def change(self, batch: Batch, *, cancelled: bool) -> Batch:
        """Stop the batch or let it continue, and adjust its reservation; does nothing if it is in that state already.

        Raises `OutOfCreditsError` unless there is a credit for each photograph that would continue, `KeyLimitError` if
        its key may not spend them, and `NotFoundError` if the batch was deleted.
        """
        while batch.cancelled != cancelled:
            known, reservation = self._stored(batch)
            stopped = time.time() if cancelled else batch.stopped
            batch = replace(batch_of(known), cancelled=cancelled, stopped=stopped)
            changes: list[Change] = [batch_record(batch, known.version)]
            left = batch.total - sum(batch.finished.values())
            if reservation and cancelled:
                changes += released(reservation, reservation.counts["credits"])
            elif reservation:
                changes += self._admission.renewal(batch, reservation, left)
            try:
                self._records.write(*changes)
            except ConditionError as error:  # changed by another request, or by this one before its reply was lost
                if not cancelled and self._admission.lacks_credits(batch, error):
                    self._admission.demand_credits(batch.account, batch.key_id, left)
                batch = batch_of(self._stored(batch)[0])
        if cancelled:
            self.release_rest(batch)
        return batch

    def release_rest(self, batch: Batch) -> None:
        """Release what a retry has reserved while the batch was being cancelled.

        Both cancelling and retrying call this after their own writes, so at least one of them sees the other's.
        """
        for _ in range(ATTEMPTS):
            known, reservation = self._records.get(batch_key(batch.id), reservation_key(batch.account, batch.id))
            rest = reservation.counts["credits"] if reservation else 0
            if known is None or not reservation or not rest or not batch_of(known).cancelled:
                return
            try:
                unchanged = batch_record(batch_of(known), known.version)
                self._records.write(unchanged, *released(reservation, rest))
            except ConditionError:  # retried, finished or released in the meantime
                continue
            return

    def _stored(self, batch: Batch) -> tuple[Record, Record | None]:
        known, reservation = self._records.get(batch_key(batch.id), reservation_key(batch.account, batch.id))
        if known is None:
            raise NotFoundError(NOT_FOUND)
        return known, reservation
