"""Limits on what API keys may spend: exact under concurrency, for predictions, batches and their reservations, in both
stores.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from retina import clock
from retina.accounts.audit import Audit
from retina.accounts.key_limits import KeyLimits, spent_key
from retina.accounts.reservations import reservation_key
from retina.batches.claims import Claim
from retina.batches.schemas import Outcome
from retina.errors import BusyError, KeyLimitError, NotFoundError, OutOfCreditsError
from retina.storage.records import NEW, ConditionError, Delete, Key, Put, Record
from support.keyed_account import Keyed, on


def made(times: int, work: Callable[[], object]) -> int:
    """How many of so many calls at the same time are within the limits."""

    def one(_: int) -> bool:
        try:
            work()
        except KeyLimitError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(one, range(times)))


@pytest.mark.parametrize("limits", [{"day": 7}, {"month": 7}, {"day": 7, "month": 9}], ids=str)
def test_concurrent_charges_do_not_exceed_the_limits(keyed: Callable[..., Keyed], limits: dict[str, int]) -> None:
    anna = keyed(**limits)
    assert made(20, anna.charge) == 7
    assert (anna.charged(), anna.credits.balance(anna.account), anna.spent()) == (7, 93, (7, 7))
    anna.credits.charge(anna.account, "", "by a person, or by another key")


def test_concurrent_batches_and_charges_do_not_exceed_the_limits(keyed: Callable[..., Keyed]) -> None:
    anna = keyed(day=20, month=20)
    assert made(12, lambda: anna.batch(3)) == 6
    assert made(6, anna.charge) == 2
    assert (anna.spent(), anna.charged(), anna.credits.left(anna.account)) == ((20, 20), 2, (98, 18))
    anna.batch(50, key="")


def test_what_is_released_can_be_spent_again_and_what_is_done_cannot(keyed: Callable[..., Keyed]) -> None:
    anna = keyed(day=4, month=4)
    batch = anna.batch(4)
    for number, status in enumerate(("done", "rejected", "failed")):
        assert anna.finish(batch, number, status)
    assert anna.spent() == (2, 2), "one is done, one is reserved"
    anna.batches.cancel(anna.known(batch))
    assert anna.spent() == (1, 1)
    anna.batches.retry(anna.known(batch))
    assert anna.spent() == (3, 3), "the failed and the cancelled one"
    anna.charge()
    with pytest.raises(KeyLimitError):
        anna.charge()
    anna.batches.delete(anna.known(batch))
    assert (anna.spent(), anna.charged()) == ((2, 2), 2)


def test_a_retry_beyond_the_limits_changes_nothing(keyed: Callable[..., Keyed]) -> None:
    anna = keyed(day=3)
    batch = anna.batch(3)
    for number in range(3):
        anna.finish(batch, number, "failed")
    anna.batch(2)
    with pytest.raises(KeyLimitError, match="This needs 3"):
        anna.batches.retry(anna.known(batch))
    assert (anna.spent(), anna.known(batch).finished["failed"]) == ((2, 2), 3)
    second = anna.batch(1)
    anna.batches.cancel(second)
    anna.charge()
    with pytest.raises(KeyLimitError):
        anna.batches.retry(anna.known(second))
    assert anna.known(second).cancelled


def test_a_batch_that_cannot_be_cancelled_is_reported(
    keyed: Callable[..., Keyed], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = keyed()
    batch = anna.batch(1)

    def refuse(*changes: Any) -> None:
        raise ConditionError(frozenset())

    monkeypatch.setattr("retina.batches.cancellation.time.sleep", lambda _: None)
    monkeypatch.setattr(anna.records, "write", refuse)
    with pytest.raises(BusyError):
        anna.batches.cancel(batch)


def test_a_retry_says_how_many_photographs_it_could_not_start(
    keyed: Callable[..., Keyed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else spends the credits between two portions of a retry."""
    anna = keyed()
    batch = anna.batch(7)
    for number in range(7):
        anna.finish(batch, number, "failed")
    anna.batch(91, key="")
    monkeypatch.setattr("retina.batches.service.MOST_CHANGES", 6)
    write, portions = anna.records.write, 0

    def spending(*changes: Any) -> None:
        nonlocal portions
        portions += len(changes) == 2 + 4
        write(*changes)
        if portions == 1:
            portions += 1
            monkeypatch.setattr(anna.records, "write", write)
            anna.batch(7, key="")

    monkeypatch.setattr(anna.records, "write", spending)
    with pytest.raises(OutOfCreditsError, match="The other 5 photographs will need") as refused:
        anna.batches.retry(anna.known(batch))
    assert "Nothing was started" not in str(refused.value)
    assert anna.known(batch).finished["failed"] == 5


