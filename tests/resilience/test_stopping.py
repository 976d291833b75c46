"""How `retina serve` stops: within a time limit, whatever its clients do, and without losing work in progress."""

import contextlib
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from conftest import SAMPLE
from retina.jobs.worker import Workers
from retina.queue.sqlite import LocalQueue
from retina.storage.database import Database
from support.account import new_key
from support.house import BATCHES
from support.processes import Server
from support.raw_requests import MIB, MULTIPART, begun, multipart
from support.waiting import eventually


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_despite_slow_clients(tmp_path: Path, environment: dict[str, str], asked: signal.Signals) -> None:
    server = Server(tmp_path, environment | {"RETINA_RECEIVE_SECONDS": "3600", "RETINA_CORES": "1"})
    with contextlib.ExitStack() as stack:
        for body in (b"", multipart(b"x" * 1000)[:-9]):
            stack.enter_context(begun(server, "/predict", MULTIPART["Content-Type"], MIB, body))
        half = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=60))
        half.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        form = httpx.post(f"{server.url}/api/v1/uploads", json={"content_type": "image/jpeg"}).json()
        stack.enter_context(begun(server, "/uploads", MULTIPART["Content-Type"], MIB, b"--b\r\n"))
        assert form["url"].startswith(server.url)

        def flips() -> None:
            with contextlib.suppress(httpx.HTTPError):
                files = {"file": SAMPLE.read_bytes()}
                httpx.post(f"{server.url}/api/v1/predictions", files=files, data={"flips": "true"}, timeout=60)

        busy = [threading.Thread(target=flips) for _ in range(6)]
        for thread in busy:
            thread.start()
        time.sleep(0.5)
        server.process.send_signal(asked)
        assert server.process.wait(40) == 0
        for thread in busy:
            thread.join()


def test_a_batch_continues_after_a_restart(tmp_path: Path, environment: dict[str, str], tiny: bytes) -> None:
    environment |= {"RETINA_WORKERS": "1"}
    server = Server(tmp_path, environment)
    client = httpx.Client(base_url=server.url, timeout=60)
    key = new_key(client, "anna@example.org")
    items = [{"name": f"{n}.jpg", "size": len(tiny)} for n in range(8)]
    batch = client.post(BATCHES, json={"items": items}, headers=key).raise_for_status().json()
    form = batch["upload"]
    for number in range(8):
        client.post("/uploads", data=form["fields"], files={"file": (str(number), tiny)}).raise_for_status()

    def done(at: httpx.Client) -> int:
        return int(at.get(f"{BATCHES}/{batch['id']}", headers=key).json()["counts"]["done"])

    eventually(lambda: done(client) or None)
    server.process.terminate()
    assert server.process.wait(40) == 0
    again = Server(tmp_path, environment)
    try:
        later = httpx.Client(base_url=again.url, timeout=60)
        eventually(lambda: done(later) == 8 or None)
        assert later.get("/api/v1/usage", headers=key).json()["charges"][0]["credits"] == 8
    finally:
        again.process.terminate()
        again.process.wait(40)


def test_a_worker_that_does_not_end_is_killed_and_its_job_is_due_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(tmp_path / "retina.sqlite")
    queue = LocalQueue(database)
    queue.put("batch/x/1", account="anna")
    text = (
        "import signal, sys, time; sys.path[:0] = sys.argv[2:]; from pathlib import Path\n"
        "from retina.queue.sqlite import LocalQueue; from retina.storage.database import Database\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); LocalQueue(Database(Path(sys.argv[1]))).lease()\n"
        "print('leased', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", text, str(database.path), *sys.path]
    stubborn = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert stubborn.stdout
    assert stubborn.stdout.readline() == b"leased\n"
    assert queue.lease() is None
    monkeypatch.setattr("retina.jobs.worker.GRACE_SECONDS", 0.5)
    with Workers(queue, 0) as workers:
        workers._processes.append(stubborn)
    assert stubborn.returncode == -signal.SIGKILL
    again = queue.lease()
    assert again
    assert again.attempt == 2
