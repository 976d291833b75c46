"""Whether somebody still waits for a photograph. Enters: a caller who leaves; leaves: decoding that ends."""

import socket
import threading
from contextlib import suppress

from retina.errors import CallerLeftError


class Abandoned:
    """Nobody may be waiting any more: `abandon` then ends the decoding, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._abandoned = False

    def abandon(self) -> None:
        """Nobody waits any more."""
        with self._lock:
            self._abandoned = True
            if self._socket:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def demand(self) -> None:
        """Raises `CallerLeftError` where nobody waits any more."""
        if self._abandoned:
            raise CallerLeftError

    def watch(self, connection: socket.socket | None) -> None:
        """What `abandon` is to end from now on."""
        with self._lock:
            self._socket = connection
        self.demand()
