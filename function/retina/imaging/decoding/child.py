"""A process that decodes one file, as whoever gives it the file sees it. What is said is described in `process`."""

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
"""How long it may say nothing: it is ended long before, unless it does not run at all."""

PROMPT_SECONDS = 0.5
"""How long an answer may take before the process has to stand back for others."""

BEHIND = 10
"""Its priority then (nice(1)): a tenth of a core where everybody else is busy, all of it where nobody is."""

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
"""What it may refuse a file with."""


class EndedError(Exception):
    """The process has ended before it said everything."""


class Child:
    """At the other end of `connection`; `pid` is None where it ended before it said so.

    Raises `BusyError` where it says nothing for `SILENT_SECONDS`.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        connection.settimeout(SILENT_SECONDS)
        self._lines = connection.makefile("rb")
        hello = self._hear()
        self.pid = hello if isinstance(hello, int) else None

    def take(self, asked: dict[str, int], data: bytes) -> bool:
        """Give it the file; False where it has ended before it had read all of it, and so for another reason."""
        try:
            self.connection.sendall(json.dumps(asked).encode() + b"\n")
            self.connection.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return bool(self._hear() == TAKEN)

    def go(self) -> None:
        """Have it decode; raises `EndedError`."""
        try:
            self.connection.sendall(b'"go"\n')
        except (BrokenPipeError, ConnectionResetError):
            raise EndedError from None

    def answer(self) -> dict[str, Any]:
        """What it says; raises the `PhotographError` that it says, and `EndedError`."""
        if not select.select([self.connection], [], [], PROMPT_SECONDS)[0] and self.pid:
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, self.pid, BEHIND)
        answer = self._hear()  # where that takes too long, it is ended: see `process`
        if not isinstance(answer, dict):
            raise EndedError
        if "refused" in answer:
            raise REFUSALS[answer["refused"]](answer["sentence"])
        return answer

    def pixels(self, height: int, width: int) -> Rgb:
        """What it sends, uint8[H,W,3]; raises `EndedError` unless that is every pixel."""
        rgb, left = blank(height, width)
        while left:
            count = self._read(self._lines.readinto, left)
            if not count:
                raise EndedError
            left = left[count:]
        return rgb

    def close(self) -> None:
        """Nothing more is said."""
        self._lines.close()
        self.connection.close()

    def _hear(self) -> Any:
        """A line; None where it has ended."""
        line = self._read(self._lines.readline, LINE) or b""
        return json.loads(line) if line.endswith(b"\n") else None

    def _read(self, read: Callable[[A], T], what: A) -> T | None:
        try:
            return read(what)
        except ConnectionResetError:
            return None
        except TimeoutError:
            raise BusyError("Decoding this photograph is taking too long right now. Please try again later.") from None
