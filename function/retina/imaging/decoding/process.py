"""The process that files are decoded in: `python -m retina.imaging.decoding.process SOCKET`, started by `decoder`.

It reads no file itself. It keeps the decoders loaded, and for each file forks a process that reads this one and no
other: nothing of an earlier file is left in its memory. What is said, and by whom, see `serve` and `_answer`.
"""

import io
import json
import logging
import os
import select
import signal
import socket
import sys
import warnings
from itertools import chain
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from retina.errors import PhotographError, PhotographUnreadableError
from retina.imaging.decoding import confinement
from retina.imaging.decoding.header import DAMAGE, DAMAGED, open_photograph
from retina.imaging.decoding.pixels import as_bytes, stored_pixels

LINE = 4096
"""Bytes of the longest line."""

TAKEN = "taken"
"""Said once the whole file has come: whoever ends before has not looked at it."""

MIB = 2**20
READY_MEMORY = 24 * MIB
"""What a process has at hand before a file comes: enough for a photograph of five megapixels."""

HEADER_MEMORY, HEADER_SECONDS = 48 * MIB, 0.5
"""What reading a header may take, in bytes beside those of the file, and in seconds of a core."""

PIXEL_BYTES, PIXELS_MEMORY = 14, 112 * MIB
"""What decoding may take, in bytes a pixel and together, beside those of the file. A progressive JPEG takes ten a
pixel: its coefficients and Pillow's own image."""

PIXELS_SECONDS, MEGAPIXEL_SECONDS = 1.5, 0.15
"""What decoding may take, in seconds of a core, together and a megapixel: about five times as much as the slowest
format takes here."""

SIDE = 64
"""Of the pictures that are decoded beforehand, in pixels."""

_small = io.BytesIO()


def serve(control: socket.socket) -> None:
    """Fork a process for every socket that comes as `fork`; end those named by `end` and a process id.

    Ends when `control` is closed.
    """
    children: set[int] = set()
    while True:
        select.select([control], [], [], 1 if children else None)
        while children and (ended := os.waitpid(-1, os.WNOHANG)[0]):
            children.discard(ended)
        if not select.select([control], [], [], 0)[0]:
            continue
        message, files, _, _ = socket.recv_fds(control, LINE, 1)
        if not message:
            return
        if message == b"fork":
            children.add(_fork(control, files[0]))
        elif (child := int(message.removeprefix(b"end "))) in children:
            os.kill(child, signal.SIGKILL)


def _fork(control: socket.socket, file: int) -> int:
    child = os.fork()
    if child:
        os.close(file)
        return child
    try:
        control.close()
        with socket.socket(fileno=file) as caller:
            _answer(caller)
    finally:
        os._exit(0)


def _answer(caller: socket.socket) -> None:
    """Say the process id; take a file, say its size; where that is wanted, its pixels.

    Comes: a line {"bytes", "max_pixels", "min_side"} and so many bytes; then the line `"go"`. Leaves, each as a line:
    the process id; `"taken"`; {"width", "height"}, as the header says; {"width", "height", "orientation"}, and the
    pixels as they are stored; in place of either of the latter {"refused", "sentence"}. Where a file turns out to be
    damaged amid its pixels, they end there.
    """
    confinement.end_with_parent()
    confinement.provide_memory(READY_MEMORY)
    _warm_up()
    size = confinement.address_space()
    confinement.give_up_rights()
    _say(caller, os.getpid())
    lines = caller.makefile("rb")
    asked = json.loads(lines.readline(LINE) or "null")
    if not asked:
        return
    data = lines.read(asked["bytes"])
    _say(caller, TAKEN)
    confinement.limit_memory(size + 2 * len(data) + HEADER_MEMORY)
    confinement.limit_time(HEADER_SECONDS)
    try:
        image = open_photograph(data, max_pixels=asked["max_pixels"], min_side=asked["min_side"])
        pixels = image.width * image.height
        confinement.limit_time(0)
        if PIXEL_BYTES * pixels > READY_MEMORY:
            confinement.release_memory()  # too little for this one, which may have to wait for others
        _say(caller, {"width": image.width, "height": image.height})
        if not lines.readline(LINE):
            return
        confinement.limit_memory(size + 3 * len(data) + PIXEL_BYTES * pixels + PIXELS_MEMORY)
        confinement.limit_time(PIXELS_SECONDS + MEGAPIXEL_SECONDS * pixels / 1e6)
        stored = stored_pixels(image, data)
        strips = chain([next(stored.strips)], stored.strips)
    except PhotographError as error:
        _say(caller, {"refused": type(error).__name__, "sentence": str(error)})
    except (*DAMAGE, StopIteration):
        _say(caller, {"refused": PhotographUnreadableError.__name__, "sentence": DAMAGED})
    else:
        _say(caller, {"width": stored.width, "height": stored.height, "orientation": stored.orientation})
        for strip in strips:
            caller.sendall(as_bytes(strip))


def _say(caller: socket.socket, answer: Any) -> None:
    caller.sendall(json.dumps(answer).encode() + b"\n")


def _load() -> None:
    """Have every decoder loaded before any file comes: afterwards no library can be opened any more."""
    rgb = np.resize(np.arange(251, dtype=np.uint8), (SIDE, SIDE, 3))
    image = Image.fromarray(rgb)
    image.save(_small, "JPEG")
    profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    lab = ImageCms.profileToProfile(image, *profiles, outputMode="LAB") or image
    for kind in ("PNG", "TIFF", "WEBP", "BMP", "PPM", "GIF"):
        _decode(image, kind)
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"):
        _decode(image, "TIFF", compression=compression)
    _decode(lab, "TIFF")
    _decode(image.convert("CMYK"), "JPEG")
    _decode(image.convert("P"), "PNG")
    from retina.imaging.decoding.deep import load_codecs

    load_codecs(rgb)


def _decode(image: Image.Image, kind: str, **options: Any) -> None:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    _read(stream.getvalue())


def _warm_up() -> None:
    """Have what a JPEG needs in this process's own memory."""
    _read(_small.getvalue())


def _read(data: bytes) -> None:
    for _ in stored_pixels(open_photograph(data, max_pixels=SIDE * SIDE, min_side=SIDE), data).strips:
        pass


def main(control: int) -> None:
    """Get ready, then serve the socket of this number."""
    for name in (signal.SIGINT, signal.SIGTERM):  # it ends when its parent does, which may still need it
        signal.signal(name, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    confinement.hide_memory()
    _load()
    confinement.release_memory()
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # libtiff's words, by which a file fills the log
    serve(socket.socket(fileno=control))


if __name__ == "__main__":
    main(int(sys.argv[1]))
