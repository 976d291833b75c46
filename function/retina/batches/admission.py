"""Admission control: whether an account may start another batch.

Every photograph needs a credit, and the number of batches and bytes per account is limited. The checks made up front
give precise error messages; the transaction that writes the batch and its reservations checks again, and is exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from retina import clock
from retina.accounts.key_limits import spent_key
from retina.accounts.ledger import MORE_IF_PAID, Credits
from retina.accounts.reservations import account_key, account_of, payer, renewed, reserved, settle
from retina.batches.records import Batch, batch_record
from retina.errors import (
    BusyError,
    OutOfCreditsError,
    TooManyBatchesError,
    TooManyBytesError,
    counted,
)
from retina.storage.records import (
    NEW,
    Add,
    Change,
    ConditionError,
    Record,
    Records,
    ensure,
)

ATTEMPTS = 8
"""How often a change is tried when concurrent requests get in the way."""


@dataclass(frozen=True)
class Allowance:
    """What one account may have at the same time.

    `batches` is the number of batches, `bytes` the total size of their photographs that are not done or rejected, and
    `photograph` the largest single photograph in bytes.
    """

    batches: int
    bytes: int
    photograph: int


class BatchLimits(NamedTuple):
    """The batches of an account and the bytes of their photographs, each with its limit; `paid` says whether the
    account has had more than its credits for signing up, False where that makes no difference.
    """

    batches: int
    most_batches: int
    bytes: int
    most_bytes: int
    paid: bool


class Admission:
    """Checks against the counts in `records`, the account's `credits`, and the `allowance` of all accounts.

    With `trial`, that is the allowance of accounts that have paid nothing.
    """

    def __init__(
        self, records: Records, credits: Credits, allowance: Allowance, trial: Allowance | None = None
    ) -> None:
        self._records, self._credits, self._allowance, self._trial = records, credits, allowance, trial

    def limits(self, account: str) -> BatchLimits:
        """What the account has, and may have at the same time."""
        paid = self._trial is not None and self._credits.paid(account)
        allowance = self._trial if self._trial and not paid else self._allowance
        # The bytes that could be paid for if every credit were spent on a photograph of the largest size.
        most = min(allowance.bytes, self._credits.balance(account) * allowance.photograph)
        [known] = self._records.get(account_key(account))
        counts = known.counts if known else {}
        return BatchLimits(counts.get("batches", 0), allowance.batches, counts.get("bytes", 0), most, paid)

    def demand(self, account: str, key_id: str, photographs: int, size: int) -> Mapping[str, int]:
        """The limits for the account's counts. Raises `OutOfCreditsError`, `KeyLimitError`, `TooManyBatchesError` or
        `TooManyBytesError` if another batch of so many `photographs` and `size` bytes would exceed them.
        """
        settle(self._records, account)
        self.demand_credits(account, key_id, photographs)
        limits = self.limits(account)
        trial = None if limits.paid else self._trial
        more_batches = f" {MORE_IF_PAID}" if trial and trial.batches < self._allowance.batches else ""
        more_bytes = f" {MORE_IF_PAID}" if trial and trial.bytes < self._allowance.bytes else ""
        if limits.batches >= limits.most_batches:
            raise TooManyBatchesError(
                f"This account already has the maximum number of batches ({limits.batches:,}). Delete one, or "
                f"wait until one expires.{more_batches} Nothing was started."
            )
        if limits.bytes + size > limits.most_bytes:
            raise TooManyBytesError(
                f"The photographs of all open batches may total {limits.most_bytes / 2**20:,.0f} MiB; with these they "
                f"would total {(limits.bytes + size) / 2**20:,.0f} MiB. Wait until some are finished, delete "
                f"batches with failed photographs, or send fewer at a time.{more_bytes} Nothing was started."
            )
        return {"bytes": limits.most_bytes, "batches": limits.most_batches}

    def demand_credits(self, account: str, key_id: str, photographs: int, *, started: bool = False) -> None:
        """Raises `OutOfCreditsError` unless there is an available credit for each photograph, and `KeyLimitError` if
        the API key (if any) may not spend them now. `started`: other photographs of the same request are queued.
        """
        self._credits.spending.demand(account, key_id, photographs)
        available = self._credits.available(account)
        if photographs <= available:
            return
        held = self._credits.balance(account) - available
        are = "credit is" if held == 1 else "credits are"
        aside = f" Another {held:,} {are} reserved for photographs in other batches." if held else ""
        if started:
            raise OutOfCreditsError(
                f"There are credits for only some of the photographs, and these were started. The other "
                f"{counted(photographs, 'photograph')} will need a credit each, and you have "
                f"{counted(available, 'credit')}.{aside} Get more credits, then retry."
            )
        raise OutOfCreditsError(
            f"Each photograph needs a credit. You chose {counted(photographs, 'photograph')} and have "
            f"{counted(available, 'credit')}.{aside} Choose fewer photographs, or get more credits. "
            "Nothing was started."
        )

    def admit(self, batch: Batch, size: int, *changes: Change) -> None:
        """Write the batch, `changes` and everything it reserves in one transaction.

        Raises what `demand` raises, and `BusyError` if concurrent requests keep getting in the way.
        """
        account, open_ones = batch.account, batch.total - batch.refused
        for _ in range(ATTEMPTS):
            day, most = clock.today(), self.demand(account, batch.key_id, open_ones, size)
            try:
                ensure(
                    self._records,
                    replace(batch_record(batch, NEW), counts=batch.finished),
                    *changes,
                    *reserved(account, batch.id, open_ones, size, batch.expires, most, day, batch.key_id),
                    *self._credits.spending.count(account, batch.key_id, open_ones, day),
                )
            except ConditionError:  # the account's counts have changed in the meantime
                continue
            return
        raise BusyError("Other requests are creating batches for this account right now.")

    def renewal(self, reservation: Record, photographs: int, day: str) -> list[Add]:
        """The changes that on this day reserve credits again for `photographs` of a batch. If only they fail,
        `demand_credits` says why; see `lacks_credits`.
        """
        limited = self._credits.spending.count(account_of(reservation), payer(reservation), photographs, day)
        return [*renewed(reservation, photographs, day), *limited]

    def lacks_credits(self, reservation: Record, day: str, error: ConditionError) -> bool:
        """Whether a renewal of this day has failed for want of credits, of the account or of its API key."""
        account = account_of(reservation)
        return error.failed <= {account_key(account), spent_key(account, payer(reservation), day)}
