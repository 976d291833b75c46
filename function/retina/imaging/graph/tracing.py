"""Follow a skeleton from joint to joint: `trace` takes it as bool[H,W] and returns the paths between nodes.

Neighbours are pixels that share a side, and pixels that share a corner unless a third one joins them by its sides. A
pixel with three neighbours or more is part of a joint, one with a single neighbour is an end.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask
from retina.imaging.graph.turning import Points

_SIDES = ((-1, 0), (0, 1), (1, 0), (0, -1))
_CORNERS = ((-1, 1), (1, 1), (1, -1), (-1, -1))
"""Corner i lies between sides i and i + 1, as (row, column)."""


Path = tuple[int, int, list[int]]
"""The nodes where it starts and ends, and its points in order, the two nodes' own first and last."""


@dataclass(frozen=True)
class Trace:
    """What was found along a skeleton.

    `points` float64[P+M,2] are the (x, y) of its P pixels and then of the M nodes: the centres of joints, the ends, and
    for each ring without a joint the pixel where its path starts and ends. Paths name points by their row.
    """

    points: Points
    pixels: int
    paths: list[Path]


def trace(skeleton: Mask) -> Trace:
    """Follow every line of `skeleton`. A pixel without a neighbour is no line and left out."""
    lines = np.pad(skeleton, 1)
    flat, width = lines.ravel(), lines.shape[1]
    places = np.flatnonzero(flat)
    number = np.zeros(flat.size, np.int32)
    number[places] = np.arange(len(places))
    sides = [flat[places + row * width + column] for row, column in _SIDES]
    corners = [
        flat[places + row * width + column] & ~sides[i] & ~sides[(i + 1) % 4]
        for i, (row, column) in enumerate(_CORNERS)
    ]
    joined = np.stack([*sides, *corners])
    steps = np.array([row * width + column for row, column in (*_SIDES, *_CORNERS)])
    neighbours = np.where(joined, number[places + steps[:, None]], -1)
    degree = joined.sum(axis=0)
    pixels = np.stack([places % width - 1, places // width - 1], axis=1)
    joint = degree >= 3
    owner = _joints(np.flatnonzero(joint), neighbours)
    return _Walk(pixels, neighbours, degree, owner).trace()


def _joints(branching: NDArray[np.intp], neighbours: NDArray[np.int32]) -> dict[int, int]:
    """The number of its joint for each branching pixel; those that touch are one joint."""
    near = dict(zip(branching.tolist(), neighbours[:, branching].T.tolist(), strict=True))
    owner: dict[int, int] = {}
    count = 0
    for first in near:
        if first in owner:
            continue
        owner[first], waiting = count, [first]
        while waiting:
            for pixel in near[waiting.pop()]:
                if pixel in near and pixel not in owner:
                    owner[pixel] = count
                    waiting.append(pixel)
        count += 1
    return owner


class _Walk:
    """Walks along the pixels that have one neighbour or two. Plain lists, because it takes one step at a time."""

    def __init__(
        self,
        pixels: NDArray[np.int64],
        neighbours: NDArray[np.int32],
        degree: NDArray[np.int64],
        owner: dict[int, int],
    ) -> None:
        self._pixels, self._owner, self._neighbours = pixels, owner, neighbours
        self._degree = degree
        one = neighbours.max(axis=0)
        other = np.where(degree == 2, np.where(neighbours >= 0, neighbours, 0).sum(axis=0) - one, -1)
        self._one: list[int] = one.tolist()
        self._other: list[int] = other.tolist()
        self._count = len(self._one)
        self._done = bytearray(self._count)
        self._paths: list[Path] = []
        self._nodes: list[tuple[float, float]] = []

    def trace(self) -> Trace:
        branching = np.array([*self._owner], np.int64)
        joints = np.array([*self._owner.values()], np.int64)
        counts = np.maximum(np.bincount(joints), 1)
        x, y = (np.bincount(joints, column) / counts for column in self._pixels[branching].T)
        self._nodes = [*zip(x.tolist(), y.tolist(), strict=True)]
        around = self._neighbours[:, branching].T.tolist()
        for (pixel, joint), near in zip(self._owner.items(), around, strict=True):
            for next_ in near:
                if next_ >= 0 and next_ not in self._owner and not self._done[next_]:
                    self._follow(joint, pixel, next_)
        for pixel in np.flatnonzero(self._degree == 1).tolist():
            if not self._done[pixel]:
                self._follow(self._node(pixel), -1, pixel)
        for pixel in np.flatnonzero(self._degree == 2).tolist():
            if not self._done[pixel]:
                self._ring(pixel)
        nodes = np.array(self._nodes, np.float64).reshape(-1, 2)
        return Trace(np.concatenate([self._pixels, nodes]), self._count, self._paths)

    def _node(self, pixel: int) -> int:
        """A new node at this pixel."""
        x, y = self._pixels[pixel].tolist()
        self._nodes.append((x, y))
        return len(self._nodes) - 1

    def _follow(self, start: int, before: int, pixel: int) -> None:
        """Add the path from node `start` that enters `pixel` from the pixel `before`, -1 if it starts there."""
        one, other, done, owner = self._one, self._other, self._done, self._owner
        path, first = [self._count + start], 1 if before < 0 else 0
        while pixel >= 0 and pixel not in owner:
            path.append(pixel)
            done[pixel] = 1
            before, pixel = pixel, (other[pixel] if one[pixel] == before else one[pixel])
        if first:
            del path[1]  # the node's own pixel
        end = owner[pixel] if pixel >= 0 else self._node(path.pop())
        self._paths.append((start, end, [*path, self._count + end]))

    def _ring(self, first: int) -> None:
        """Add the path round a ring that has no joint."""
        node = self._node(first)
        path, pixel, before = [], first, self._other[first]
        while not self._done[pixel]:
            path.append(pixel)
            self._done[pixel] = 1
            before, pixel = pixel, (self._other[pixel] if self._one[pixel] == before else self._one[pixel])
        self._paths.append((node, node, [self._count + node, *path[1:], self._count + node]))
