"""The skeleton of a vessel mask: `skeletonise` takes and returns bool[H,W].

Thinning is algorithm A1 of Guo and Hall 1989 (doi 10.1145/62065.62074). Eight by eight pixels, a tile, are the bits of
one number, so that one operation decides about all of them; and only tiles beside which something has just changed are
looked at again.
"""

import itertools
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask

SIDE = 8
"""Pixels on each side of a tile. Row by row, the first pixel is its lowest bit."""

Tiles = NDArray[Any]
"""uint64. NumPy's types take what `&` and `|` return for bool."""

_PIXEL, _ROW = np.uint64(1), np.uint64(SIDE)
"""How many bits away the next pixel and the next row are."""

_ACROSS, _DOWN = np.uint64(SIDE - 1), np.uint64(SIDE * (SIDE - 1))
"""The same for the far side of the next tile."""

_FIRST, _LAST = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
"""The first and the last column of a tile."""

_AROUND = np.ones((3, 3), np.uint8)


def skeletonise(vessels: Mask) -> Mask:
    """Thin `vessels` bool[H,W] to lines one pixel wide."""
    tiles = _tiled(vessels)
    flat, places, unchanged = tiles.ravel(), np.flatnonzero(tiles), 0
    before = np.ones(tiles.shape, np.uint8)
    for second in itertools.cycle((False, True)):
        gone = _deletable(flat, places, tiles.shape[1], second=second)
        flat[places] ^= gone
        changed = np.zeros(tiles.shape, np.uint8)
        changed.ravel()[places] = gone != 0
        unchanged = 0 if gone.any() else unchanged + 1
        if unchanged == 2:
            return _untiled(tiles, vessels.shape)
        # What lies beside no change of the last two passes stays as it is.
        near = np.flatnonzero(np.asarray(cv2.dilate(changed | before, _AROUND)).view(np.bool_))
        places, before = near[flat[near] != 0], changed
    raise AssertionError("passes never end")


def _tiled(vessels: Mask) -> Tiles:
    """bool[H,W] as tiles [N+2,M+2] with a margin of empty ones."""
    bits = np.packbits(vessels, axis=1, bitorder="little")
    down, across = -(-bits.shape[0] // SIDE), bits.shape[1]
    rows = np.zeros((down * SIDE, across), np.uint8)
    rows[: len(bits)] = bits
    tiles = np.zeros((down + 2, across + 2), np.uint64)
    inner = tiles.view(np.uint8).reshape(*tiles.shape, SIDE)[1:-1, 1:-1]
    inner[:] = rows.reshape(down, SIDE, across).swapaxes(1, 2)
    return tiles


def _untiled(tiles: Tiles, shape: tuple[int, int]) -> Mask:
    """The mask bool[H,W] of tiles with a margin."""
    inner = np.ascontiguousarray(tiles[1:-1, 1:-1])
    rows = inner.view(np.uint8).reshape(*inner.shape, SIDE).swapaxes(1, 2).reshape(-1, inner.shape[1])
    return np.unpackbits(rows[: shape[0]], axis=1, count=shape[1], bitorder="little").view(np.bool_)


def _deletable(flat: Tiles, places: NDArray[np.int64], across: int, *, second: bool) -> Tiles:
    """[N]: of the tiles at `places`, the pixels that the first or `second` of the two passes deletes.

    p2 to p9 are Guo and Hall's names of the neighbours, clockwise from the one above.
    """
    west, here, east = (_column(flat, places + step, across) for step in (-1, 0, 1))
    p9, p8, p7 = ((a << _PIXEL) & ~_FIRST | (b >> _ACROSS) & _FIRST for a, b in zip(here, west, strict=True))
    p3, p4, p5 = ((a >> _PIXEL) & ~_LAST | (b << _ACROSS) & _LAST for a, b in zip(here, east, strict=True))
    p2, p1, p6 = here
    p23, p34, p45, p56, p67, p78, p89, p92 = p2 | p3, p3 | p4, p4 | p5, p5 | p6, p6 | p7, p7 | p8, p8 | p9, p9 | p2
    crossing = _exactly_one(~p2 & p34, ~p4 & p56, ~p6 & p78, ~p8 & p92)
    two, four = _at_least_two_and_four(p92, p34, p56, p78)
    also_two, also_four = _at_least_two_and_four(p23, p45, p67, p89)
    held = (p67 | ~p9) & p8 if second else (p23 | ~p5) & p4
    return p1 & crossing & two & also_two & ~(four & also_four | held)


def _column(flat: Tiles, places: NDArray[np.int64], across: int) -> tuple[Tiles, Tiles, Tiles]:
    """What lies one pixel above each pixel of the tiles at `places`, the tiles themselves, and what lies below."""
    above, middle, below = flat[places - across], flat[places], flat[places + across]
    return middle << _ROW | above >> _DOWN, middle, middle >> _ROW | below << _DOWN


def _exactly_one(a: Tiles, b: Tiles, c: Tiles, d: Tiles) -> Tiles:
    """Where one of four is true: an odd number of them, and neither pair."""
    return (a ^ b ^ c ^ d) & ~(a & b | c & d)


def _at_least_two_and_four(a: Tiles, b: Tiles, c: Tiles, d: Tiles) -> tuple[Tiles, Tiles]:
    """Where at least two of four are true, and where all are."""
    ab, cd = a & b, c & d
    return ab | cd | (a | b) & (c | d), ab & cd
