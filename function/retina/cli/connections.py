"""Connections of `retina serve`: at most so many at a time, and none for long whose sender says nothing.

A connection waits while no request has arrived on it whole. Where there are too many, the one that has waited longest
makes room: whoever sends a request is not kept out by those who send half of one.
"""

import asyncio
import resource
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

ACCEPTED_AT_ONCE = 100
"""How many connections are accepted before the first of them is looked at."""
DESCRIPTORS_BESIDE = 512
"""What the service has open besides, at most: databases of its threads, files that it reads, connections that it is
about to close to make room. Were there none left, the loop would write a traceback for each that it cannot accept.
"""
DESCRIPTORS_EACH = 2
"""Of a connection: its socket, and the file that it uploads."""
FULL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 2\r\nConnection: close\r\n\r\n"


def descriptors() -> int:
    """How many files this process may have open, from now on as many as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 2**16 if hard == resource.RLIM_INFINITY else hard
    if soft != resource.RLIM_INFINITY and soft < most:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (ValueError, OSError):  # some systems have another limit above
            return soft
    return most


def connection_class(most: int, seconds: float) -> type[H11Protocol]:
    """The connections of a server that has `most` of them.

    A request's head has to arrive in `seconds`, and an answer's reader must not rest for longer.
    """
    waiting: dict[asyncio.BaseProtocol, None] = {}
    """In the order in which they began to wait."""

    class Connection(H11Protocol):
        """One of them."""

        _deadline: asyncio.TimerHandle | None = None
        _unread: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > most and not _make_room():
                transport.write(FULL)
                transport.close()
                return
            self._wait()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_waiting()
            self._stop_sending()
            super().connection_lost(exc)

        def handle_events(self) -> None:
            super().handle_events()
            if self.cycle is not None and not self.cycle.response_complete:
                self._stop_waiting()

        def on_response_complete(self) -> None:
            self._wait()
            super().on_response_complete()

        def pause_writing(self) -> None:
            super().pause_writing()
            self._unread = self.loop.call_later(seconds, self.give_up)

        def resume_writing(self) -> None:
            self._stop_sending()
            super().resume_writing()

        def give_up(self) -> None:
            """Close it: no request has come, or nobody reads the answer."""
            self._stop_waiting()
            self.transport.abort()

        def _wait(self) -> None:
            self._stop_waiting()
            waiting[self] = None
            self._deadline = self.loop.call_later(seconds, self.give_up)

        def _stop_waiting(self) -> None:
            waiting.pop(self, None)
            if self._deadline:
                self._deadline.cancel()
                self._deadline = None

        def _stop_sending(self) -> None:
            if self._unread:
                self._unread.cancel()
                self._unread = None

    def _make_room() -> bool:
        longest: Any = next(iter(waiting), None)
        if longest is None:
            return False
        longest.give_up()
        return True

    return Connection
