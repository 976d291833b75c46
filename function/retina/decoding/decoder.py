"""Photographs from files that strangers sent: each is decoded in a process of its own, which this one starts and ends.

Enters: the bytes of a file. Leaves: a `Photograph`, every pixel of which the other process has sent.
"""

import hashlib
import os
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache

from retina.arrays import Rgb
from retina.decoding.abandoned import Abandoned
from retina.decoding.child import Child
from retina.decoding.confinement import hide_memory
from retina.decoding.header import DAMAGED, refuse_size
from retina.decoding.pixels import upright
from retina.errors import BusyError, PhotographUnreadableError
from retina.field_of_view import find_field_of_view
from retina.photograph import Photograph

SPARE = 2
"""Processes that wait for a file, so that nobody waits for them."""

ATTEMPTS = 3
"""How often a process is asked for: the one that forks them may have been killed, and is then started anew."""

SHARED_PIXELS = 24_000_000
"""Pixels of all photographs that are worked on at a time. A larger one is worked on alone: while it lasts, one of 64
megapixels takes about 0.7 GB."""

LOOK_SECONDS = 0.5
"""How often whoever waits for room looks whether somebody still waits for them."""

BUFFER = 2**20
"""Bytes on their way between two processes."""

PROGRAM = [sys.executable, "-m", "retina.decoding.process"]

ENVIRONMENT: tuple[str, ...] = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")
"""What the processes get of this one's environment: no credentials."""


class Decoder:
    """Starts `retina.decoding.process` at first use and again where it ended. For any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._spare: deque[socket.socket] = deque()
        self._room = threading.Condition()
        self._pixels = 0

    def start(self) -> None:
        """Have processes ready before the first file comes."""
        hide_memory()
        with self._lock:
            self._fill()

    @contextmanager
    def photograph(
        self, data: bytes, *, max_pixels: int, min_side: int, abandoned: Abandoned | None = None
    ) -> Iterator[Photograph]:
        """The photograph in the file `data`, of `max_pixels` at most; others have to wait while it is large.

        Raises the `PhotographError`s; `PhotographUnreadableError` also where decoding took too much time or memory.
        Raises `CallerLeftError` where it was abandoned.
        """
        waiting = abandoned or Abandoned()
        with ExitStack() as held:
            try:
                rgb, sha256 = self._decoded(held, data, max_pixels, min_side, waiting)
            except (BrokenPipeError, ConnectionResetError):
                raise PhotographUnreadableError(DAMAGED) from None
            finally:
                waiting.watch(None)  # raises, whatever else did, where nobody waits
            yield Photograph(rgb, find_field_of_view(rgb), sha256)

    def _decoded(
        self, held: ExitStack, data: bytes, max_pixels: int, min_side: int, waiting: Abandoned
    ) -> tuple[Rgb, str]:
        """Its pixels, for which there is room until `held` is closed, and the SHA-256 of the file."""
        with self._child() as child:
            waiting.watch(child.connection)
            child.say({"bytes": len(data), "max_pixels": max_pixels, "min_side": min_side})
            child.connection.sendall(data)
            sha256 = hashlib.sha256(data).hexdigest()
            header = child.answer()
            pixels = header["width"] * header["height"]
            refuse_size(header["width"], header["height"], max_pixels=max_pixels, min_side=min_side)
            held.enter_context(self._room_for(pixels, waiting))
            child.say("go")
            stored = child.answer()
            if stored["width"] * stored["height"] != pixels:
                raise PhotographUnreadableError(DAMAGED)
            rgb = child.pixels(stored["height"], stored["width"])
            return upright(rgb, stored["orientation"]), sha256

    @contextmanager
    def _child(self) -> Iterator[Child]:
        """A process that has read nothing yet; ended afterwards."""
        child = self._ready()
        try:
            yield child
        finally:
            child.close()
            with self._lock, suppress(OSError):
                if self._control:
                    self._control.send(f"end {child.pid}".encode())

    def _ready(self) -> Child:
        for _ in range(ATTEMPTS):
            with self._lock:
                self._fill()
                connection = self._spare.popleft()
            child = Child(connection)
            if child.pid:
                with self._lock:
                    self._fill()
                return child
            child.close()  # the process that forks them is gone
            with self._lock:
                self._stop()
        raise BusyError("Photographs cannot be decoded at the moment. Please try again in a few seconds.")

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
            self._stop()

    def _stop(self) -> None:
        if self._control and self._process:
            self._control.close()  # which ends it, if it is not gone already
            self._process.wait()
        self._control = None
        while self._spare:
            self._spare.pop().close()

    @contextmanager
    def _room_for(self, pixels: int, waiting: Abandoned) -> Iterator[None]:
        """Waits until the photographs that are worked on leave room for so many pixels."""
        with self._room:
            while self._pixels and self._pixels + pixels > SHARED_PIXELS:
                self._room.wait(LOOK_SECONDS)
                waiting.demand()
            self._pixels += pixels
        try:
            yield
        finally:
            with self._room:
                self._pixels -= pixels
                self._room.notify_all()


@cache
def decoder() -> Decoder:
    """The one of this process."""
    return Decoder()


def _start() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """`retina.decoding.process`, and how to speak with it."""
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
