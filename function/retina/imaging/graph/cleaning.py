"""Remove from a traced skeleton what thinning made, not the vessels: spurs, doubled joints, tiny rings, specks.

Everything is compared with the vessel's width in that place, so that a photograph twice as large loses the same.
"""

import math
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from retina.imaging.graph.tracing import Path, Trace


def cleaned(found: Trace, radii: NDArray[np.float32]) -> Trace:
    """The trace without artefacts; `radii` float32[P+M] is half the width of the vessel at each point."""
    graph = _Cleaning(found, radii)
    graph.drop_specks()
    graph.drop_rings()
    graph.unite_joints()
    graph.drop_rings()
    graph.drop_spurs()
    graph.join()
    return Trace(graph.points, found.pixels, [path for path in graph.paths if path])


class _Cleaning:
    def __init__(self, found: Trace, radii: NDArray[np.float32]) -> None:
        self.points = found.points.copy()
        self.paths: list[Path | None] = [*found.paths]
        nodes = self.points[found.pixels :]
        self._places: list[tuple[float, float]] = [(x, y) for x, y in nodes.tolist()]
        self._radii: list[float] = radii[found.pixels :].tolist()
        self._first = found.pixels
        self._at: dict[int, set[int]] = defaultdict(set)
        """The paths at each node; one that starts and ends there counts once."""
        for i, (start, end, _) in enumerate(found.paths):
            self._at[start].add(i)
            self._at[end].add(i)

    def drop_specks(self) -> None:
        """Pieces on their own that are no longer than wide."""
        for i, (start, end, points) in self._all():
            if self._is_end(start) and self._is_end(end) and len(points) - 1 < 2 * self._radius(start, end):
                self._drop(i)

    def drop_rings(self) -> None:
        """Rings round holes that are smaller than the vessel is wide: of two paths, the longer one goes."""
        known: dict[tuple[int, int], int] = {}
        for i, (start, end, points) in self._all():
            widest = 2 * math.pi * self._radius(start, end)
            if start == end:
                if len(self._at[start]) > 1 and len(points) < widest:
                    self._drop(i)
                continue
            pair = (min(start, end), max(start, end))
            twin = known.setdefault(pair, i)
            if twin == i:
                continue
            other = self.paths[twin]
            if other and len(other[2]) + len(points) < widest:
                self._drop(i if len(points) > len(other[2]) else twin)
                known[pair] = twin if len(points) > len(other[2]) else i

    def unite_joints(self) -> None:
        """Joints nearer to each other than the vessel's half width are one: a crossing thins to two."""
        for i, (start, end, _) in self._all():
            if start == end or self._is_end(start) or self._is_end(end):
                continue
            if self._apart(start, end) >= self._radius(start, end):
                continue
            self._drop(i)
            (x, y), (u, v) = self._places[start], self._places[end]
            self._places[start] = ((x + u) / 2, (y + v) / 2)
            self._radii[start] = self._radius(start, end)
            for each in [*self._at[end]]:
                a, b, points = self._path(each)
                a, b = start if a == end else a, start if b == end else b
                self._put(each, (a, b, [self._first + a, *points[1:-1], self._first + b]))
            self.points[self._first + start] = self._places[start]

    def drop_spurs(self) -> None:
        """Twigs that end before they have left the vessel, the shortest first; a vessel's own end stays."""
        spurs = []
        for i, (start, end, _) in self._all():
            if self._is_end(start) != self._is_end(end):
                joint = end if self._is_end(start) else start
                length = self._apart(start, end)
                if length < 2 * self._radii[joint]:
                    spurs.append((length, i, joint))
        for _, i, joint in sorted(spurs):
            if len(self._at[joint]) > 2:
                self._drop(i)

    def join(self) -> None:
        """Make one path of two that meet at what is no longer a joint."""
        for node in [*self._at]:
            if len(self._at[node]) != 2:
                continue
            one, other = sorted(self._at[node])
            a, b = self._path(one), self._path(other)
            if a[0] == a[1] or b[0] == b[1]:
                continue
            before = a if a[1] == node else (a[1], a[0], a[2][::-1])
            after = b if b[0] == node else (b[1], b[0], b[2][::-1])
            self._drop(other)
            self._put(one, (before[0], after[1], before[2] + after[2][1:]))

    def _all(self) -> Iterator[tuple[int, Path]]:
        """The paths that are left, each as it is when its turn comes."""
        for i in range(len(self.paths)):
            path = self.paths[i]
            if path:
                yield i, path

    def _path(self, i: int) -> Path:
        return self.paths[i] or (-1, -1, [])

    def _is_end(self, node: int) -> bool:
        [*paths] = self._at[node]
        return len(paths) == 1 and self._path(paths[0])[0] != self._path(paths[0])[1]

    def _radius(self, start: int, end: int) -> float:
        return max(self._radii[start], self._radii[end])

    def _apart(self, start: int, end: int) -> float:
        return math.dist(self._places[start], self._places[end])

    def _drop(self, i: int) -> None:
        start, end, _ = self._path(i)
        self._at[start].discard(i)
        self._at[end].discard(i)
        self.paths[i] = None

    def _put(self, i: int, path: Path) -> None:
        """Replace path `i` by one with other nodes."""
        self._drop(i)
        self.paths[i] = path
        self._at[path[0]].add(i)
        self._at[path[1]].add(i)
