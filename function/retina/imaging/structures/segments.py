"""The vessels as lines between joints: `Segments` are pieces of the skeleton without a branching or crossing.

Takes the skeleton bool[h,w] and says which pieces meet, and how straight one continues another.
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask

REACH = 10
"""Pixels of a segment, counted from the joint, that tell its direction there."""

_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Segments:
    """`labels` int32[h,w]: 0 nothing, else the number of the segment, from 1 to `count`.

    `meetings` are (segment, segment, straightness): 1 if one continues the other straight on, 0 if they meet at a
    right angle or less.
    """

    labels: NDArray[np.int32]
    count: int
    meetings: tuple[tuple[int, int, float], ...]


def segments_of(skeleton: Mask) -> Segments:
    """Cut the skeleton bool[h,w] at its joints, which are pixels with three or more neighbours."""
    lines = skeleton.view(np.uint8)
    around = cv2.filter2D(lines, cv2.CV_8U, np.ones((3, 3), np.float32), borderType=cv2.BORDER_CONSTANT)
    joints = np.asarray(cv2.dilate(((around >= 4) & skeleton).astype(np.uint8), _SQUARE), np.uint8)
    count, found = cv2.connectedComponents(cv2.subtract(lines, joints), connectivity=8)
    labels = np.asarray(found, np.int32)
    return Segments(labels, count - 1, tuple(_meetings(labels, joints)))


def _meetings(labels: NDArray[np.int32], joints: NDArray[np.uint8]) -> list[tuple[int, int, float]]:
    _, numbers = cv2.connectedComponents(joints, connectivity=8)
    near = cv2.dilate(numbers.astype(np.float32), _SQUARE).astype(np.int32)
    rows, columns = np.nonzero((labels > 0) & (near > 0))
    pixels = _pixels(labels)
    directions: dict[int, dict[int, NDArray[np.float64]]] = defaultdict(dict)
    for row, column in zip(rows, columns, strict=True):
        segment, joint = int(labels[row, column]), int(near[row, column])
        away = pixels[segment] - (row, column)
        close = away[(np.abs(away) <= REACH).all(axis=1)].mean(axis=0)
        directions[joint][segment] = close / max(float(np.hypot(*close)), 1e-6)
    return [
        (one, other, max(0.0, -float(ends[one] @ ends[other])))
        for ends in directions.values()
        for one, other in combinations(ends, 2)
    ]


def _pixels(labels: NDArray[np.int32]) -> list[NDArray[np.int64]]:
    """The pixels int64[N,2] (row, column) of each label, the first being that of nothing, which is empty."""
    places = np.argwhere(labels > 0)
    owners = labels[labels > 0]
    order = np.argsort(owners, kind="stable")
    bounds = np.searchsorted(owners[order], np.arange(1, int(labels.max()) + 1))
    return [np.zeros((0, 2), np.int64), *np.split(places[order], bounds[1:])] if len(places) else [places]
