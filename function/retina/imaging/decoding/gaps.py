"""Gaps: rows in the middle of a photograph that are all zero, as if an uncompressed file had a run of zeros."""

import numpy as np
from numpy.typing import NDArray

LEAST = 4
"""Rows of a gap. Fewer hide next to nothing."""

BESIDE = 2
"""How far above and below a gap rows are compared: the run of zeros may begin and end within a row."""

LIT, PART = 24, 0.25
"""So much of a row must be brighter than this, above the gap and below."""

ALIKE = 16.0
"""The largest mean difference of both rows: a gap divides one photograph, and no others from each other."""

THIN = 16
"""Of so many columns one is looked at first."""


def has_gap(pixels: NDArray[np.uint8]) -> bool:
    """Whether uint8[H,W,C] continues below rows that are all zero."""
    empty = np.flatnonzero(~pixels[:, ::THIN].any(axis=(1, 2)))
    runs = np.split(empty, np.flatnonzero(np.diff(empty) > 1) + 1)
    return any(_divides(pixels, int(run[0]), int(run[-1]) + 1) for run in runs if len(run) >= LEAST)


def _divides(pixels: NDArray[np.uint8], top: int, bottom: int) -> bool:
    if top < BESIDE or bottom + BESIDE > len(pixels) or pixels[top:bottom].any():
        return False
    above, below = pixels[top - BESIDE].astype(np.int16), pixels[bottom + BESIDE - 1].astype(np.int16)
    lit = np.minimum(above, below).max(axis=1) > LIT
    return bool(lit.mean() >= PART and np.abs(above - below)[lit].mean() < ALIKE)
