"""Gaps: rows in the middle of a photograph that are all zero, as if an uncompressed file had a run of zeros."""

import numpy as np

from retina.imaging.arrays import Rgb

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


def has_gap(rgb: Rgb) -> bool:
    """Whether uint8[H,W,3] continues below rows that are all zero."""
    empty = np.flatnonzero(~rgb[:, ::THIN].any(axis=(1, 2)))
    runs = np.split(empty, np.flatnonzero(np.diff(empty) > 1) + 1)
    return any(_divides(rgb, int(run[0]), int(run[-1]) + 1) for run in runs if len(run) >= LEAST)


def _divides(rgb: Rgb, top: int, bottom: int) -> bool:
    if top < BESIDE or bottom + BESIDE > len(rgb) or rgb[top:bottom].any():
        return False
    above, below = rgb[top - BESIDE].astype(np.int16), rgb[bottom + BESIDE - 1].astype(np.int16)
    lit = np.minimum(above, below).max(axis=1) > LIT
    return bool(lit.mean() >= PART and np.abs(above - below)[lit].mean() < ALIKE)
