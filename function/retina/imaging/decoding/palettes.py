"""Palettes: a pixel whose colour is not in its file's palette shows damage. Decoders make it black, or gray."""

from PIL import Image

from retina.imaging.decoding.surplus import SHORT

LOCAL, SIZE = 0x80, 0x07
"""Of the flags of a GIF: whether a table of colours follows, and the logarithm of half of its length."""

SCREEN, DESCRIPTOR = 13, 10
"""Lengths of the headers of a GIF and of a frame, in bytes."""

FRAME, EXTENSION = 0x2C, 0x21
"""How parts of a GIF begin."""


def demand_within_palette(image: Image.Image, data: bytes, box: tuple[int, int, int, int] | None = None) -> None:
    """Raise `ValueError` if a pixel of the decoded `image`, opened from the file `data`, has no colour in its palette.

    `box` is the part of the image that the file has pixels for: left, top, right and bottom.
    """
    if image.mode not in ("P", "L"):
        return
    colours = {"PNG": _of_png, "GIF": _of_gif, "BMP": _of_bmp}[str(image.format)](data)
    part = image.crop(box) if box else image
    if colours and part.getextrema()[1] >= colours:  # type: ignore[operator]
        raise ValueError("a pixel has no colour in the palette")


def _of_png(data: bytes) -> int:
    """The number of colours in the palette, 0 without one."""
    place, palette = 8, 3
    while data[25] == palette and place + 8 <= len(data):
        length = int.from_bytes(data[place : place + 4])
        if data[place + 4 : place + 8] == b"PLTE":
            return length // 3
        place += 12 + length
    return 0


def _of_gif(data: bytes) -> int:
    """The same for the first frame: its own palette goes before that of all."""
    flags = data[10]
    colours = 2 << (flags & SIZE) if flags & LOCAL else 0
    place = SCREEN + 3 * colours
    while data[place] == EXTENSION:
        place += 2
        while size := data[place]:
            place += 1 + size
        place += 1
    flags = data[place + DESCRIPTOR - 1] if data[place] == FRAME else 0
    return 2 << (flags & SIZE) if flags & LOCAL else colours


def _of_bmp(data: bytes) -> int:
    """The same; OS/2's header does not state it: the colours fill the place up to the pixels."""
    if data[14] == SHORT:
        bits, before = data[24], int.from_bytes(data[10:14], "little")
        return min(1 << bits, (before - 14 - SHORT) // 3) if bits <= 8 else 0
    bits = int.from_bytes(data[28:30], "little")
    return (int.from_bytes(data[46:50], "little") or 1 << bits) if bits <= 8 else 0
