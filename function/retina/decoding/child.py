"""A process that decodes one file, as whoever gives it the file sees it. What is said is described in `process`."""

import json
import os
import select
import socket
from contextlib import suppress
from typing import Any

from retina import errors
from retina.arrays import Rgb
from retina.decoding.header import DAMAGED
from retina.decoding.pixels import blank
from retina.decoding.process import LINE
from retina.errors import PhotographError, PhotographUnreadableError

PROMPT_SECONDS = 0.5
"""How long an answer may take before the process has to stand back for others."""

BEHIND = 10
"""Its priority then (nice(1)): a tenth of a core where everybody else is busy, all of it where nobody is."""

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


class Child:
    """At the other end of `connection`; `pid` is None where it ended before it said so."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._lines = connection.makefile("rb")
        hello = self._hear()
        self.pid = hello if isinstance(hello, int) else None

    def say(self, line: Any) -> None:
        """Raises `OSError` where it has ended."""
        self.connection.sendall(json.dumps(line).encode() + b"\n")

    def answer(self) -> dict[str, Any]:
        """What it says; raises the `PhotographError` that it says, `PhotographUnreadableError` where it has ended."""
        if not select.select([self.connection], [], [], PROMPT_SECONDS)[0] and self.pid:
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, self.pid, BEHIND)
        answer = self._hear()  # where that takes too long, it is ended: see `process`
        if not isinstance(answer, dict):
            raise PhotographUnreadableError(DAMAGED)
        if "refused" in answer:
            raise REFUSALS[answer["refused"]](answer["sentence"])
        return answer

    def pixels(self, height: int, width: int) -> Rgb:
        """What it sends, uint8[H,W,3]; raises `PhotographUnreadableError` unless that is every pixel."""
        rgb, left = blank(height, width)
        while left:
            count = self._lines.readinto(left)
            if not count:
                raise PhotographUnreadableError(DAMAGED)
            left = left[count:]
        return rgb

    def close(self) -> None:
        """Nothing more is said."""
        self._lines.close()
        self.connection.close()

    def _hear(self) -> Any:
        """A line; None where it has ended."""
        try:
            line = self._lines.readline(LINE)
        except ConnectionResetError:
            return None
        return json.loads(line) if line.endswith(b"\n") else None
