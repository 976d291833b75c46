"""Shared by the tests of queue and workers: batches, and waiting for their results."""

import contextlib
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from fastapi.testclient import TestClient

from retina.accounts.idempotency import Idempotency
from retina.app import create_app
from retina.batches.records import (
    Order,
    batch_key,
    batch_of,
    number_key,
    outcome_of,
)
from retina.batches.schemas import Outcome
from retina.exports.copies import Copies
from retina.exports.service import Exports
from retina.queue.sqlite import LocalQueue
from retina.services import Services
from retina.settings import Settings
from retina.storage.database import Database
from retina.storage.files import write
from retina.storage.local import LocalBlobs
from retina.storage.port import FILE_NAME
from retina.storage.records import Records

T = TypeVar("T")
LIMIT = 5 * 2**20
PATIENCE_SECONDS = 60
ORDER = Order(("mask", "overlay"))


def photographs(services: Services, count: int, order: Order = ORDER) -> list[str]:
    """The keys of the photographs of a new batch of somebody's."""
    account = services.accounts.of_user("https://issuer.example", "anna")
    batch = services.batches.create(account, "", [(f"{n}.jpg", LIMIT) for n in range(count)], order, {})
    return [f"{batch.folder}{number}" for number in range(count)]


def copies_in(records: Records, folder: Path) -> Copies:
    """Of what tests keep without a service around it."""
    blobs, queue = LocalBlobs(folder), LocalQueue(Database(folder / "queue.sqlite"))
    return Copies(Idempotency(records, blobs), Exports(records, blobs, queue))


def eventually(found: Callable[[], T | None]) -> T:
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        if value := found():
            return value
        time.sleep(0.1)
    raise AssertionError(f"nothing came of it in {PATIENCE_SECONDS} s")


def ended(services: Services, key: str) -> Outcome | None:
    """What has become of a photograph, if it is finished."""
    _, batch, number = key.split("/")
    [known] = services.records.get(batch_key(batch))
    assert known
    [item] = services.records.get(number_key(batch_of(known).items, int(number)))
    return outcome_of(item)


class Way(Protocol):
    """From a form to a result."""

    services: Services

    def send(self, key: str, data: bytes) -> None: ...
    def slip_in(self, key: str, data: bytes) -> None: ...
    def poison(self, key: str) -> None: ...
    def given_up(self) -> int: ...


def outcome(way: Way, key: str) -> Outcome:
    """What became of it; waits for that."""
    return eventually(lambda: ended(way.services, key))


def given_up_jobs(file: Path) -> int:
    """How many jobs in an SQLite file were given up."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM jobs WHERE buried = 1")
    return int(count)


class Embedded:
    """The service's own form, its SQLite queue, and two worker processes."""

    def __init__(self, folder: Path) -> None:
        app = create_app(Settings(data=folder, upload_bytes=LIMIT))
        self.client = TestClient(app)
        self.services: Services = app.state.services
        assert isinstance(self.services.queue, LocalQueue)
        self.folder, self.queue = folder, self.services.queue

    def send(self, key: str, data: bytes) -> None:
        folder, _, number = key.rpartition("/")
        form = self.services.uploads.form(f"{folder}/{FILE_NAME}", "application/octet-stream", "/uploads")
        answer = self.client.post(form.url, data=form.fields, files={"file": (number, data)})
        assert answer.status_code == 204, answer.text

    def slip_in(self, key: str, data: bytes) -> None:
        """What the form refuses, as a store may have it whose forms do not know batches."""
        write(self.folder / key, data)
        self.queue.put(key, account="anna")

    def poison(self, key: str) -> None:
        (self.folder / key).mkdir(parents=True)  # a file that cannot be read
        self.queue.put(key, account="anna")

    def given_up(self) -> int:
        return given_up_jobs(self.folder / "retina.sqlite")
