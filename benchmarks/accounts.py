"""The figures for batches, ledgers and long histories in docs/performance.md, as Markdown: `make bench-accounts`.

One worker and two workers alternate on the same photographs; pages of a history and a ledger are read over HTTP.
Nothing passes or fails.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.speed import SAMPLE
from benchmarks.timing import percentiles
from conftest import ROOT
from retina import __version__
from retina.accounts.reservations import account_key
from retina.history.records import Labels, PredictionRecord, written
from retina.imaging.findings import findings_of
from retina.imaging.network import VesselNetwork
from retina.imaging.pipeline import predict
from retina.queue.sqlite import LocalQueue
from retina.services import Services
from retina.settings import Settings
from retina.storage.records import MOST_CHANGES, Add, Change
from support.account import new_key
from support.processes import Server
from support.waiting import photographs

PAGES: dict[str, dict[str, Any]] = {
    "the latest 50": {},
    "50 of a subject's left eye": {"subject": "P-0007", "eye": "left"},
    "50 of one eye in one year": {"eye": "right", "taken_from": "2015-01-01", "taken_to": "2015-12-31"},
}


def batch_seconds(photos: int, workers: int) -> float:
    """Seconds from the start of `workers` until the last of `photos` photographs, all uploaded before, is done."""
    with tempfile.TemporaryDirectory() as folder:
        services = Services(Settings(data=Path(folder), signup_credits=photos))
        assert isinstance(services.queue, LocalQueue)
        sample = SAMPLE.read_bytes()
        for key in photographs(services, photos):
            (Path(folder) / key).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / key).write_bytes(sample)
            services.queue.put(key, account="anna")
        environment = os.environ | {"PYTHONPATH": str(ROOT / "function"), "RETINA_DATA": folder}
        command = [sys.executable, "-m", "retina", "worker"]
        started = time.perf_counter()
        processes = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(workers)]
        while services.queue.waiting():
            time.sleep(0.02)
        seconds = time.perf_counter() - started
        for process in processes:
            process.terminate()
            process.wait()
        return seconds


def report_workers(photos: int, rounds: int) -> None:
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for workers, seconds in times.items():
            seconds.append(batch_seconds(photos, workers))
    ratios = np.array(times[1]) / np.array(times[2])
    print(f"\nA batch of {photos} photographs of 1411x1411, from the start of the workers to the last result:")
    for workers, seconds in times.items():
        print(f"{workers} worker(s): median {np.median(seconds):.1f} s, {photos / np.median(seconds):.1f} a second")
    print(f"ratio, turn by turn: median {np.median(ratios):.2f}, {ratios.min():.2f} to {ratios.max():.2f}", flush=True)


def fill(services: Services, account: str, count: int) -> None:
    """A history of `count` records, as the routes write them: visits of both eyes of subjects over twenty years."""
    network = VesselNetwork(services.settings.model)
    prediction = predict(SAMPLE.read_bytes(), network, {}, **services.settings.limits)
    findings = findings_of(prediction, network.card, "0" * 32, software=__version__)
    changes: list[Change] = []
    for n in range(count):
        day = date(2005, 1, 1) + timedelta(n % 7305)
        labels = Labels(f"P-{n % 500:04d}", "left" if n // 500 % 2 else "right", day, "a note of a few words")
        time_of = f"2026-01-01T00:00:{n / 2000:09.6f}Z"
        own = findings.model_copy(update={"id": f"{n:032x}"})
        saved = PredictionRecord(account, own, labels, time_of, time_of, "0.1.0", "0" * 8)
        changes += written(saved, 0)
        if len(changes) > MOST_CHANGES - 5 or n == count - 1:
            services.records.write(*changes)
            changes = []


def fill_ledger(services: Services, account: str, entries: int) -> None:
    """A ledger with `entries` entries, half of them charges by a hundred keys over ten years, with balance and usage.

    Written straight into the database, because one transaction for each entry would take hours.
    """
    database = services.records._database  # type: ignore[attr-defined]
    usage: Counter[str] = Counter()
    rows = []
    for n in range(entries):
        day = date(2015, 1, 1) + timedelta(n * 3650 // entries)
        key = f"{n % 100:016x}" if n % 2 else ""
        kind, amount = ("charge", -1) if n % 2 else ("grant", 3)
        facts = {"amount": amount, "kind": kind, "key_id": key, "what": f"prediction {n}"}
        place = f"{day}T{n % 24:02d}:00:00.{n % 10**6:06d}Z:{n:016x}"
        rows.append((f"ledger:{account}", place, json.dumps(facts), "{}", 1))
        if kind == "charge":
            usage[f"{day}:{key}"] += 1
    rows += [(f"usage:{account}", place, "{}", json.dumps({"charged": n}), 0) for place, n in usage.items()]
    with database.transaction() as connection:
        connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, NULL)", rows)
    services.records.write(Add(account_key(account), {"credits": entries // 2 * 2}))


def report_ledger(entries: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = str(Path(folder) / "data")
        environment = os.environ | {"PYTHONPATH": str(ROOT / "function"), "RETINA_DATA": data}
        server = Server(Path(folder), environment)
        try:
            with httpx.Client(base_url=server.url, timeout=120) as client:
                client.headers.update(new_key(client, "anna@example.org"))
                account = client.get("/api/v1/usage").json()["account"]
                services = Services(Settings(data=Path(data)))
                fill_ledger(services, account, entries)
                print(f"\nA ledger of {entries:,} entries, over HTTP:\n\n| answer | p50 ms | p95 ms |\n|---|---|---|")
                span = {"from": "2024-01-01", "to": "2024-12-31"}
                for name, path, params in (
                    ("the newest 1,000 charges", "usage", {}),
                    ("charges of a year", "usage", span | {"limit": 10_000}),
                    ("the same as a table", "usage.csv", span),
                ):
                    times = []
                    for _ in range(rounds):
                        started = time.perf_counter()
                        client.get(f"/api/v1/{path}", params=params).raise_for_status()
                        times.append((time.perf_counter() - started) * 1e3)
                    print(f"| {name} | {percentiles(times)} |", flush=True)
                usage = client.get("/api/v1/usage").json()
                print(f"newest day listed: {usage['charges'][0]['day']}; all of it as a table: ", end="")
                print(client.get("/api/v1/usage.csv").status_code)
                count, total, after, started = 0, 0, None, time.perf_counter()
                while some := services.credits.ledger(account, after=after):
                    count, total, after = count + len(some), total + sum(each.amount for each in some), some[-1].place
                seconds = time.perf_counter() - started
                assert total == services.credits.balance(account) == usage["credits"]
                print(f"all {count:,} entries by pages: {seconds:.1f} s; their sum is the balance, {total:,}")
        finally:
            server.process.kill()


def report_history(records: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = str(Path(folder) / "data")
        environment = os.environ | {"PYTHONPATH": str(ROOT / "function"), "RETINA_DATA": data}
        server = Server(Path(folder), environment)
        try:
            with httpx.Client(base_url=server.url) as client:
                client.headers.update(new_key(client, "anna@example.org"))
                account = client.get("/api/v1/usage").json()["account"]
                fill(Services(Settings(data=Path(data))), account, records)
                print(f"\nA history of {records:,} records, over HTTP:\n\n| page | p50 ms | p95 ms |\n|---|---|---|")
                for name, params in PAGES.items():
                    print(f"| {name} | {percentiles(_pages(client, params, rounds))} |", flush=True)
        finally:
            server.process.kill()


def _pages(client: httpx.Client, params: dict[str, Any], rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        page = client.get("/api/v1/predictions", params=params).raise_for_status().json()
        times.append((time.perf_counter() - started) * 1e3)
        assert len(page["predictions"]) == 50, json.dumps(page)[:200]
    return times[2:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=60)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--ledger", type=int, default=1_000_000)
    parser.add_argument("--only", choices=["ledger", "history", "workers"])
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(f"{len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}.")
    if arguments.only in (None, "ledger"):
        report_ledger(arguments.ledger, 7)
    if arguments.only in (None, "history"):
        report_history(arguments.records, 42)
    if arguments.only in (None, "workers"):
        report_workers(arguments.photos, arguments.rounds)


if __name__ == "__main__":
    main()
