"""A photograph whose header another process has read, and which is ready to be decoded there."""

import hashlib
from typing import Any

from retina.errors import PhotographUnreadableError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding.abandoned import Abandoned
from retina.imaging.decoding.child import Child
from retina.imaging.decoding.damage import DAMAGED
from retina.imaging.decoding.facts import Facts
from retina.imaging.decoding.header import refuse_size
from retina.imaging.decoding.orientations import upright
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.photograph import Photograph


class Opened:
    """A photograph with a known number of `pixels`, not decoded yet.

    Raises the `PhotographError`s, `EndedError` if its process ends early, and `CallerLeftError`.
    """

    def __init__(self, child: Child, data: bytes, abandoned: Abandoned, *, max_pixels: int, min_side: int) -> None:
        self._child, self._abandoned = child, abandoned
        header = self._answer()
        refuse_size(header["width"], header["height"], max_pixels=max_pixels, min_side=min_side)
        self.pixels: int = header["width"] * header["height"]
        self._facts = Facts.received(header)
        self._sha256 = hashlib.sha256(data).hexdigest()

    @property
    def frames(self) -> int:
        """How many the file says it has."""
        return self._facts.frames

    def photograph(self) -> Photograph:
        """Decode it. Can be called only once, and so can `pixels_as_stored`."""
        rgb, orientation = self.pixels_as_stored()
        rgb = upright(rgb, orientation)
        return Photograph(rgb, find_field_of_view(rgb), self._sha256, self._facts)

    def pixels_as_stored(self) -> tuple[Rgb, int]:
        """Decode the pixels alone, uint8[H,W,3]; returns them as they are stored, and their orientation (1 to 8)."""
        self._child.go()
        stored = self._answer()
        if stored["width"] * stored["height"] != self.pixels:
            raise PhotographUnreadableError(DAMAGED)
        rgb = self._child.pixels(stored["height"], stored["width"])
        self._child.close()
        self._abandoned.watch(None)
        return rgb, stored["orientation"]

    def _answer(self) -> dict[str, Any]:
        try:
            return self._child.answer()
        finally:
            self._abandoned.demand()
