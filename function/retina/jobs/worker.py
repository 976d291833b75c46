"""Worker processes of the embedded queue: what each of them runs, and the pool that starts and stops them.

`run` is the `retina worker` command; `Workers` belongs to `retina serve` and starts workers when there are jobs.
"""

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from retina.jobs.work import GivenUpError
from retina.queue.heartbeat import heartbeat
from retina.queue.sqlite import LocalQueue
from retina.storage.database import DatabaseError

log = logging.getLogger("retina")

POLL_SECONDS = 0.5
IDLE_SECONDS = 30
"""A worker exits after this long without a job, since the network takes memory."""

GRACE_SECONDS = 8
"""How long running requests and jobs may take to finish when the service is asked to stop; `docker stop` waits 10
seconds. A worker that takes longer is killed, and its job leased again.
"""

RESTART_SECONDS = 2
"""How long to wait before starting another worker after one has failed: the next one might fail, too."""


def run(queue: LocalQueue, work: Callable[[str, int], None]) -> None:
    """Process jobs until there have been none for a while, a signal asks to stop, or the parent process is gone.

    The current job is always finished first.
    """
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    parent, idle_since = os.getppid(), time.monotonic()
    while not stopping.is_set() and os.getppid() == parent and time.monotonic() - idle_since < IDLE_SECONDS:
        if work_once(queue, work):
            idle_since = time.monotonic()
        else:
            stopping.wait(POLL_SECONDS)


def work_once(queue: LocalQueue, work: Callable[[str, int], None]) -> bool:
    """Process one job; False if none was due."""
    lease = queue.lease()
    if not lease:
        return False
    try:
        with heartbeat(lambda: queue.extend(lease), queue.lease_seconds / 3):
            work(lease.key, lease.attempt)
    except GivenUpError as error:
        log.error("%s: given up", error)
        queue.bury(lease)
    except Exception:  # whatever it was, the job is retried, and given up after several attempts
        log.exception("%s failed, attempt %d", lease.key, lease.attempt)
        queue.retry(lease)
    else:
        queue.done(lease)
    return True


class Workers:
    """A pool of up to `count` `retina worker` processes while there are jobs in `queue`; use it as a context
    manager.
    """

    def __init__(self, queue: LocalQueue, count: int) -> None:
        self._queue, self._count = queue, count
        self._processes: list[subprocess.Popen[bytes]] = []
        self._stopping, self._ends = threading.Event(), 0.0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Workers":
        self._queue.waiting()  # a queue that cannot be used has to fail here, not in the thread
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._thread.join()
        for process in self._processes:  # one may have been started in the meantime
            process.terminate()
        for process in self._processes:
            try:
                process.wait(max(0, self._ends - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            with suppress(sqlite3.Error, DatabaseError):  # otherwise its lease expires
                self._queue.abandon(process.pid)

    def stop(self) -> None:
        """Start no more workers, and ask the running ones to exit once they have finished their job, within
        `GRACE_SECONDS`.
        """
        if not self._stopping.is_set():
            self._stopping.set()
            self._ends = time.monotonic() + GRACE_SECONDS
        for process in self._processes:
            process.terminate()

    def _run(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            try:
                self._clear()
                for _ in range(min(self._queue.waiting(), self._count) - len(self._processes)):
                    self._processes.append(subprocess.Popen([sys.executable, "-m", "retina", "worker"]))
            except DatabaseError as error:
                log.error("the workers cannot go on: %s", error)
                self._stopping.wait(RESTART_SECONDS)
            except (sqlite3.Error, OSError):  # a full disk or too many processes: it may pass
                log.exception("the workers cannot go on")
                self._stopping.wait(RESTART_SECONDS)

    def _clear(self) -> None:
        ended = [process for process in self._processes if process.poll() is not None]
        for process in ended:
            self._queue.abandon(process.pid)
            self._processes.remove(process)
        if any(process.returncode for process in ended):
            log.error("a worker ended with %s", ", ".join(str(process.returncode) for process in ended))
            self._stopping.wait(RESTART_SECONDS)
