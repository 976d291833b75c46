"""Charges while the server is killed repeatedly: results, charges and ledger agree in every store."""

import random
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from PIL import Image

from retina.accounts.ledger import Credits
from retina.imaging.arrays import Rgb
from retina.storage.database import Database
from retina.storage.dynamodb import DynamoRecords
from retina.storage.records import Records
from retina.storage.sqlite import SqliteRecords
from support.account import new_key
from support.aws import BUCKET, CREDENTIALS, DynamoTable
from support.killable import KillableServer
from support.specimens import encode

pytestmark = pytest.mark.kills

CALLS, KEYS, CONNECTIONS, KILLS = 1000, 200, 8, 5
ANSWERS_BEFORE_A_KILL = 15
LEASE_SECONDS = 10
"""How long the requests of a killed server are reserved for it."""


@dataclass(frozen=True)
class Store:
    """Where the server keeps things, as its settings say and as a test reads it."""

    settings: dict[str, str]
    records: Records


@pytest.fixture(params=["SQLite", "DynamoDB and S3"])
def store(request: pytest.FixtureRequest, environment: dict[str, str]) -> Iterator[Store]:
    if request.param == "SQLite":
        yield Store({}, SqliteRecords(Database(Path(environment["RETINA_DATA"]) / "retina.sqlite")))
        return
    from support.trouble import TROUBLES, TroubledAws

    dynamo: DynamoTable = request.getfixturevalue("dynamodb")
    settings = CREDENTIALS | {"RETINA_TABLE": dynamo.table, "RETINA_RESULTS_BUCKET": BUCKET}
    with TroubledAws(seed=4, share=0.25) as aws:
        yield Store(settings | {"AWS_ENDPOINT_URL": aws.url}, DynamoRecords(dynamo.client, dynamo.table))
    assert all(aws.seen[trouble] for trouble in TROUBLES), aws.seen


@pytest.fixture
def server(environment: dict[str, str], store: Store, smallest_card: Path) -> Iterator[KillableServer]:
    own = {"MODEL": smallest_card, "SIGNUP_CREDITS": KEYS + 50, "WAIT_SECONDS": 60, "LEASE_SECONDS": LEASE_SECONDS}
    running = KillableServer(
        environment | store.settings | {f"RETINA_{name}": str(value) for name, value in own.items()}
    )
    yield running
    running.end()


def predicted(client: httpx.Client, photo: bytes, headers: dict[str, str]) -> httpx.Response | None:
    """The answer; None where the request is to be sent again."""
    try:
        answer = client.post(
            "/api/v1/predictions", files={"file": ("a.jpg", photo)}, data={"outputs": "mask"}, headers=headers
        )
    except httpx.TransportError:
        return None
    return None if answer.status_code in (409, 503) else answer


def test_a_charge_exists_if_and_only_if_a_result_does(server: KillableServer, store: Store, small_rgb: Rgb) -> None:
    photo = encode(Image.fromarray(small_rgb[::2, ::2].copy()), "JPEG")
    answers_by_key: dict[str, list[bytes]] = {f"call {n}": [] for n in range(KEYS)}
    done = threading.Semaphore(0)
    waiting = deque(f"call {claim % KEYS}" for claim in random.Random(3).sample(range(CALLS), CALLS))

    def connection() -> None:
        while waiting:
            name = waiting.popleft()
            if found := predicted(client, photo, key | {"Idempotency-Key": name}):
                assert found.status_code == 200, found.text
                answers_by_key[name].append(found.content)
                done.release()
            else:  # a lease of a killed server has to run out: others go first
                waiting.append(name)
                time.sleep(0.25)

    limits = httpx.Limits(max_connections=CONNECTIONS)
    with (
        httpx.Client(base_url=server.url, timeout=120, limits=limits) as client,
        ThreadPoolExecutor(CONNECTIONS) as pool,
    ):
        key = new_key(client, "anna@example.org")
        account = client.get("/api/v1/usage", headers=key).json()["account"]
        connections = [pool.submit(connection) for _ in range(CONNECTIONS)]
        for _ in range(KILLS):
            for _ in range(ANSWERS_BEFORE_A_KILL):
                assert done.acquire(timeout=120)
            server.kill()
            server.start()
        for each in connections:
            each.result()

    assert [len(answers) for answers in answers_by_key.values()] == [CALLS // KEYS] * KEYS
    ids = {answer for answers in answers_by_key.values() for answer in answers}
    assert [len(set(answers)) for answers in answers_by_key.values()] == [1] * KEYS
    assert len(ids) == KEYS
    books = Credits(store.records)
    ledger = books.ledger(account)
    assert sorted(entry.amount for entry in ledger) == [-1] * KEYS + [KEYS + 50]
    assert books.balance(account) == sum(entry.amount for entry in ledger) == 50
    assert [count for _, _, count in books.used(account)] == [KEYS]
    charged = {entry.what.removeprefix("prediction ").encode() for entry in ledger if entry.amount < 0}
    assert charged == {answer.split(b'"id":"')[1][:32] for answer in ids}
