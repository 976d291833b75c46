"""Ten of every hostile file at once: everybody else is still answered, and soon, and memory stays within its limit."""

import logging
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from hostile import hostile
from retina.arrays import Rgb
from test_front_door import Server

EACH = 10
MEMORY = 1200 * 2**20


@pytest.fixture
def server(tmp_path: Path, environment: dict[str, str]) -> Iterator[Server]:
    running = Server(tmp_path, environment)
    yield running
    running.process.terminate()
    running.process.wait(30)


class Memory:
    """The most that a process and all it has started had at a moment; what several share is counted once."""

    def __init__(self, pid: int) -> None:
        self.most, self._process, self._ended = 0, psutil.Process(pid), threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.05):
            self.most = max(self.most, sum(map(_share, [self._process, *self._process.children(recursive=True)])))


def _share(process: psutil.Process) -> int:
    try:
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:  # it has ended
        pass
    return 0


def test_everybody_else_is_answered(server: Server, sample: bytes, small_rgb: Rgb) -> None:
    crowd = [(name, data) for name, data in hostile(small_rgb).items() for _ in range(EACH)]

    def attack(one: tuple[str, bytes]) -> tuple[str, int]:
        name, data = one
        answer = httpx.post(f"{server.url}/api/v1/predictions", files={"file": ("a.tif", data)}, timeout=120)
        return name, answer.status_code

    def ask() -> tuple[float, str]:
        started = time.monotonic()
        files, options = {"file": ("retina.jpg", sample)}, {"outputs": "mask"}
        answer = httpx.post(f"{server.url}/api/v1/predictions", files=files, data=options, timeout=120)
        return time.monotonic() - started, answer.raise_for_status().json()["images"]["mask"]

    masks = {ask()[1]}
    alone = [ask()[0] for _ in range(7)]
    among: list[float] = []
    with Memory(server.process.pid) as memory, ThreadPoolExecutor(len(crowd)) as threads:
        answers = [threads.submit(attack, one) for one in crowd]
        while not all(answer.done() for answer in answers):
            seconds, mask = ask()
            among.append(seconds)
            masks.add(mask)
        outcomes = Counter(answer.result() for answer in answers)
    assert len(masks) == 1
    for name, status in outcomes:
        assert status in (413 if "the larger first" in name else 422, 503), name
    ratio = statistics.median(among) / statistics.median(alone)
    told = f"{len(among)} samples among {len(crowd)} files: {ratio:.2f} times as long; {memory.most / 2**20:.0f} MiB"
    logging.getLogger("retina").warning(told)
    assert among
    assert memory.most < MEMORY
