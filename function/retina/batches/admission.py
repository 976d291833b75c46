"""Admission: which batches an account may begin. Each photograph needs a credit, bytes and batches have limits.

Enters: an account and what it wants to begin; leaves: the batch with what it reserves, in one transaction, or an error
that says what is lacking. What was checked beforehand is checked again by the transaction itself, which is exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from retina.accounts.ledger import Credits
from retina.accounts.reservations import account_key, reserved, settle
from retina.batches.records import Batch, batch_record
from retina.errors import (
    BusyError,
    OutOfCreditsError,
    TooManyBatchesError,
    TooManyBytesError,
)
from retina.storage.records import (
    NEW,
    Change,
    ConditionError,
    Records,
    ensure,
)

ATTEMPTS = 8
"""How often a change is tried that others are in the way of."""


@dataclass(frozen=True)
class Allowance:
    """What one account may have at a time: `batches`, and `bytes` of photographs that are not done or rejected, of
    which none has more than `photograph`.
    """

    batches: int
    bytes: int
    photograph: int


ALLOWANCE = Allowance(batches=1000, bytes=50 * 2**30, photograph=50 * 2**20)


class Admission:
    """By the counts in `records`, the `credits` and one `allowance` for every account."""

    def __init__(self, records: Records, credits: Credits, allowance: Allowance) -> None:
        self._records, self._credits, self._allowance = records, credits, allowance

    def demand(self, account: str, photographs: int, size: int) -> Mapping[str, int]:
        """What the account's counts may be at most; raises where another batch would not be within it."""
        settle(self._records, account)
        self.demand_credits(account, photographs)
        [known] = self._records.get(account_key(account))
        counts = known.counts if known else {}
        if counts.get("batches", 0) >= self._allowance.batches:
            raise TooManyBatchesError(
                f"This account already has {counts['batches']:,} batches, the maximum. Delete one, or "
                "wait until one expires. Nothing was started."
            )
        # So much would be paid for, were every credit spent on the largest photograph there is.
        most = min(self._allowance.bytes, self._credits.balance(account) * self._allowance.photograph)
        if counts.get("bytes", 0) + size > most:
            raise TooManyBytesError(
                f"The photographs of all open batches may have {most / 2**20:,.0f} MiB together, and with these they "
                f"would have {(counts.get('bytes', 0) + size) / 2**20:,.0f} MiB. Wait until some are finished, delete "
                "batches with failed photographs, or send fewer at a time. Nothing was begun."
            )
        return {"bytes": most, "batches": self._allowance.batches}

    def demand_credits(self, account: str, photographs: int) -> None:
        """Raises `OutOfCreditsError` where there is not a credit for each of so many photographs."""
        available = self._credits.available(account)
        if photographs <= available:
            return
        held = self._credits.balance(account) - available
        aside = f" ({held:,} more are reserved for photographs of other batches)" if held else ""
        raise OutOfCreditsError(
            f"Each photograph needs a credit: these are {photographs:,}, and there are {available:,} credits left"
            f"{aside}. Choose fewer photographs, or get more credits. Nothing was begun."
        )

    def admit(self, batch: Batch, size: int, *changes: Change) -> None:
        """Write the batch with `changes` and all that it reserves, or raise what `demand` does."""
        account, open_ones = batch.account, batch.total - batch.refused
        for _ in range(ATTEMPTS):
            most = self.demand(account, open_ones, size)
            try:
                ensure(
                    self._records,
                    replace(batch_record(batch, NEW), counts=batch.finished),
                    *changes,
                    *reserved(account, batch.id, open_ones, size, batch.expires, most),
                )
            except ConditionError:  # the account's counts have changed meanwhile
                continue
            return
        raise BusyError(
            "Other requests are creating batches for this account right now. Please try again in a few seconds."
        )
