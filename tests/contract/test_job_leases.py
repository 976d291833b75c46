"""Job leases: only one worker has a job at a time, and a failed or abandoned job becomes due again."""

import os
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest

from retina.accounts.idempotency import Lease
from retina.errors import RequestInProgressError
from retina.jobs.worker import work_once
from retina.queue.heartbeat import heartbeat
from retina.queue.port import ATTEMPTS
from retina.queue.sqlite import LEASE_SECONDS, LocalQueue
from retina.queue.sqs import SqsQueue
from retina.services import Services
from retina.settings import Settings
from retina.storage.database import Database
from retina.storage.port import BATCH
from retina.storage.s3 import client as aws_client
from support.waiting import eventually, given_up_jobs


def test_many_workers_never_hold_the_same_job(queue: LocalQueue, tmp_path: Path) -> None:
    keys = [f"{BATCH}{'0' * 32}/{number}" for number in range(200)]
    for key in keys:
        queue.put(key, account="anna")

    def take(_: int) -> list[str]:
        own = LocalQueue(Database(tmp_path / "retina.sqlite"))
        return [lease.key for lease in iter(own.lease, None)]

    with ThreadPoolExecutor(8) as threads:
        taken = [key for some in threads.map(take, range(8)) for key in some]
    assert sorted(taken) == sorted(keys)
    assert queue.waiting() == 200


LEASE = 3
"""In seconds. It is extended every second: the disk may take the other two."""


class LocalTaker:
    """Takes jobs of the embedded queue, for `LEASE` seconds each time."""

    def __init__(self, queue: LocalQueue, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(queue, "lease_seconds", LEASE)
        self.queue = queue

    def put(self) -> None:
        self.queue.put(f"{BATCH}{'0' * 32}/7", account="anna")

    def take(self, work: Callable[[], None]) -> bool:
        return work_once(self.queue, lambda key, attempt: work())


class SqsTaker:
    """Takes messages as the function does that Lambda hands them to."""

    def __init__(self, client: Any) -> None:
        self.client, self.url = (
            client,
            client.create_queue(QueueName=uuid.uuid4().hex, Attributes={"VisibilityTimeout": "900"})["QueueUrl"],
        )
        self.queue = SqsQueue(client, self.url, LEASE)

    def put(self) -> None:
        self.queue.put(f"{BATCH}{'0' * 32}/7", account="anna")

    def take(self, work: Callable[[], None]) -> bool:
        for message in self.client.receive_message(QueueUrl=self.url).get("Messages", []):
            with suppress(OSError), self.queue.held(message["ReceiptHandle"], 1):
                work()
                self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            return True
        return False


@pytest.fixture(params=["embedded", "sqs"])
def taker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> LocalTaker | SqsTaker:
    if request.param == "embedded":
        return LocalTaker(request.getfixturevalue("queue"), monkeypatch)
    request.getfixturevalue("s3")
    return SqsTaker(aws_client("sqs"))


def test_a_job_that_takes_longer_than_a_lease_is_done_once(taker: LocalTaker | SqsTaker) -> None:
    begun = list[int]()

    def slow() -> None:
        begun.append(1)
        for _ in range(12):  # more than a lease, in which another worker looks for work
            time.sleep(0.4)
            assert not taker.take(lambda: begun.append(2))

    taker.put()
    assert taker.take(slow)
    assert not taker.take(lambda: begun.append(3))
    assert begun == [1]


def test_a_failed_job_is_due_again_soon(taker: LocalTaker | SqsTaker) -> None:
    def fails() -> None:
        raise OSError("no space left on device")

    done = list[int]()
    taker.put()
    assert taker.take(fails)
    assert not taker.take(lambda: done.append(1)), "not at once"
    assert eventually(lambda: taker.take(lambda: done.append(2)))
    assert done == [2]


def test_a_heartbeat_survives_a_failed_beat_and_ends_with_the_work() -> None:
    beats = list[int]()

    def extend() -> None:
        beats.append(1)
        raise OSError("database is locked")

    with heartbeat(extend, 0.02):
        eventually(lambda: len(beats) > 3)
    count = len(beats)
    time.sleep(0.2)
    assert len(beats) == count


def test_an_expired_lease_is_taken_over_and_its_former_holder_changes_nothing(
    queue: LocalQueue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = f"{BATCH}{'0' * 32}/7"
    queue.put(key, account="anna")
    lost = queue.lease()
    assert lost
    assert queue.lease() is None
    later = time.time() + LEASE_SECONDS + 1
    monkeypatch.setattr("retina.queue.sqlite.time.time", lambda: later)
    taken = queue.lease()
    assert taken
    assert (taken.key, taken.attempt) == (key, 2)
    for change in (queue.done, queue.bury, queue.retry):
        change(lost)
        assert queue.lease() is None
    queue.done(taken)
    assert (queue.waiting(), given_up_jobs(tmp_path / "retina.sqlite")) == (0, 0)


def test_jobs_and_requests_are_reserved_for_as_long_as_the_setting_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = Services(Settings(data=tmp_path, lease_seconds=5))
    queue, now = services.queue, time.time()
    monkeypatch.setattr("time.time", lambda: now)
    assert isinstance(queue, LocalQueue)
    queue.put(f"{BATCH}{'0' * 32}/7", account="anna")
    assert queue.lease()
    assert isinstance(services.idempotency.begin("a", "key", "request"), Lease)
    for later, due in ((4, False), (6, True)):
        monkeypatch.setattr("time.time", lambda later=later: now + later)
        assert bool(queue.lease()) == due
        with nullcontext() if due else pytest.raises(RequestInProgressError):
            services.idempotency.begin("a", "key", "request")


def test_a_job_that_kills_its_workers_is_abandoned(queue: LocalQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    key = f"{BATCH}{'0' * 32}/7"
    queue.put(key, account="anna")
    for attempt in range(1, ATTEMPTS + 1):
        lease = queue.lease()
        assert lease
        assert lease.attempt == attempt
        queue.abandon(os.getpid())
    attempts = []

    def work(key: str, attempt: int) -> None:
        attempts.append(attempt)

    assert work_once(queue, work)
    assert attempts == [ATTEMPTS + 1], "which is when jobs.Work stores that it failed"
