"""Reserved credits and bytes add up, whatever happens concurrently."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from retina.accounts.ledger import Credits
from retina.accounts.reservations import account_key
from retina.batches.admission import Allowance
from retina.batches.claims import Claims
from retina.batches.records import Order
from retina.batches.schemas import Outcome
from retina.batches.service import Batches
from retina.errors import OutOfCreditsError, TooManyBatchesError, TooManyBytesError
from retina.queue.sqlite import LocalQueue
from retina.storage.database import Database
from retina.storage.local import LocalBlobs, LocalUploads
from retina.storage.records import Records
from support.account import accounts_of
from support.waiting import copies_in

MIB = 2**20
ORDER = Order(("mask",))


class Books:
    """Batches on `records` without a service around them, of an account of twenty credits."""

    def __init__(self, records: Records, folder: Path, allowance: Allowance) -> None:
        self.records, self.credits = records, Credits(records)
        self.account = accounts_of(records, 20).of_user("https://issuer.example", "anna")
        queue, uploads = LocalQueue(Database(folder / "queue.sqlite")), LocalUploads(folder, MIB)
        copies = copies_in(records, folder)
        self.batches = Batches(records, LocalBlobs(folder), uploads, queue, self.credits, copies, allowance)
        self.claims = Claims(records, self.credits)

    def create(self, count: int, size: int = 1) -> Any:
        return self.batches.create(self.account, "", [(f"{n}.jpg", size) for n in range(count)], ORDER, {})

    def counts(self) -> dict[str, int]:
        [known] = self.records.get(account_key(self.account))
        assert known is not None
        return known.counts

    def reserved(self) -> int:
        return sum(row.counts["credits"] for row in self.records.query(f"reserved:{self.account}"))


@pytest.mark.parametrize(
    ("allowance", "count", "size", "made", "refusal"),
    [
        (Allowance(100, MIB, MIB), 3, 1, 6, OutOfCreditsError),
        (Allowance(5, MIB, MIB), 1, 1, 5, TooManyBatchesError),
        (Allowance(100, 1000, MIB), 1, 150, 6, TooManyBytesError),
    ],
)
def test_limits_are_exact_under_concurrent_batches(
    records: Records, tmp_path: Path, allowance: Allowance, count: int, size: int, made: int, refusal: type[Exception]
) -> None:
    books = Books(records, tmp_path, allowance)

    def create(_: int) -> bool:
        try:
            books.create(count, size)
        except refusal:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(16))) == made
    now = books.counts()
    assert (now["reserved"], now["batches"], now["bytes"]) == (made * count, made, made * count * size)
    assert now["credits"] == 20 - made * count
    assert books.reserved() == made * count


def test_credits_add_up_under_concurrency(records: Records, tmp_path: Path) -> None:
    """Photographs are finished while their batch is cancelled, retried and deleted."""
    books = Books(records, tmp_path, Allowance(100, MIB, MIB))
    batch = books.create(16)

    def finish(number: int) -> None:
        claim = books.claims.begin(batch.id, number)
        if claim:
            status = ("done", "rejected", "failed")[number % 3]
            books.claims.finish(claim, Outcome(status=status))

    def order(number: int) -> None:
        known = books.batches.get(books.account, batch.id)
        (books.batches.cancel if number % 2 else books.batches.retry)(known)

    with ThreadPoolExecutor(6) as pool:
        tasks = [pool.submit(finish, number) for number in range(16)]
        tasks += [pool.submit(order, number) for number in range(6)]
        for task in tasks:
            task.result()
    known = books.batches.get(books.account, batch.id)
    open_ones = 0 if known.cancelled else known.total - sum(known.finished.values())
    now = books.counts()
    assert now["reserved"] == books.reserved() == open_ones
    spent = known.finished["done"]
    assert now["credits"] + now["reserved"] == books.credits.balance(books.account) == 20 - spent
    assert sum(entry.amount for entry in books.credits.ledger(books.account)) == 20 - spent
    books.batches.delete(known)
    now = books.counts()
    assert (now["reserved"], now["bytes"], now["batches"], now["credits"]) == (0, 0, 0, 20 - spent)


def test_a_second_change_of_a_batch_reserves_and_releases_nothing(records: Records, tmp_path: Path) -> None:
    """Two requests have read the batch before either changes it."""
    books = Books(records, tmp_path, Allowance(100, MIB, MIB))
    started = books.create(8)
    for _ in range(2):
        assert books.batches.cancel(started).cancelled
        assert books.counts()["reserved"] == books.reserved() == 0
    cancelled = books.batches.get(books.account, started.id)
    for _ in range(2):
        assert not books.batches.retry(cancelled).cancelled
        assert books.counts()["reserved"] == books.reserved() == 8
        assert books.counts()["credits"] == 12


@pytest.mark.parametrize("status", [None, "failed"])
def test_a_second_retry_of_a_batch_needs_no_second_credits(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str | None
) -> None:
    """Both have read the batch and its photographs before either reserves the only credits that there are."""
    books = Books(records, tmp_path, Allowance(100, MIB, MIB))
    batch = books.create(16)
    for number in range(16 if status else 0):
        claim = books.claims.begin(batch.id, number)
        assert claim
        books.claims.finish(claim, Outcome(status="failed"))
    if not status:
        books.batches.cancel(batch)
    known = books.batches.get(books.account, batch.id)
    rows, retried = books.batches.items.rows, False

    def retrying(*asked: Any) -> Any:
        nonlocal retried
        found = list(rows(*asked))
        if not retried:
            retried = True
            books.batches.retry(known)
        return found

    monkeypatch.setattr(books.batches.items, "rows", retrying)
    assert not books.batches.retry(known).cancelled
    assert books.counts()["reserved"] == books.reserved() == 16
    assert books.counts()["credits"] == 4


def test_expired_batches_release_their_credits(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = Books(records, tmp_path, Allowance(100, MIB, MIB))
    books.create(12)
    books.create(8)
    with pytest.raises(OutOfCreditsError, match="Another 20 credits are reserved"):
        books.create(1)
    later = time.time() + 31 * 24 * 3600
    for module in ("accounts.reservations", "storage.sqlite", "storage.dynamodb"):
        monkeypatch.setattr(f"retina.{module}.time.time", lambda: later)
    assert books.credits.available(books.account) == 20
    still = books.counts()
    assert [still[name] for name in ("reserved", "bytes", "batches")] == [0, 0, 0]
    books.create(20)
