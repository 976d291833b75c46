"""Cancelling a batch and letting it continue, together with the credits that are reserved for it."""

import random
import time
from dataclasses import replace

from retina import clock
from retina.accounts.reservations import payer, released, reservation_key
from retina.batches.admission import ATTEMPTS, Admission
from retina.batches.items import NOT_FOUND
from retina.batches.records import Batch, batch_key, batch_of, batch_record
from retina.errors import BusyError, NotFoundError
from retina.storage.records import Change, ConditionError, Record, Records

CHANGES = 16
"""How often cancelling is tried. Each photograph that is finished in the meantime may get in its way."""


class Cancellation:
    """Changes of batches in `records`; continuing one has to pass the `admission`."""

    def __init__(self, records: Records, admission: Admission) -> None:
        self._records, self._admission = records, admission

    def change(self, batch: Batch, *, cancelled: bool) -> Batch:
        """Stop the batch or let it continue, and adjust its reservation; does nothing if it is in that state already.

        Raises `OutOfCreditsError` unless there is a credit for each photograph that would continue, `KeyLimitError` if
        its key may not spend them, `NotFoundError` if the batch was deleted, and `BusyError` if others keep
        changing it.
        """
        for attempt in range(CHANGES):
            if batch.cancelled == cancelled:
                break
            time.sleep(random.uniform(0, 0.02 * attempt))  # noqa: S311 - nobody gains by guessing a pause
            batch = self._tried(batch, cancelled)
        if batch.cancelled != cancelled:
            raise BusyError("Other requests are changing this batch right now.")
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

    def _tried(self, batch: Batch, cancelled: bool) -> Batch:
        """The batch as it is after one attempt."""
        known, reservation = self._stored(batch)
        if batch_of(known).cancelled == cancelled:  # changed by another request, which has adjusted the reservation
            return batch_of(known)
        stopped = time.time() if cancelled else batch.stopped
        batch = replace(batch_of(known), cancelled=cancelled, stopped=stopped)
        changes: list[Change] = [batch_record(batch, known.version)]
        left, day = batch.unfinished, clock.today()
        if reservation and cancelled:
            changes += released(reservation, reservation.counts["credits"])
        elif reservation:
            changes += self._admission.renewal(reservation, left, day)
        try:
            self._records.write(*changes)
        except ConditionError as error:  # changed by another request, or by this one before its reply was lost
            if reservation and not cancelled and self._admission.lacks_credits(reservation, day, error):
                self._admission.demand_credits(batch.account, payer(reservation), left)
            return batch_of(self._stored(batch)[0])
        return batch

    def _stored(self, batch: Batch) -> tuple[Record, Record | None]:
        known, reservation = self._records.get(batch_key(batch.id), reservation_key(batch.account, batch.id))
        if known is None:
            raise NotFoundError(NOT_FOUND)
        return known, reservation
