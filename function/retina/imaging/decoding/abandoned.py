"""Cancel a decoding whose caller has left."""

import socket
import threading
from contextlib import suppress

from retina.errors import CallerLeftError


class Abandoned:
    """A cancellation flag. Thread-safe: any thread may call `abandon`, which ends the decoding at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._abandoned = False

    def abandon(self) -> None:
        """Cancel: close the connection that is being watched, if any."""
        with self._lock:
            self._abandoned = True
            if self._socket:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def demand(self) -> None:
        """Raise `CallerLeftError` if cancelled."""
        if self._abandoned:
            raise CallerLeftError

    def watch(self, connection: socket.socket | None) -> None:
        """Set the connection that `abandon` closes from now on; raises `CallerLeftError` if already cancelled."""
        with self._lock:
            self._socket = connection
        self.demand()
