"""The process in which files are decoded: `python -m retina.imaging.decoding.process SOCKET`, started by `decoder`.

It reads no file itself. It keeps the decoders loaded and forks a process for each file, so that no process has data of
an earlier file in its memory. `serve` and `_answer` describe the protocol.
"""

import gc
import io
import json
import logging
import os
import select
import signal
import socket
import sys
import warnings
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np
import tifffile
from imagecodecs import png_encode
from numpy.typing import NDArray
from PIL import Image, ImageCms

from retina.errors import PhotographError, PhotographUnreadableError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding import confinement
from retina.imaging.decoding.damage import DAMAGE, DAMAGED
from retina.imaging.decoding.dicom.loading import load_dicom
from retina.imaging.decoding.extra import Extra
from retina.imaging.decoding.facts import UNSTATED
from retina.imaging.decoding.header import open_photograph
from retina.imaging.decoding.messages import LINE, TAKEN
from retina.imaging.decoding.pixels import as_bytes, stored_pixels

MIB = 2**20
READY_MEMORY = 12 * MIB
"""Memory in bytes that a process allocates before its file arrives: enough for a JPEG file of four megapixels."""

HEADER_MEMORY, HEADER_SECONDS = 48 * MIB, 0.5
"""Limits for reading a header: bytes in addition to the file's own, and seconds of processor time."""

PIXEL_BYTES, PIXELS_MEMORY = 14, 112 * MIB
"""Memory limits for decoding, in addition to the file's own bytes: bytes per pixel, and a constant in bytes. A
progressive JPEG takes ten bytes per pixel, for its coefficients and Pillow's own image."""

PIXELS_SECONDS, MEGAPIXEL_SECONDS = 1.5, 0.15
"""Limits of processor time for decoding: a constant, and seconds per megapixel. About five times as much as the slowest
format took when measured."""

SIDE = 64
"""Side of the pictures that are decoded to load the codecs, in pixels."""

_small = io.BytesIO()


def serve(control: socket.socket) -> None:
    """Serve requests on `control`: `fork` with a socket forks a process for it; `end` with a process id kills that
    process.

    Returns when `control` is closed.
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
    """Serve one caller: send the process id, receive a file, send its size and, if asked, its pixels.

    Received: a line {"bytes", "max_pixels", "min_side", "frame"} and that many bytes; then the line `"go"`. Sent, one
    line each: the process id; `"taken"`; {"width", "height"} and the facts from the header; {"width", "height",
    "orientation"}, followed by the pixels as stored. Either of the last two may be replaced by {"refused", "sentence"}.
    If the file turns out to be damaged while its pixels are being sent, they end there.
    """
    confinement.end_with_parent()
    confinement.provide_memory(READY_MEMORY)
    _warm_up()
    size = confinement.address_space()
    confinement.give_up_rights()
    _say(caller, os.getpid())
    lines = caller.makefile("rb")
    request = json.loads(lines.readline(LINE) or "null")
    if not request:
        return
    data = lines.read(request.pop("bytes"))
    _say(caller, TAKEN)
    confinement.limit_memory(size + 2 * len(data) + HEADER_MEMORY)
    confinement.limit_time(HEADER_SECONDS)
    try:
        image = open_photograph(data, **request)
        pixels = image.width * image.height
        confinement.limit_time(0)
        if PIXEL_BYTES * pixels > READY_MEMORY:
            confinement.release_memory()  # not enough for this photograph, which may have to wait for others
        facts = UNSTATED if isinstance(image, Image.Image) else image.facts
        _say(caller, {"width": image.width, "height": image.height, **facts.message()})
        if not lines.readline(LINE):
            return
        extra = Extra() if isinstance(image, Image.Image) else image.extra
        pixel_bytes = PIXEL_BYTES + extra.pixel_bytes
        confinement.limit_memory(size + 3 * len(data) + pixel_bytes * pixels + PIXELS_MEMORY)
        confinement.limit_time(PIXELS_SECONDS + MEGAPIXEL_SECONDS * pixels / 1e6 + extra.seconds)
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
    """Load every decoder before any file arrives. A confined process can no longer open libraries."""
    rgb = np.resize(np.arange(251, dtype=np.uint8), (SIDE, SIDE, 3))
    image = Image.fromarray(rgb)
    image.save(_small, "JPEG")
    profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    lab = ImageCms.profileToProfile(image, *profiles, outputMode="LAB") or image
    for kind in ("PNG", "TIFF", "WEBP", "BMP", "PPM", "GIF"):
        _decode(image, kind)
    for kind in ("tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"):
        _decode(image, "TIFF", compression=kind)
    deep = rgb.astype(np.uint16) * 257
    for compression, predictor in ((None, False), ("zlib", True), ("lzw", True), ("packbits", False)):
        stream = io.BytesIO()
        tifffile.imwrite(stream, deep, photometric="rgb", compression=compression, predictor=predictor)
        _read(stream.getvalue())
    for numbers, options in rare_numbers(rgb):
        stream = io.BytesIO()
        tifffile.imwrite(stream, numbers, photometric="rgb", **options)
        _read(stream.getvalue())
    _decode(lab, "TIFF")
    _decode(image.convert("CMYK"), "JPEG")
    _decode(image.convert("P"), "PNG")
    _read(bytes(png_encode(deep)))
    load_dicom(rgb)


def rare_numbers(rgb: Rgb) -> Iterator[tuple[NDArray[Any], dict[str, Any]]]:
    """Pictures of which each takes another decoder of `TiffLevels`, and tifffile's options to write them."""
    shares = rgb / np.float32(255)
    for bits in (6, 12):
        numbers = (shares * (2**bits - 1)).astype(np.uint8 if bits < 8 else np.uint16)
        yield numbers, {"bitspersample": bits, "byteorder": ">", "bigtiff": True}
    for dtype in (np.int16, np.uint32):
        yield rgb.astype(dtype), {"compression": "zlib", "predictor": 2}
    for size in (2, 4, 8):
        yield shares.astype(f"f{size}"), {"compression": "lzw", "predictor": 3}


def _decode(image: Image.Image, kind: str, **options: Any) -> None:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    _read(stream.getvalue())


def _warm_up() -> None:
    """Touch the memory that decoding a JPEG needs, so that this process has its own copy."""
    _read(_small.getvalue())


def _read(data: bytes) -> None:
    for _ in stored_pixels(open_photograph(data, max_pixels=SIDE * SIDE, min_side=SIDE), data).strips:
        pass


def main(control: int) -> None:
    """Load the decoders, then serve the socket with this file descriptor."""
    for name in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # ends with its parent, which may still need it
        signal.signal(name, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    confinement.hide_memory()
    _load()
    gc.collect()
    gc.disable()  # collecting would copy shared memory, and no process lives long
    confinement.release_memory()
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # libtiff's warnings could fill the log
    serve(socket.socket(fileno=control))


if __name__ == "__main__":
    main(int(sys.argv[1]))
