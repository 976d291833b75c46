"""Photographs from files that strangers sent: each is decoded in a process of its own, which this one starts and ends.

Enters: the bytes of a file. Leaves: a `Photograph`, every pixel of which the other process has sent.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache

from retina.errors import BusyError, PhotographUnreadableError
from retina.imaging.decoding.abandoned import Abandoned
from retina.imaging.decoding.child import Child, EndedError
from retina.imaging.decoding.confinement import hide_memory
from retina.imaging.decoding.header import DAMAGED, refuse_laborious
from retina.imaging.decoding.opened import Opened
from retina.imaging.photograph import Photograph

SPARE = 2
"""Processes that wait for a file, so that nobody waits for them."""

ATTEMPTS = 5
"""How often a process is asked for: those that wait may have been killed, which is no fault of the next file."""

PAUSE_SECONDS, ENDING_SECONDS = 0.1, 2
"""Before it is looked whether that one still runs, and where a process ended at once: an end takes a moment."""

BUSY = "Photographs cannot be decoded right now. Please try again in a few seconds."

LARGE_PIXELS = 16_000_000
"""Photographs above this are worked on one at a time: while it lasts, one of 64 megapixels takes about 0.7 GB."""

BUFFER = 2**20
"""Bytes on their way between two processes."""

PROGRAM = [sys.executable, "-m", "retina.imaging.decoding.process"]

ENVIRONMENT: tuple[str, ...] = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")
"""What the processes get of this one's environment: no credentials."""


class Decoder:
    """Starts `retina.imaging.decoding.process` at first use and again where it ended. For any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._spare: deque[socket.socket] = deque()
        self._large = threading.Lock()

    def start(self) -> None:
        """Have processes ready before the first file comes."""
        hide_memory()
        with self._lock:
            self._fill()

    @contextmanager
    def photograph(self, data: bytes, *, max_pixels: int, min_side: int) -> Iterator[Photograph]:
        """The photograph in the file `data`. Of large ones, one is worked on at a time.

        Raises the `PhotographError`s; `PhotographUnreadableError` also where decoding took too much time or memory.
        """
        with ExitStack() as held:
            opened = held.enter_context(self.opened(data, max_pixels=max_pixels, min_side=min_side))
            if opened.pixels > LARGE_PIXELS:
                held.enter_context(self._large)
            yield opened.photograph()

    @contextmanager
    def opened(
        self, data: bytes, *, max_pixels: int, min_side: int, abandoned: Abandoned | None = None
    ) -> Iterator[Opened]:
        """The photograph in the file `data`, as far as its header tells; errors as in `photograph`.

        Raises `CallerLeftError` where it was abandoned.
        """
        waiting = abandoned or Abandoned()
        refuse_laborious(data)
        limits = {"max_pixels": max_pixels, "min_side": min_side}
        with self._child({"bytes": len(data), **limits}, data, waiting) as child:
            try:
                yield Opened(child, data, waiting, **limits)
            except EndedError:
                time.sleep(PAUSE_SECONDS)
                if not self._forking():  # then all of them have ended, whatever they read
                    raise BusyError(BUSY) from None
                raise PhotographUnreadableError(DAMAGED) from None
            finally:
                waiting.watch(None)  # raises, whatever else did, where nobody waits

    @contextmanager
    def _child(self, asked: dict[str, int], data: bytes, waiting: Abandoned) -> Iterator[Child]:
        """A process that has taken the file `data` and read no other; ended afterwards."""
        child = self._taken(asked, data, waiting)
        try:
            yield child
        finally:
            self._end(child)

    def _taken(self, asked: dict[str, int], data: bytes, waiting: Abandoned) -> Child:
        """Raises `BusyError` where there is no such process."""
        for _ in range(ATTEMPTS):
            child = self._ready()
            if child:
                waiting.watch(child.connection)
                if child.take(asked, data):
                    return child
                waiting.demand()
                self._end(child)
            time.sleep(PAUSE_SECONDS)
            if not self._forking():
                self.stop()
        raise BusyError(BUSY)

    def _ready(self) -> Child | None:
        """A process that waits for a file, or has waited: it may have been killed meanwhile."""
        with self._lock:
            self._fill()
            connection = self._spare.popleft()
        child = Child(connection)
        if child.pid:
            with self._lock:
                self._fill()
            return child
        child.close()
        if self._process:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(ENDING_SECONDS)  # for it has ended, as a rule, or is about to
        return None

    def _forking(self) -> bool:
        """Whether the process that forks them runs."""
        return self._process is not None and self._process.poll() is None

    def _end(self, child: Child) -> None:
        child.close()
        with self._lock, suppress(OSError):
            if self._control:
                self._control.send(f"end {child.pid}".encode())

    def _fill(self) -> None:
        """Have `SPARE` processes ready, and one more where none is."""
        if self._control is None:
            self._process, self._control = _start()
        while len(self._spare) < SPARE:
            ours, theirs = socket.socketpair()
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            with theirs, suppress(BrokenPipeError, ConnectionResetError):  # noticed when nobody says hello
                socket.send_fds(self._control, [b"fork"], [theirs.fileno()])
            self._spare.append(ours)

    def stop(self) -> None:
        """End all processes; they are started again at the next use."""
        with self._lock:
            if self._control and self._process:
                self._control.close()  # which ends it, if it is not gone already
                self._process.wait()
            self._control = None
            while self._spare:
                self._spare.pop().close()


@cache
def decoder() -> Decoder:
    """The one of this process."""
    return Decoder()


def _start() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """`retina.imaging.decoding.process`, and how to speak with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}
    environment["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1"  # large pages are provided in a tenth of the time
    with theirs:
        process = subprocess.Popen(
            [*PROGRAM, str(theirs.fileno())],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    return process, ours
