"""The parent's side of a decoding process: one `Child` decodes one file. `process` describes the protocol."""

import json
import os
import select
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from retina import errors
from retina.errors import BusyError, PhotographError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding.pixels import blank
from retina.imaging.decoding.process import LINE, TAKEN

SILENT_SECONDS = 120
"""How long to wait for a message. A process that runs at all hits its own time limit long before."""

PROMPT_SECONDS = 0.5
"""After this long without an answer, the process gets a lower priority."""

BEHIND = 10
"""That priority, as in nice(1): a tenth of a core while others need it, all of it otherwise."""

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


class Child:
    """The process at the other end of `connection`. `pid` is None if it ended before sending its process id.

    Raises `BusyError` if it sends nothing for `SILENT_SECONDS`.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        connection.settimeout(SILENT_SECONDS)
        self._lines = connection.makefile("rb")
        hello = self._receive()
        self.pid = hello if isinstance(hello, int) else None

    def take(self, request: dict[str, int], data: bytes) -> bool:
        """Send it the file. False if it ended before it had read the whole file, so the file cannot be the cause."""
        try:
            self.connection.sendall(json.dumps(request).encode() + b"\n")
            self.connection.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return bool(self._receive() == TAKEN)

    def go(self) -> None:
        """Tell it to decode; raises `EndedError`."""
        try:
            self.connection.sendall(b'"go"\n')
        except (BrokenPipeError, ConnectionResetError):
            raise EndedError from None

    def answer(self) -> dict[str, Any]:
        """Its next answer; raises the `PhotographError` that the answer contains, or `EndedError`."""
        if not select.select([self.connection], [], [], PROMPT_SECONDS)[0] and self.pid:
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, self.pid, BEHIND)
        answer = self._receive()  # a process that takes too long ends itself: see `process`
        if not isinstance(answer, dict):
            raise EndedError
        if "refused" in answer:
            raise REFUSALS[answer["refused"]](answer["sentence"])
        return answer

    def pixels(self, height: int, width: int) -> Rgb:
        """Receive the pixels, uint8[H,W,3]; raises `EndedError` if any are missing."""
        rgb, left = blank(height, width)
        while left:
            count = self._read(self._lines.readinto, left)
            if not count:
                raise EndedError
            left = left[count:]
        return rgb

    def close(self) -> None:
        """Close the connection."""
        self._lines.close()
        self.connection.close()

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
            raise BusyError("Decoding this photograph is taking too long right now. Please try again later.") from None
