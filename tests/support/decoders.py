"""Decoders under observation: what they decode, which processes they have and how much memory these use."""

import threading

import psutil

from retina.imaging.decoding.abandoned import Abandoned
from retina.imaging.decoding.decoder import Decoder
from retina.imaging.photograph import Photograph


def decoded(decoder: Decoder, data: bytes, abandoned: Abandoned | None = None) -> Photograph:
    with decoder.opened(data, max_pixels=64_000_000, min_side=64, abandoned=abandoned) as opened:
        return opened.photograph()


def children(decoder: Decoder) -> list[psutil.Process]:
    """The processes that wait for a file, or have one."""
    try:
        return psutil.Process(decoder._process.pid).children() if decoder._process else []
    except psutil.Error:  # it has ended
        return []


class Peak:
    """The most memory of any process that a decoder gave a file."""

    bytes = 0

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder

    def __enter__(self) -> "Peak":
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._ended.wait(0.01):
            for child in children(self._decoder):
                try:
                    self.bytes = max(self.bytes, child.memory_info().rss)
                except psutil.Error:
                    continue

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


PATIENT = """
import sys
from retina.imaging.decoding import process
plain, process.PIXELS_SECONDS = process.stored_pixels, 0.2
def stored_pixels(image, data):
    if image.width > process.SIDE:
        {}
    return plain(image, data)
process.stored_pixels = stored_pixels
process.main(int(sys.argv[1]))
"""
