"""What API and workers share, opened once from the settings: stores, queue, and the services that use them."""

from dataclasses import dataclass, replace
from functools import cached_property

from retina.accounts.audit import Audit
from retina.accounts.idempotency import Idempotency
from retina.accounts.ledger import Credits
from retina.accounts.rate_limits import RateLimits
from retina.accounts.service import Accounts
from retina.accounts.signup_credits import SignupCredits
from retina.batches.admission import Allowance
from retina.batches.claims import Claims
from retina.batches.service import Batches
from retina.exports.copies import Copies
from retina.exports.service import Exports
from retina.history.corrections import Corrections
from retina.history.service import History
from retina.history.stored_bytes import StoredBytes
from retina.payment.selling import Selling
from retina.queue import open_queue
from retina.queue.port import Queue
from retina.settings import Settings
from retina.storage import open_records, open_results, open_uploads
from retina.storage.port import Blobs, Uploads
from retina.storage.records import Records
from retina.storage.reserve import SIGN_IN_BYTES, STEP_BYTES, Reserve


@dataclass(frozen=True)
class Services:
    """Every service, opened on first use."""

    settings: Settings

    @cached_property
    def uploads(self) -> Uploads:
        """Uploaded photographs that have not been processed yet."""
        return open_uploads(self.settings)

    @cached_property
    def results(self) -> Blobs:
        """Results, saved photographs, stored responses and exports."""
        return open_results(self.settings)

    @cached_property
    def records(self) -> Records:
        """Accounts, batches and all other data in records."""
        return open_records(self.settings)

    @cached_property
    def queue(self) -> Queue:
        """Jobs waiting for a worker."""
        return open_queue(self.settings)

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts and their API keys."""
        settings = self.settings
        signup = SignupCredits(self.records, self.rate_limits, settings.signup_credits, settings.signups_each)
        return Accounts(self.records, signup)

    @cached_property
    def credits(self) -> Credits:
        """Balances and the ledger."""
        return Credits(self.records)

    @cached_property
    def selling(self) -> Selling:
        """Purchases of credits."""
        return Selling(self.settings, self.records)

    @cached_property
    def idempotency(self) -> Idempotency:
        """Requests that were answered before, with the stored responses."""
        return Idempotency(self.records, self.results, self.settings.lease_seconds)

    @cached_property
    def copies(self) -> Copies:
        """Copies of users' data that are deleted with it."""
        return Copies(self.idempotency, self.exports)

    @cached_property
    def history(self) -> History:
        """Saved predictions."""
        settings = self.settings
        trial = settings.trial_history_bytes if settings.prices else None
        stored = StoredBytes(self.records, self.credits, settings.history_bytes, trial)
        return History(self.records, self.results, self.copies, stored)

    @cached_property
    def corrections(self) -> Corrections:
        """Corrections of saved predictions."""
        return Corrections(self.records, self.history)

    @cached_property
    def batches(self) -> Batches:
        """Batches and their items."""
        settings = self.settings
        allowance = Allowance(settings.most_batches, settings.most_bytes, settings.upload_bytes)
        trial = replace(
            allowance,
            batches=min(settings.trial_batches, allowance.batches),
            bytes=min(settings.trial_bytes, allowance.bytes),
        )
        return Batches(
            self.records,
            self.results,
            self.uploads,
            self.queue,
            self.credits,
            self.copies,
            allowance,
            trial if settings.prices and trial != allowance else None,
        )

    @cached_property
    def claims(self) -> Claims:
        """Claims on batch items."""
        return Claims(self.records, self.credits)

    @cached_property
    def rate_limits(self) -> RateLimits:
        """The rate limit on predictions that are free of charge."""
        return RateLimits(self.records, self.settings.free_each, self.settings.free_together)

    @cached_property
    def exports(self) -> Exports:
        """Exports as ZIP files."""
        return Exports(self.records, self.results, self.queue)

    @cached_property
    def deletion_reserve(self) -> Reserve:
        """Disk space that lets deletions succeed on a full disk."""
        return Reserve(self.settings.data)

    @cached_property
    def sign_in_reserve(self) -> Reserve:
        """Disk space for signing in on a full disk; separate, so that sign-ins cannot use up the space for
        deletions.
        """
        return Reserve(self.settings.data, "reserve-sign-in", SIGN_IN_BYTES, STEP_BYTES)

    def refill_reserves(self) -> None:
        """Refill both reserves, if the records are on this disk and there is room."""
        if not self.settings.table:
            self.sign_in_reserve.refill()
            self.deletion_reserve.refill()

    @cached_property
    def audit(self) -> Audit:
        """The audit log: who did what."""
        return Audit(self.records, self.settings.audit_days, self.settings.audit_addresses)
