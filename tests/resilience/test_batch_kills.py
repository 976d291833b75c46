"""A batch whose workers, and finally the server, are killed repeatedly: nothing is lost or done twice."""

import os
import random
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from retina.accounts.ledger import Credits
from retina.storage.database import Database
from retina.storage.sqlite import SqliteRecords
from support.account import new_key
from support.processes import Server, has_ended
from support.tables import rows_of
from support.waiting import eventually

pytestmark = pytest.mark.kills

PHOTOS, BROKEN, KILLS = 500, 40, 10
PATIENCE_SECONDS = 300


def test_every_photograph_has_its_row_and_only_finished_ones_are_charged(
    tmp_path: Path, environment: dict[str, str], tiny: bytes, smallest_card: Path
) -> None:
    chance = random.Random(5)
    environment = environment | {
        "RETINA_DATA": str(tmp_path / "data"),
        "RETINA_SIGNUP_CREDITS": str(PHOTOS),
        "RETINA_MODEL": str(smallest_card),
        "RETINA_WORKERS": "2",
        "RETINA_LEASE_SECONDS": "15",  # the jobs of those killed with the server wait as long
    }
    server = Server(tmp_path, environment)
    with httpx.Client(base_url=server.url, timeout=60) as client:
        client.headers.update(new_key(client, "anna@example.org"))
        account = client.get("/api/v1/usage").json()["account"]
        broken = set(chance.sample(range(PHOTOS), BROKEN))
        photos = [tiny[: chance.randrange(1, 400)] if n in broken else tiny for n in range(PHOTOS)]
        body = {"items": [{"name": f"{n}.jpg", "size": len(photo)} for n, photo in enumerate(photos)]}
        batch = client.post("/api/v1/batches", json=body).raise_for_status().json()
        form, path = batch["upload"], f"/api/v1/batches/{batch['id']}"

        def send(number: int) -> int:
            files = {"file": (str(number), photos[number])}
            return httpx.post(form["url"], data=form["fields"], files=files, timeout=60).status_code

        with ThreadPoolExecutor(4) as pool:
            sending = [pool.submit(send, number) for number in range(PHOTOS)]
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.3, 1.5))
                victim = eventually(lambda: _workers(server.process.pid))
                os.kill(chance.choice(victim), signal.SIGKILL)
            assert {each.result() for each in sending} == {204}
        server.process.kill()
        server.process.wait()
        server = Server(tmp_path, environment)
        client.base_url = server.url
        ends = time.monotonic() + PATIENCE_SECONDS
        while client.get(path).json()["state"] != "done":
            assert time.monotonic() < ends, client.get(path).text
            time.sleep(0.5)
        counts = client.get(path).json()["counts"]
        rows = rows_of(client.get(f"{path}/results.csv").text)
        left = client.get("/api/v1/usage").json()["credits"]
    server.process.terminate()
    server.process.wait(30)

    done = PHOTOS - BROKEN
    assert (counts["done"], counts["rejected"], counts["failed"]) == (done, BROKEN, 0)
    assert [row["file"] for row in rows] == [f"{n}.jpg" for n in range(PHOTOS)]
    assert Counter(row["status"] for row in rows) == {"done": done, "rejected": BROKEN}
    assert {int(row["number"]) for row in rows if row["status"] == "rejected"} == broken
    assert all(row["reason"] and row["code"] for row in rows if row["status"] == "rejected")
    books = Credits(SqliteRecords(Database(tmp_path / "data" / "retina.sqlite")))
    ledger = books.ledger(account)
    assert left == books.balance(account) == sum(entry.amount for entry in ledger) == PHOTOS - done
    charged = Counter(entry.what for entry in ledger if entry.kind == "charge")
    assert charged == {f"batch {batch['id']} photograph {n}": 1 for n in range(PHOTOS) if n not in broken}


def _workers(server: int) -> list[int]:
    return [child.pid for child in psutil.Process(server).children() if not has_ended(child.pid)]
