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


def _joined(code: int) -> list[int]:
    """The numbers of the neighbours that a pixel is joined to: of `code`, bit i for neighbour i, those that count."""
    sides = [bool(code >> i & 1) for i in range(4)]
    corners = [bool(code >> i + 4 & 1) and not sides[i] and not sides[(i + 1) % 4] for i in range(4)]
    return [i for i, each in enumerate((*sides, *corners)) if each]


_NEIGHBOURS = [_joined(code) for code in range(256)]
_DEGREE = np.array([len(each) for each in _NEIGHBOURS])
_FIRST, _SECOND = (np.array([each[i] if len(each) > i else 8 for each in _NEIGHBOURS]) for i in (0, 1))
"""By code: how many neighbours a pixel is joined to, and the first two of them; 8 is none."""


def trace(skeleton: Mask) -> Trace:
    """Follow every line of `skeleton`. A pixel without a neighbour is no line and left out."""
    lines = np.pad(skeleton, 1)
    flat, width = lines.ravel().view(np.uint8), lines.shape[1]
    steps = np.array([row * width + column for row, column in (*_SIDES, *_CORNERS, (0, 0))])
    places = np.flatnonzero(lines)
    codes = np.zeros(len(places), np.uint8)
    for i, step in enumerate(steps[:8]):
        codes |= flat[places + step] << np.uint8(i)
    joint = _DEGREE[codes] >= 3
    # The pixels between joints come first, so that the number of a pixel says what it is.
    order = np.concatenate([np.flatnonzero(~joint), np.flatnonzero(joint)])
    places, codes, between = places[order], codes[order], len(order) - int(np.count_nonzero(joint))
    number = np.empty(flat.size, np.int32)
    number[places] = np.arange(len(places))
    pixels = np.stack([places % width - 1, places // width - 1], axis=1)
    line, beyond = slice(between), len(places)
    one, other = (
        np.where(first[codes[line]] < 8, number[places[line] + steps[first[codes[line]]]], beyond)
        for first in (_FIRST, _SECOND)
    )
    around = {
        pixel: number[place + steps[_NEIGHBOURS[code]]].tolist()
        for pixel, place, code in zip(range(between, len(places)), places[between:], codes[between:], strict=True)
    }
    return _Walk(pixels, one, other, around).trace()


def _joints(around: dict[int, list[int]]) -> dict[int, int]:
    """The number of its joint for each branching pixel; those that touch are one joint."""
    owner: dict[int, int] = {}
    count = 0
    for first in around:
        if first in owner:
            continue
        owner[first], waiting = count, [first]
        while waiting:
            for pixel in around[waiting.pop()]:
                if pixel in around and pixel not in owner:
                    owner[pixel] = count
                    waiting.append(pixel)
        count += 1
    return owner


class _Walk:
    """Walks along the pixels that have one neighbour or two. Plain lists, because it takes one step at a time.

    `one` and `other` int32[N] are the neighbours of the first N pixels, as many as there are pixels where there is
    none; `around` has those of the rest, which branch.
    """

    def __init__(
        self,
        pixels: NDArray[np.int64],
        one: NDArray[np.int32],
        other: NDArray[np.int32],
        around: dict[int, list[int]],
    ) -> None:
        self._pixels, self._one, self._other, self._around = pixels, one, other, around
        self._count, self._between = len(pixels), len(one)
        self._both: list[int] = (one + other).tolist()
        """Less the neighbour from which one comes, it is the one to which one goes."""
        self._owner = _joints(around)
        self._done = bytearray(self._between)
        self._paths: list[Path] = []
        self._nodes: list[tuple[float, float]] = []

    def trace(self) -> Trace:
        branching, joints = (np.array([*each], np.int64) for each in (self._owner, self._owner.values()))
        counts = np.maximum(np.bincount(joints), 1)
        x, y = (np.bincount(joints, column) / counts for column in self._pixels[branching].T)
        self._nodes = [*zip(x.tolist(), y.tolist(), strict=True)]
        for pixel, joint in self._owner.items():
            for next_ in self._around[pixel]:
                if next_ < self._between and not self._done[next_]:
                    self._follow(joint, pixel, next_)
        single = (self._other == self._count) & (self._one < self._count)
        for pixel in np.flatnonzero(single).tolist():
            if not self._done[pixel]:
                self._follow(self._node(pixel), self._count, pixel)
        for pixel in np.flatnonzero(self._other < self._count).tolist():
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
        """Add the path from node `start` that enters `pixel` from `before`, which is no pixel if it starts there."""
        both, done, between = self._both, self._done, self._between
        path = [self._count + start]
        if before == self._count:  # the pixel is the node's own
            done[pixel] = 1
            before, pixel = pixel, both[pixel] - before
        while pixel < between:
            path.append(pixel)
            done[pixel] = 1
            before, pixel = pixel, both[pixel] - before
        end = self._owner[pixel] if pixel < self._count else self._node(path.pop())
        path.append(self._count + end)
        self._paths.append((start, end, path))

    def _ring(self, first: int) -> None:
        """Add the path round a ring that has no joint."""
        node = self._node(first)
        path, before, pixel = [], int(min(self._one[first], self._other[first])), first
        while not self._done[pixel]:
            path.append(pixel)
            self._done[pixel] = 1
            before, pixel = pixel, self._both[pixel] - before
        self._paths.append((node, node, [self._count + node, *path[1:], self._count + node]))
