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
    found = np.flatnonzero((labels > 0) & (near > 0))
    # Where a segment touches a joint more than once, the last place counts.
    ends = {(int(near.flat[at]), int(labels.flat[at])): int(at) for at in found}
    if not ends:
        return []
    segments, places = np.array([segment for _, segment in ends]), np.array([*ends.values()])
    directions: dict[int, dict[int, NDArray[np.float64]]] = defaultdict(dict)
    for (joint, segment), direction in zip(ends, _directions(labels, segments, places), strict=True):
        directions[joint][segment] = direction
    return [
        (one, other, max(0.0, -float(ends[one] @ ends[other])))
        for ends in directions.values()
        for one, other in combinations(ends, 2)
    ]


def _directions(
    labels: NDArray[np.int32], segments: NDArray[np.int64], places: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Unit vectors float64[N,2] (row, column) from `places` int64[N], as flat indices, into the `segments` int64[N]."""
    width = labels.shape[1]
    pixels = np.flatnonzero(labels)
    owners = labels.flat[pixels]
    pixels = pixels[np.argsort(owners, kind="stable")]
    bounds = np.concatenate([[0, 0], np.cumsum(np.bincount(owners)[1:])])  # of the pixels of each segment
    first, sizes = bounds[segments], bounds[segments + 1] - bounds[segments]
    # All pixels of all the segments in one array, and for each the number of its place.
    starts = np.cumsum(sizes) - sizes
    number = np.repeat(np.arange(len(segments)), sizes)
    own = pixels[np.arange(len(number)) + (first - starts)[number]]
    at = places[number]
    down, across = own // width - at // width, own % width - at % width
    close = (np.abs(down) <= REACH) & (np.abs(across) <= REACH)
    number = number[close]
    count = np.bincount(number, minlength=len(segments))
    sums = [np.bincount(number, away[close], len(segments)) for away in (down, across)]
    mean = np.stack(sums, axis=1) / count[:, None]
    return np.asarray(mean / np.maximum(np.hypot(mean[:, 0], mean[:, 1]), 1e-6)[:, None])