def test_a_reservation_of_an_earlier_version_is_not_counted(keyed: Callable[..., Keyed]) -> None:
    """Nothing was counted when it was made, so nothing is counted when it is renewed or given back."""
    anna = keyed(day=3)
    batch = anna.batch(3)
    [known] = anna.records.get(reservation_key(anna.account, batch.id))
    assert known is not None
    counts = {name: known.counts[name] for name in ("credits", "bytes")}
    anna.records.write(Put(known.key, {"expires": known.data["expires"]}, known.version, counts))
    anna.records.write(Delete(spent_key(anna.account, anna.key, clock.today())))
    for _ in range(3):
        anna.batches.cancel(anna.known(batch))
        anna.batches.retry(anna.known(batch))
        assert anna.spent() == (0, 0)
    assert anna.finish(batch, 0, "done")
    anna.batches.delete(anna.known(batch))
    assert (anna.spent(), anna.credits.left(anna.account)) == ((0, 0), (99, 0))


def test_what_a_key_has_spent_adds_up_under_concurrency(
    keyed: Callable[..., Keyed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Photographs that were reserved on two days are finished while their batch is cancelled, retried and deleted."""
    anna = keyed(day=16, month=40)
    on(monkeypatch, "2026-11-30")
    batch = anna.batch(16)
    for number in range(8):
        anna.finish(batch, number, "failed")
    on(monkeypatch, "2026-12-01")
    anna.batches.retry(anna.known(batch))

    def order(number: int) -> None:
        (anna.batches.cancel if number % 2 else anna.batches.retry)(anna.known(batch))

    with ThreadPoolExecutor(6) as pool:
        statuses = ("done", "rejected", "failed")
        tasks: list[Future[Any]] = []
        tasks += [pool.submit(anna.finish, batch, number, statuses[number % 3]) for number in range(16)]
        tasks += [pool.submit(order, number) for number in range(6)]
        for task in tasks:
            task.result()
    anna.batches.cancel(anna.known(batch))
    done = anna.known(batch).finished["done"]
    december = anna.spent()
    on(monkeypatch, "2026-11-30")
    november = anna.spent()
    assert (december[0], november[0]) == (december[1], november[1])
    assert december[0] + november[0] == done == anna.charged()
    anna.batches.delete(anna.known(batch))
    assert anna.spent() == november


@pytest.mark.parametrize(("status", "spent"), [("done", 1), ("rejected", 0), ("failed", 0)])
def test_a_photograph_that_ends_between_cancelling_and_a_retry_is_counted_once(
    keyed: Callable[..., Keyed], monkeypatch: pytest.MonkeyPatch, status: str, spent: int
) -> None:
    anna = keyed(day=4, month=4)
    batch = anna.batch(2)
    anna.batches.cancel(batch)
    get, retried = anna.records.get, False

    def retrying(*keys: Key) -> list[Record | None]:
        """The reservation as it was before somebody retries the batch."""
        nonlocal retried
        found = get(*keys)
        if not retried and keys == (reservation_key(anna.account, batch.id),):
            retried = True
            anna.batches.retry(anna.known(batch))
        return found

    monkeypatch.setattr(anna.records, "get", retrying)
    assert anna.claims.finish(Claim(batch, 0, NEW, 1), Outcome.model_validate({"status": status}))
    assert retried
    assert anna.spent() == (1 + spent, 1 + spent)
    anna.batches.cancel(anna.known(batch))
    assert (anna.spent(), anna.charged()) == ((spent, spent), spent)
    [reservation] = get(reservation_key(anna.account, batch.id))
    assert reservation is not None
    assert reservation.counts[clock.today()] == 0


def test_expired_batches_give_back_what_they_had_counted(
    keyed: Callable[..., Keyed], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = keyed(day=5)
    anna.batch(5)
    later = time.time() + 31 * 24 * 3600
    for module in ("accounts.reservations", "storage.sqlite", "storage.dynamodb"):
        monkeypatch.setattr(f"retina.{module}.time.time", lambda: later)
    anna.credits.left(anna.account)
    assert anna.spent() == (0, 0)
    anna.batch(5)


def test_limits_are_changed_from_one_moment_to_the_next(keyed: Callable[..., Keyed]) -> None:
    anna = keyed(day=2)
    audit = Audit(anna.records, 1, "none")

    def change(limits: KeyLimits) -> None:
        entry = audit.entry(anna.account, "key.changed", anna.key)
        anna.accounts.change_key(anna.account, anna.key, lambda key: replace(key, limits=limits), entry)

    assert made(4, anna.charge) == 2
    change(KeyLimits(day=3))
    assert made(4, anna.charge) == 1
    change(KeyLimits(month=1))
    assert made(4, anna.charge) == 0
    change(KeyLimits())
    assert made(4, anna.charge) == 4
    assert anna.spent() == (7, 7)
    with pytest.raises(NotFoundError):
        anna.accounts.change_key("0" * 32, anna.key, lambda key: key, audit.entry(anna.account, "key.changed"))
    assert len(audit.of(anna.account, 100)[0]) == 3


def test_a_batch_of_a_revoked_key_goes_on(keyed: Callable[..., Keyed]) -> None:
    anna = keyed(day=2)
    batch = anna.batch(2)
    anna.accounts.revoke(anna.account, anna.key)
    assert anna.finish(batch, 0, "done")
    assert anna.finish(batch, 1, "failed")
    [counted] = anna.records.get(spent_key(anna.account, anna.key, clock.today()))
    assert counted is not None
    assert counted.counts["credits"] == 1
