"""Decode untrusted files, each in a process of its own, which the `Decoder` starts and ends.

Takes the bytes of a file and returns a `Photograph`, if the other process has sent all its pixels.
"""

import os
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache

from retina.errors import BusyError, PhotographUnreadableError
from retina.imaging.decoding.abandoned import Abandoned
from retina.imaging.decoding.child import Child, EndedError, ignore
from retina.imaging.decoding.confinement import hide_memory, keep_little_memory
from retina.imaging.decoding.damage import DAMAGED
from retina.imaging.decoding.header import refuse_laborious
from retina.imaging.decoding.opened import Opened
from retina.imaging.photograph import Photograph

SPARE = 2
"""Processes kept waiting for a file, so that no caller waits for one to start."""

ATTEMPTS = 5
"""How many processes to try. A waiting process may have been killed, which says nothing about the next file."""

PAUSE_SECONDS, ENDING_SECONDS = 0.1, 2
"""PAUSE_SECONDS: wait before checking whether the forking process still runs, since ending takes a moment.
ENDING_SECONDS: how long to wait for it to end after a forked process ended at once."""

BUSY = "Photographs cannot be decoded right now."

LARGE_PIXELS = 16_000_000
"""Photographs above this are processed one at a time: one of 64 megapixels takes about 0.7 GB meanwhile."""

BUFFER = 2**20
"""Send buffer of a socket between two processes, in bytes."""

PROGRAM = [sys.executable, "-m", "retina.imaging.decoding.process"]

ENVIRONMENT: tuple[str, ...] = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")
"""The environment variables that the processes inherit. None holds credentials."""


class Decoder:
    """Starts `retina.imaging.decoding.process` on first use, and again if it has ended. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._spare: deque[socket.socket] = deque()
        self._large = threading.Lock()

    def start(self) -> None:
        """Start the processes before the first file arrives."""
        hide_memory()
        keep_little_memory()
        with self._lock:
            self._fill()

    @contextmanager
    def photograph(self, data: bytes, *, max_pixels: int, min_side: int, frame: int = 0) -> Iterator[Photograph]:
        """Decode the file `data`; of a DICOM file `frame`, from 0. Large photographs are processed one at a time.

        Raises the `PhotographError`s; `PhotographUnreadableError` also if decoding took too much time or memory.
        """
        with ExitStack() as held:
            opened = held.enter_context(self.opened(data, max_pixels=max_pixels, min_side=min_side, frame=frame))
            if opened.pixels > LARGE_PIXELS:
                held.enter_context(self._large)
            yield opened.photograph()

    @contextmanager
    def opened(
        self,
        data: bytes,
        *,
        max_pixels: int,
        min_side: int,
        frame: int = 0,
        abandoned: Abandoned | None = None,
        laborious: Callable[[], None] = ignore,
    ) -> Iterator[Opened]:
        """Read the header of the file `data`; decoding waits until the caller asks for it. Errors as in `photograph`.

        Calls `laborious` if the file takes much more time than others of its size. Raises `CallerLeftError` if the
        caller left, and what `laborious` raises.
        """
        waiting = abandoned or Abandoned()
        refuse_laborious(data)
        limits = {"max_pixels": max_pixels, "min_side": min_side}
        with self._child({"bytes": len(data), "frame": frame, **limits}, data, waiting) as child:
            child.laborious = laborious
            try:
                yield Opened(child, data, waiting, **limits)
            except EndedError as error:
                traceback.clear_frames(error.__traceback__)  # they hold the pixels received so far
                time.sleep(PAUSE_SECONDS)
                if not self._forking():  # then every process has ended, whatever its file
                    raise BusyError(BUSY) from None
                raise PhotographUnreadableError(DAMAGED) from None
            finally:
                waiting.watch(None)  # raises if the caller left, whatever was raised before

    @contextmanager
    def _child(self, request: dict[str, int], data: bytes, waiting: Abandoned) -> Iterator[Child]:
        """A process that has received the file `data` and no other; ended afterwards."""
        child = self._taken(request, data, waiting)
        try:
            yield child
        finally:
            self._end(child)

    def _taken(self, request: dict[str, int], data: bytes, waiting: Abandoned) -> Child:
        """Send the file to a waiting process; raises `BusyError` if there is none."""
        for _ in range(ATTEMPTS):
            child = self._ready()
            if child:
                waiting.watch(child.connection)
                if child.take(request, data):
                    return child
                waiting.demand()
                self._end(child)
            time.sleep(PAUSE_SECONDS)
            if not self._forking():
                self.stop()
        raise BusyError(BUSY)

    def _ready(self) -> Child | None:
        """Take a waiting process; None if it ended before it sent its process id. It may have been killed since."""
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
                self._process.wait(ENDING_SECONDS)  # it has usually ended, or is about to
        return None

    def _forking(self) -> bool:
        """Whether the process that forks the others is running."""
        return self._process is not None and self._process.poll() is None

    def _end(self, child: Child) -> None:
        child.close()
        with self._lock, suppress(OSError):
            if self._control:
                self._control.send(f"end {child.pid}".encode())

    def _fill(self) -> None:
        """Start the forking process if there is none, and have `SPARE` processes waiting."""
        if self._control is None:
            self._process, self._control = _start()
        while len(self._spare) < SPARE:
            ours, theirs = socket.socketpair()
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            with theirs, suppress(BrokenPipeError, ConnectionResetError):  # noticed when no process id arrives
                socket.send_fds(self._control, [b"fork"], [theirs.fileno()])
            self._spare.append(ours)

    def stop(self) -> None:
        """End all processes. The next use starts them again."""
        with self._lock:
            if self._control and self._process:
                self._control.close()  # ends it, if it has not ended yet
                self._process.wait()
            self._control = None
            while self._spare:
                self._spare.pop().close()


@cache
def decoder() -> Decoder:
    """The decoder of this process."""
    return Decoder()


def _start() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start `retina.imaging.decoding.process`; returns it and its control socket."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}
    environment["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1"  # large pages are allocated in a tenth of the time
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - this package's own program, and a number
            [*PROGRAM, str(theirs.fileno())],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    return process, ours
