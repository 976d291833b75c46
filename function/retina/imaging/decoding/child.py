"""The parent's side of a decoding process: one `Child` decodes one file. `process` describes the protocol."""

import json
import os
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from retina import errors
from retina.errors import BusyError, PhotographError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding.messages import LINE, TAKEN
from retina.imaging.decoding.pixels import blank

SILENT_SECONDS = 120
"""How long to wait for a message. A process that runs at all hits its own time limit long before."""

PROMPT_SECONDS, PROMPT_MEGAPIXEL_SECONDS = 0.1, 0.06
"""A file is laborious once it has taken this much processor time: a constant, and seconds per megapixel. About twice
as much as the slowest format took when measured."""

CHECK_SECONDS = 0.02
"""How often to check that, while waiting."""

BEHIND = 10
"""The priority of a process with a laborious file, as in nice(1): a tenth of a core while others need it, all of it
otherwise."""

PROCESSOR_TIME = 2
"""Which clock of another process to read: see clock_getcpuclockid(3)."""

A = TypeVar("A")
T = TypeVar("T")

REFUSALS: dict[str, type[PhotographError]] = {
    error.__name__: error
    for error in (
        errors.PhotographTooSmallError,
        errors.PhotographUnreadableError,
        errors.TooManyPixelsError,
        errors.UnsupportedFormatError,
    )
}
"""The errors with which the process may reject a file, by name."""


class EndedError(Exception):
    """The process ended before its answer was complete."""


def ignore() -> None:
    """For callers whom a laborious file does not hold up."""


class Child:
    """The process at the other end of `connection`. `pid` is None if it ended before sending its process id.

    `laborious` is called once if the file turns out to be laborious, and may raise an error of its own. Raises
    `BusyError` if the process sends nothing for `SILENT_SECONDS`.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        connection.settimeout(SILENT_SECONDS)
        self._lines = connection.makefile("rb", buffering=0)  # so that nothing has arrived that `select` cannot see
        self.laborious: Callable[[], None] = ignore
        self._is_laborious = False
        self._pixels, self._before = 0, 0.0
        hello = self._receive()
        self.pid = hello if isinstance(hello, int) else None

    def take(self, request: dict[str, int], data: bytes) -> bool:
        """Send it the file. False if it ended before it had read the whole file, so the file cannot be the cause."""
        try:
            self.connection.sendall(json.dumps(request).encode() + b"\n")
            self.connection.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return False
        taken = bool(self._receive() == TAKEN)
        self._before = self._seconds()
        return taken

    def go(self) -> None:
        """Tell it to decode; raises `EndedError`."""
        try:
            self.connection.sendall(b'"go"\n')
        except (BrokenPipeError, ConnectionResetError):
            raise EndedError from None

    def answer(self) -> dict[str, Any]:
        """Its next answer; raises the `PhotographError` that the answer contains, or `EndedError`."""
        self._wait()
        answer = self._receive()  # a process that takes too long ends itself: see `process`
        if not isinstance(answer, dict):
            raise EndedError
        if "refused" in answer:
            raise REFUSALS[answer["refused"]](answer["sentence"])
        self._pixels = answer["width"] * answer["height"]
        return answer

    def pixels(self, height: int, width: int) -> Rgb:
        """Receive the pixels, uint8[H,W,3]; raises `EndedError` if any are missing."""
        rgb, left = blank(height, width)
        while left:
            self._wait()
            count = self._read(self._lines.readinto, left)
            if not count:
                raise EndedError
            left = left[count:]
        return rgb

    def close(self) -> None:
        """Close the connection."""
        self._lines.close()
        self.connection.close()

    def _wait(self) -> None:
        """Wait until something has arrived, and find out meanwhile whether the file is laborious."""
        for _ in range(round(SILENT_SECONDS / CHECK_SECONDS)):
            if self._is_laborious or select.select([self.connection], [], [], CHECK_SECONDS)[0]:
                return
            prompt = PROMPT_SECONDS + PROMPT_MEGAPIXEL_SECONDS * self._pixels / 1e6
            if self.pid and self._seconds() - self._before > prompt:
                self._is_laborious = True
                with suppress(ProcessLookupError):
                    os.setpriority(os.PRIO_PROCESS, self.pid, BEHIND)
                self.laborious()

    def _seconds(self) -> float:
        """Processor time that the process has taken so far; 0 once it has ended."""
        with suppress(OSError):
            return time.clock_gettime(~(self.pid or 0) << 3 | PROCESSOR_TIME)
        return 0.0

    def _receive(self) -> Any:
        """The next message, a line of JSON; None if the process has ended."""
        line = self._read(self._lines.readline, LINE) or b""
        return json.loads(line) if line.endswith(b"\n") else None

    def _read(self, read: Callable[[A], T], what: A) -> T | None:
        try:
            return read(what)
        except ConnectionResetError:
            return None
        except TimeoutError:
            raise BusyError("Decoding this photograph is taking too long right now.") from None
