"""An account with an API key of limited credits."""

from pathlib import Path

import pytest

from retina import clock
from retina.accounts.key_limits import KeyLimits
from retina.accounts.ledger import Credits
from retina.batches.admission import Allowance
from retina.batches.claims import Claims
from retina.batches.records import Batch, Order
from retina.batches.schemas import Outcome
from retina.batches.service import Batches
from retina.queue.sqlite import LocalQueue
from retina.storage.database import Database
from retina.storage.local import LocalBlobs, LocalUploads
from retina.storage.records import Records
from support.account import accounts_of
from support.waiting import copies_in

MIB = 2**20


class Keyed:
    """An account of 100 credits with a key within `limits`."""

    def __init__(self, records: Records, folder: Path, limits: KeyLimits) -> None:
        self.records, self.credits, self.accounts = records, Credits(records), accounts_of(records, 100)
        self.account = self.accounts.of_user("https://issuer.example", "anna")
        self.key = self.accounts.make_key(self.account, "test", limits=limits)[0].id
        queue, uploads = LocalQueue(Database(folder / "queue.sqlite")), LocalUploads(folder, MIB)
        copies, allowance = copies_in(records, folder), Allowance(100, MIB, MIB)
        self.batches = Batches(records, LocalBlobs(folder), uploads, queue, self.credits, copies, allowance)
        self.claims = Claims(records, self.credits)

    def charge(self) -> int:
        return self.credits.charge(self.account, self.key, "prediction")

    def batch(self, photographs: int, key: str | None = None) -> Batch:
        files = [(f"{n}.jpg", 1) for n in range(photographs)]
        return self.batches.create(self.account, self.key if key is None else key, files, Order(("mask",)), {})

    def finish(self, batch: Batch, number: int, status: str) -> bool:
        claim = self.claims.begin(batch.id, number)
        return claim is not None and self.claims.finish(claim, Outcome.model_validate({"status": status}))

    def known(self, batch: Batch) -> Batch:
        return self.batches.get(self.account, batch.id)

    def spent(self) -> tuple[int, int]:
        [spent] = self.credits.spending.of(self.account, self.key)
        return spent

    def charged(self) -> int:
        return sum(-entry.amount for entry in self.credits.ledger(self.account) if entry.kind == "charge")


def on(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setattr(clock, "now", lambda: f"{day}T18:00:00.000000Z")
