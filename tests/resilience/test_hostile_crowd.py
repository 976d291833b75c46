"""Ten of every hostile file at once: other callers still get their responses soon, and memory stays within
its limit.
"""

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
from PIL import Image

from conftest import AS_ROOT
from retina.imaging.arrays import Rgb
from support.hostile import hostile
from support.processes import Server, serving
from support.specimens import encode

EACH = 10
MEMORY = 1.2e9
ELSEWHERE = "127.0.0.2"
"""Where the hostile files come from."""


@pytest.fixture
def server(tmp_path: Path, environment: dict[str, str]) -> Iterator[Server]:
    with serving(tmp_path, environment) as running:
        yield running


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


@AS_ROOT
@pytest.mark.usefixtures("shipped")
def test_other_users_are_served(server: Server, sample: bytes, small_rgb: Rgb, quick_rgb: Rgb) -> None:
    """Of the callers who send a small photograph while files of one kind arrive, and the sample while all kinds do: the
    network for the sample's canvas, which takes most of the memory, is loaded throughout.
    """
    kinds, quick = hostile(small_rgb), encode(Image.fromarray(quick_rgb), "JPEG")
    # To make a client takes longer than to be answered.
    client = httpx.Client(base_url=server.url, timeout=120)
    others = httpx.HTTPTransport(local_address=ELSEWHERE, limits=httpx.Limits(max_connections=None))
    attackers = httpx.Client(base_url=server.url, timeout=120, transport=others)
    outcomes: Counter[tuple[str, int]] = Counter()

    def attack(name: str) -> tuple[str, int]:
        answer = attackers.post("/api/v1/predictions", files={"file": ("a.tif", kinds[name])})
        return name, answer.status_code

    def ask(photo: bytes) -> float:
        """The seconds that it takes."""
        started = time.monotonic()
        answer = client.post("/api/v1/predictions", files={"file": photo}, data={"outputs": "mask"})
        assert answer.status_code == 200, answer.text
        masks[photo].add(answer.json()["images"]["mask"])
        return time.monotonic() - started

    def ask_among(names: list[str], photo: bytes) -> list[float]:
        """How long `photo` takes, again and again, while files of these names arrive at once."""
        seconds: list[float] = []
        with ThreadPoolExecutor(len(names)) as threads:
            answers = [threads.submit(attack, name) for name in names]
            while not seconds or not all(answer.done() for answer in answers):
                seconds.append(ask(photo))
            outcomes.update(answer.result() for answer in answers)
        return seconds

    masks: dict[bytes, set[str]] = {sample: set(), quick: set()}
    alone = {photo: statistics.median([ask(photo) for _ in range(3)]) for photo in masks}
    with Memory(server.process.pid) as memory:
        each = {name: statistics.median(ask_among([name] * EACH, quick)) / alone[quick] for name in kinds}
        everything = [name for name in kinds for _ in range(EACH)]
        together = statistics.median(ask_among(everything, sample)) / alone[sample]
    worst = max(each, key=lambda name: each[name])
    summary = "times as long, median %.2f, at worst %.2f (%s), all kinds at once %.2f; %.0f MB"
    ratios = statistics.median(each.values()), each[worst], worst, together, memory.most / 1e6
    logging.getLogger("retina").warning(summary, *ratios)
    assert [len(each) for each in masks.values()] == [1, 1]
    for name, status in outcomes:
        assert status in (413 if "the larger first" in name else 422, 503), name
    assert outcomes.total() == 2 * EACH * len(kinds)
    assert 0 < memory.most < MEMORY
