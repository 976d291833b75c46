"""Block edges: how much the brightness of a picture jumps from each stored block to the one below it."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Means = NDArray[np.floating]
"""Mean brightness of a row of a block."""


class Edges(NamedTuple):
    """The jumps across the upper edges of all blocks but the first row's, less the slope on both sides, and the means
    above and below them, each [rows,columns,C].
    """

    jumps: Means
    above: Means
    below: Means


def block_edges(pixels: NDArray[np.uint8], height: int, width: int) -> Edges | None:
    """The edges of `pixels`, uint8[H,W,C], whose blocks have `height` x `width` pixels; None if there are too few."""
    rows, columns = pixels.shape[0] // height, -(-pixels.shape[1] // width)
    if rows < 3 or columns < 4:
        return None
    edges = np.arange(1, rows) * height
    edges = edges[(edges >= 2) & (edges < len(pixels) - 1)]
    counts = np.full((columns, 1), width)
    counts[-1] = pixels.shape[1] - (columns - 1) * width
    above2, above, below, below2 = (_sums(pixels[edges + offset], width) / counts for offset in (-2, -1, 0, 1))
    if height == 1:
        return Edges(below - above, above, below)  # the next rows may be beyond another jump
    return Edges((below - above) - (below2 - below + above - above2) / 2, above, below)


def _sums(rows: NDArray[np.uint8], width: int) -> NDArray[np.float32]:
    """The sums of each `width` pixels, a multiple of eight, in rows uint8[N,W,C]: float32[N,columns,C]."""
    number, columns, channels = len(rows), -(-rows.shape[1] // width), rows.shape[2]
    sums = np.empty((number, columns, channels), np.float32)
    filled = np.zeros((number, columns * width), np.uint8)
    for channel in range(channels):
        filled[:, : rows.shape[1]] = rows[..., channel]
        eights = sums_of_eight(filled)
        sums[..., channel] = sum(eights[:, part :: width // 8] for part in range(width // 8))
    return sums


def sums_of_eight(values: NDArray[np.uint8]) -> NDArray[np.int32]:
    """The sums of each eight values along the last axis, whose length is a multiple of eight.

    Eight bytes are one number of 64 bits: they are added in pairs to four of 16 bits, which a product adds up in the
    highest one. That takes a tenth of the time of a sum along an axis.
    """
    eight, pairs = np.ascontiguousarray(values).view(np.uint64), np.uint64(0x00FF00FF00FF00FF)
    four = (eight & pairs) + ((eight >> np.uint64(8)) & pairs)
    return np.asarray((four * np.uint64(0x0001000100010001)) >> np.uint64(48), np.int32)


def run_sums(values: NDArray[Any], length: int) -> NDArray[np.float64]:
    """The sums of each `length` values in a row, in the order of storage."""
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return np.asarray(total[length:] - total[:-length])
