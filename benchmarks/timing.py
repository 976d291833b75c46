"""Servers under test, pinned to one core, and what is measured of them: time to answer and memory."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np

ROOT = Path(__file__).parents[1]
CORES = sorted(os.sched_getaffinity(0))


def percentiles(milliseconds: list[float]) -> str:
    return f"{np.percentile(milliseconds, 50):.1f} | {np.percentile(milliseconds, 95):.1f}"


@contextmanager
def served(command: list[str], **settings: str) -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    """Run a server pinned to the last core; yields its address, process and start time."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    data = tempfile.mkdtemp()
    environment = os.environ | {"PYTHONPATH": str(ROOT / "function"), "TF_CPP_MIN_LOG_LEVEL": "3", "RETINA_DATA": data}
    environment |= settings
    started = time.perf_counter()
    process = subprocess.Popen(
        [part.replace("PORT", port) for part in command],
        env=environment,
        preexec_fn=lambda: os.sched_setaffinity(0, {CORES[-1]}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}", process, started
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(data)


def first_answer(url: str, path: str, data: bytes, started: float) -> float:
    """Seconds from process start to the first prediction."""
    while True:
        try:
            httpx.post(url + path, files={"file": data}, timeout=120).raise_for_status()
            return time.perf_counter() - started
        except httpx.TransportError:
            time.sleep(0.005)


def send(client: httpx.Client, url: str, data: bytes) -> float:
    started = time.perf_counter()
    client.post(url, files={"file": data}, timeout=120).raise_for_status()
    return (time.perf_counter() - started) * 1e3


def resident(process: subprocess.Popen[bytes], field: str) -> float:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def retina() -> list[str]:
    return [sys.executable, "-m", "retina", "serve", "--port", "PORT"]
