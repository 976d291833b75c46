"""A photograph whose header was read in another process, and which waits there to be decoded.

Enters: a process that has read nothing yet, and a file; leaves: the size, then the `Photograph`.
"""

import hashlib
from typing import Any

from retina.decoding.abandoned import Abandoned
from retina.decoding.child import Child
from retina.decoding.header import DAMAGED, refuse_size
from retina.decoding.pixels import upright
from retina.errors import PhotographUnreadableError
from retina.field_of_view import find_field_of_view
from retina.photograph import Photograph


class Opened:
    """`pixels` is how many it has. Raises the `PhotographError`s, and `CallerLeftError` where it was abandoned."""

    def __init__(self, child: Child, data: bytes, abandoned: Abandoned, *, max_pixels: int, min_side: int) -> None:
        self._child, self._abandoned = child, abandoned
        header = self._said({"bytes": len(data), "max_pixels": max_pixels, "min_side": min_side}, data)
        refuse_size(header["width"], header["height"], max_pixels=max_pixels, min_side=min_side)
        self.pixels: int = header["width"] * header["height"]
        self._sha256 = hashlib.sha256(data).hexdigest()

    def photograph(self) -> Photograph:
        """Decode it, once."""
        stored = self._said("go")
        if stored["width"] * stored["height"] != self.pixels:
            raise PhotographUnreadableError(DAMAGED)
        rgb = upright(self._child.pixels(stored["height"], stored["width"]), stored["orientation"])
        self._child.close()
        self._abandoned.watch(None)
        return Photograph(rgb, find_field_of_view(rgb), self._sha256)

    def _said(self, line: Any, data: bytes = b"") -> dict[str, Any]:
        """What the process answers to a line, and a file after it."""
        try:
            self._child.say(line)
            if data:  # not even nothing can be sent to a process that has answered and ended
                self._child.connection.sendall(data)
            return self._child.answer()
        except (BrokenPipeError, ConnectionResetError):
            raise PhotographUnreadableError(DAMAGED) from None
        finally:
            self._abandoned.demand()
