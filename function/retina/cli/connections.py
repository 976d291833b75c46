"""The connection limits of `retina serve`: at most so many open connections, and none that stays silent for long.

A connection counts as waiting until it has delivered a complete request head. When there are too many connections, the
one that has waited longest is closed: clients that send whole requests cannot be kept out by those that send half.
"""

import asyncio
import resource
from typing import ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

ACCEPTED_AT_ONCE = 100
"""The backlog: how many new connections the event loop accepts in one go before it handles the first of them."""
DESCRIPTORS_BESIDE = 512
"""The most files that the service has open apart from connections: databases of its threads, files being read, and
connections about to be closed to make room. With none left, the event loop would log a traceback for every connection
that it cannot accept.
"""
DESCRIPTORS_EACH = 2
"""Files per connection: its socket, and the file of its upload."""
FULL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 2\r\nConnection: close\r\n\r\n"


def descriptors() -> int:
    """The number of files that this process may have open, after raising it as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 2**16 if hard == resource.RLIM_INFINITY else hard
    if soft != resource.RLIM_INFINITY and soft < most:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (ValueError, OSError):  # some systems have another limit above this one
            return soft
    return most


class Connection(H11Protocol):
    """A connection that is closed when it waits, or its client stops reading, for too long. The class sets both."""

    most: ClassVar[int]
    seconds: ClassVar[float]
    waiting: ClassVar[dict["Connection", None]]
    """The waiting connections, the longest-waiting first."""
    _deadline: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request. If there are too many connections, close the longest-waiting one, or else this one."""
        super().connection_made(transport)
        if len(self.connections) > self.most and not self._make_room():
            transport.write(FULL)
            transport.close()
            return
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop both timers."""
        self._stop_waiting()
        self._stop_sending()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Stop waiting once a whole request has arrived."""
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._wait()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Start the timer for a client that has stopped reading."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.seconds, self.give_up)

    def resume_writing(self) -> None:
        """Stop that timer."""
        self._stop_sending()
        super().resume_writing()

    def give_up(self) -> None:
        """Close the connection: no request arrived, or the client does not read the response."""
        self._stop_waiting()
        self.transport.abort()

    def _wait(self) -> None:
        self._stop_waiting()
        self.waiting[self] = None
        self._deadline = self.loop.call_later(self.seconds, self.give_up)

    def _stop_waiting(self) -> None:
        self.waiting.pop(self, None)
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _stop_sending(self) -> None:
        if self._unread:
            self._unread.cancel()
            self._unread = None

    def _make_room(self) -> bool:
        """Close the longest-waiting connection; False if none waits."""
        longest = next(iter(self.waiting), None)
        if longest is None:
            return False
        longest.give_up()
        return True


def connection_class(most: int, seconds: float) -> type[H11Protocol]:
    """The connection class of a server that holds at most `most` connections.

    A request's head has to arrive within `seconds`, and a client may pause reading a response for no longer than that.
    """
    return type("Connection", (Connection,), {"most": most, "seconds": seconds, "waiting": {}})
