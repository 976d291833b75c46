"""Charges while the server is killed again and again: results, charges and ledger agree."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from PIL import Image

from account import new_key
from retina.arrays import Rgb
from retina.credits import Credits
from retina.store.database import Database
from retina.store.sqlite import SqliteRecords
from specimens import encode

CALLS, KEYS, CONNECTIONS, KILLS = 1000, 200, 8, 5


class Server:
    """`retina serve` at one port, started again wherever it was killed."""

    def __init__(self, environment: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = environment
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "retina", "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(command, env=self._environment, stdout=subprocess.DEVNULL)
        for _ in range(600):
            try:
                httpx.get(f"{self.url}/api/v1/health")
                return
            except httpx.TransportError:
                time.sleep(0.05)
        pytest.fail("the server does not start")

    def kill(self) -> None:
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(20)


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[Server]:
    running = Server(environment | {"RETINA_SIGNUP_CREDITS": str(KEYS + 50), "RETINA_WAIT_SECONDS": "60"})
    yield running
    running.end()


def test_a_charge_exists_exactly_where_a_result_does(
    server: Server, environment: dict[str, str], small_rgb: Rgb
) -> None:
    with httpx.Client(base_url=server.url) as client:
        key = new_key(client, "anna@example.org")
        account = client.get("/api/v1/usage", headers=key).json()["account"]
    photo = encode(Image.fromarray(small_rgb[::2, ::2].copy()), "JPEG")
    told: dict[str, set[bytes]] = {f"call {n}": set() for n in range(KEYS)}
    done, guard = threading.Semaphore(0), threading.Lock()

    def call(turn: int) -> None:
        name = f"call {turn % KEYS}"
        while True:
            try:
                answer = httpx.post(
                    f"{server.url}/api/v1/predictions",
                    files={"file": ("a.jpg", photo)},
                    data={"outputs": "mask"},
                    headers=key | {"Idempotency-Key": name},
                    timeout=120,
                )
            except httpx.TransportError:
                time.sleep(0.1)
                continue
            if answer.status_code not in (409, 503):
                break
            time.sleep(float(answer.headers["Retry-After"]) / 4)
        assert answer.status_code == 200, answer.text
        with guard:
            told[name].add(answer.content)
        done.release()

    # A lease of a killed server lasts a minute: the calls that wait for one keep their connection busy until then.
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        calls = [pool.submit(call, turn) for turn in random.Random(3).sample(range(CALLS), CALLS)]
        for _ in range(KILLS):
            for _ in range(CALLS // (2 * KILLS) // 4):
                done.acquire(timeout=120)
            server.kill()
            server.start()
        for each in calls:
            each.result()

    assert [len(answers) for answers in told.values()] == [1] * KEYS
    ids = {next(iter(answers)) for answers in told.values()}
    assert len(ids) == KEYS
    books = Credits(SqliteRecords(Database(Path(environment["RETINA_DATA"]) / "retina.sqlite")))
    ledger = books.ledger(account)
    assert sorted(entry.amount for entry in ledger) == [-1] * KEYS + [KEYS + 50]
    assert books.balance(account) == sum(entry.amount for entry in ledger) == 50
    assert [count for _, _, count in books.used(account)] == [KEYS]
    charged = {entry.what.removeprefix("prediction ").encode() for entry in ledger if entry.amount < 0}
    assert charged == {answer.split(b'"id":"')[1][:32] for answer in ids}
