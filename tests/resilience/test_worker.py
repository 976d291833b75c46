"""Worker processes of the embedded queue: they exit when they should, and lose nothing when they are killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from conftest import SAMPLE
from retina.jobs.worker import run
from retina.queue.sqlite import LocalQueue
from retina.services import Services
from retina.settings import Settings
from retina.storage.database import Database
from retina.storage.local import LocalUploads
from support.processes import Server, has_ended, worker
from support.waiting import (
    LIMIT,
    Embedded,
    ended,
    eventually,
    outcome,
    photographs,
)

pytestmark = pytest.mark.kills


def test_a_worker_that_is_killed_loses_nothing(embedded: Embedded, sample: bytes) -> None:
    keys = photographs(embedded.services, 8)
    for key in keys:
        embedded.send(key, sample)
    killed = 0
    while killed < 4:
        for child in psutil.Process().children():
            if embedded.queue.waiting() and not has_ended(child.pid):
                os.kill(child.pid, signal.SIGKILL)
                killed += 1
        time.sleep(0.7)
    assert {outcome(embedded, key).status for key in keys} == {"done"}
    eventually(lambda: embedded.queue.waiting() == 0)
    assert embedded.given_up() == 0


def test_a_worker_finishes_its_job_when_asked_to_end(tmp_path: Path, environment: dict[str, str]) -> None:
    services = Services(Settings(data=tmp_path))
    queue, uploads = LocalQueue(Database(tmp_path / "retina.sqlite")), LocalUploads(tmp_path, LIMIT)
    keys = photographs(services, 20)
    for key in keys:
        uploads.receive(uploads.form(key, "image/jpeg", "").fields, SAMPLE.read_bytes())
        queue.put(key, account="anna")
    process = worker(tmp_path, environment)
    eventually(lambda: queue.waiting() < len(keys))
    process.terminate()
    assert process.wait(30) == 0
    assert 0 < queue.waiting() < len(keys)
    found = [key for key in keys if ended(services, key)]
    assert len(found) + queue.waiting() == len(keys), "the job that it had was ended"


def test_a_worker_ends_when_its_parent_is_gone(tmp_path: Path, environment: dict[str, str]) -> None:
    starts = (
        "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-m', 'retina', 'worker']);"
        "print(p.pid, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", starts]
    environment = environment | {"RETINA_DATA": str(tmp_path)}
    parent = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    pid = int(parent.stdout.readline())
    eventually(lambda: (tmp_path / "retina.sqlite").exists())
    parent.kill()
    parent.wait()
    eventually(lambda: has_ended(pid))


def test_a_worker_without_work_ends(queue: LocalQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retina.jobs.worker.IDLE_SECONDS", 0.2)
    monkeypatch.setattr("retina.jobs.worker.signal.signal", lambda *_: None)
    monkeypatch.setattr("retina.jobs.worker.POLL_SECONDS", 0.05)
    run(queue, lambda key, attempt: None)


def test_the_service_processes_waiting_jobs_also_after_a_kill(
    tmp_path: Path, environment: dict[str, str], sample: bytes
) -> None:
    environment = environment | {"RETINA_DATA": str(tmp_path / "data")}
    server = Server(tmp_path, environment)
    services = Services(Settings(data=tmp_path / "data"))
    keys = photographs(services, 6)
    uploads = LocalUploads(tmp_path / "data", LIMIT)
    for key in keys:
        form = uploads.form(key, "image/jpeg", f"{server.url}/uploads")
        assert httpx.post(form.url, data=form.fields, files={"file": sample}).status_code == 204
    eventually(lambda: ended(services, keys[0]))
    server.process.kill()
    server.process.wait()
    again = Server(tmp_path, environment)
    eventually(lambda: all(ended(services, key) for key in keys) or None)
    children = psutil.Process(again.process.pid).children()
    again.process.terminate()
    assert again.process.wait(30) == 0
    # The kernel ends those that still ran; on a busy processor that takes a moment.
    eventually(lambda: all(has_ended(child.pid) for child in children))
