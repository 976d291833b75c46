"""What the tests of queue and workers share: batches, and waiting for what becomes of them."""

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from fastapi.testclient import TestClient

from retina.app import create_app
from retina.schemas import Outcome
from retina.settings import Settings
from retina.store.local import LocalBlobs
from retina.store.port import BATCH, Blobs, Uploads

T = TypeVar("T")
LIMIT = 5 * 2**20
PATIENCE_SECONDS = 60


def photographs(batch: str, count: int) -> list[str]:
    return [f"{batch}/{number}" for number in range(count)]


def new_batch() -> str:
    return BATCH + uuid.uuid4().hex


def eventually(found: Callable[[], T | None]) -> T:
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        if value := found():
            return value
        time.sleep(0.1)
    raise AssertionError(f"nothing came of it in {PATIENCE_SECONDS} s")


class Way(Protocol):
    """From a form to a result."""

    uploads: Uploads
    results: Blobs

    def send(self, key: str, data: bytes) -> None: ...
    def poison(self, key: str) -> None: ...
    def given_up(self) -> int: ...


def outcome(way: Way, key: str, differs_from: Outcome | None = None) -> Outcome:
    """What became of it; waits for that."""

    def ended() -> Outcome | None:
        found = way.results.read(f"{key}.json")
        now = Outcome.model_validate_json(found) if found else None
        return now if now != differs_from else None

    return eventually(ended)


class Embedded:
    """The service's own form, its SQLite queue, and two worker processes."""

    def __init__(self, folder: Path) -> None:
        app = create_app(Settings(data=folder, upload_bytes=LIMIT))
        self.client = TestClient(app)
        self.folder, self.queue = folder, app.state.queue
        self.uploads: Uploads = app.state.uploads
        self.results: Blobs = LocalBlobs(folder)

    def send(self, key: str, data: bytes) -> None:
        form = self.uploads.form(key, "image/jpeg", "/uploads")
        answer = self.client.post(form.url, data=form.fields, files={"file": data})
        assert answer.status_code == 204, answer.text

    def poison(self, key: str) -> None:
        (self.folder / key).mkdir(parents=True)  # a file that cannot be read
        self.queue.put(key)

    def given_up(self) -> int:
        return int(self.queue.buried())
