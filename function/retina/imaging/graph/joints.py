"""Joints: where vessels branch, and where an artery and a vein cross, which only their kinds tell.

An artery and a vein that cross make one joint of four segments, or two near each other: where they run together.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retina.imaging.graph.ends import Ends, ends_of
from retina.imaging.graph.turning import Points
from retina.imaging.graph.vessel_graph import VesselGraph
from retina.imaging.structures.artery_vein import ARTERY, UNKNOWN, VEIN

TOGETHER = 5.0
"""How far an artery and a vein that cross may run together, in widths of the wider one: at 25 degrees nearly so far."""

KNOWN = 3
"""How many of a crossing's four segments must be of known kind."""


@dataclass(frozen=True)
class Branchings:
    """B branch points of three segments that are long enough to be measured: `trunk`, `large` and `small` float64[B]
    are their calibres in pixels, the widest first, and `angles` float64[B] those between the two narrower ones, in
    degrees. `nodes` int64[B] are their rows in the graph.
    """

    nodes: NDArray[np.int64]
    trunk: NDArray[np.float64]
    large: NDArray[np.float64]
    small: NDArray[np.float64]
    angles: NDArray[np.float64]

    def only(self, wanted: NDArray[np.bool_]) -> "Branchings":
        """Those that are `wanted` bool[B]."""
        widths = (each[wanted] for each in (self.trunk, self.large, self.small, self.angles))
        return Branchings(self.nodes[wanted], *widths)


@dataclass(frozen=True)
class Joints:
    """What the M nodes of a graph are.

    `branches` and `ends` bool[M] are its branch points and end points. `kinds` uint8[M] is the kind of most of a node's
    segments, if none is of the other kind. `crossings` float64[C,2], (x, y) as the graph's, are the places where an
    artery and a vein cross; their nodes are no branch points.
    """

    branches: NDArray[np.bool_]
    ends: NDArray[np.bool_]
    kinds: NDArray[np.uint8]
    crossings: Points
    branchings: Branchings

    def only(self, nodes: NDArray[np.bool_]) -> "Joints":
        """The same, but branch points and ends only at `nodes` bool[M]."""
        return replace(
            self,
            branches=self.branches & nodes,
            ends=self.ends & nodes,
            branchings=self.branchings.only(nodes[self.branchings.nodes]),
        )


def joints_of(graph: VesselGraph, kinds: NDArray[np.uint8] | None = None) -> Joints:
    """The joints of `graph`; `kinds` uint8[S] are those of its segments, if they are known."""
    return _Joints(graph, np.full(len(graph.lines), UNKNOWN, np.uint8) if kinds is None else kinds).found()


class _Joints:
    def __init__(self, graph: VesselGraph, kinds: NDArray[np.uint8]) -> None:
        self._graph, self._kinds = graph, kinds
        self._order = np.argsort(self.ends.nodes, kind="stable")
        self._first = np.cumsum(graph.degrees) - graph.degrees

    @cached_property
    def ends(self) -> Ends:
        return ends_of(self._graph)

    def found(self) -> Joints:
        degrees, ends = self._graph.degrees, self.ends
        each = self._kinds[ends.segments]
        artery, vein = (np.bincount(ends.nodes, each == kind, len(degrees)) for kind in (ARTERY, VEIN))
        kinds = np.where(vein == 0, np.where(2 * artery > degrees, ARTERY, UNKNOWN), UNKNOWN)
        kinds = np.where((artery == 0) & (2 * vein > degrees), VEIN, kinds).astype(np.uint8)
        crossed = self._crossed()
        nodes = self._graph.nodes
        at = np.zeros(len(degrees), np.bool_)
        at[[node for pair in crossed for node in pair]] = True
        branches = (degrees >= 3) & ~at
        return Joints(
            branches=branches,
            ends=degrees == 1,
            kinds=kinds,
            crossings=np.array([nodes[[*pair]].mean(axis=0) for pair in crossed]).reshape(-1, 2),
            branchings=self._branchings(branches & ((artery == 0) | (vein == 0))),
        )

    def _around(self, nodes: NDArray[np.int64]) -> NDArray[np.int64]:
        """int64[N,D]: the ends at `nodes` int64[N], all of which have D."""
        degree = int(self._graph.degrees[nodes[0]]) if len(nodes) else 1
        return np.asarray(self._order[self._first[nodes][:, None] + np.arange(degree)], np.int64)

    def _branchings(self, branches: NDArray[np.bool_]) -> Branchings:
        nodes = np.flatnonzero(branches & (self._graph.degrees == 3))
        around = self._around(nodes).reshape(-1, 3)
        measurable = self.ends.whole[around].all(axis=1) & (_distinct(self.ends.segments[around]) == 3)
        nodes, around = nodes[measurable], around[measurable]
        around = np.take_along_axis(around, np.argsort(-self.ends.calibres[around], axis=1, kind="stable"), axis=1)
        trunk, large, small = self.ends.calibres[around].T
        one, other = self.ends.directions[around[:, 1]], self.ends.directions[around[:, 2]]
        angles = np.degrees(np.arccos(np.clip((one * other).sum(axis=1), -1, 1)))
        return Branchings(nodes, trunk, large, small, angles)

    def _crossed(self) -> list[tuple[int, ...]]:
        """The node of each crossing, or its two."""
        if not (self._kinds == ARTERY).any() or not (self._kinds == VEIN).any():
            return []
        fours = np.flatnonzero(self._graph.degrees == 4)
        around = self._around(fours).reshape(-1, 4)
        x, y = self.ends.directions[around].transpose(2, 0, 1)
        around = np.take_along_axis(around, np.argsort(np.arctan2(y, x), axis=1, kind="stable"), axis=1)
        pairs = [(node,) for node in fours[self._cross(around)].tolist()]
        return [*pairs, *self._crossed_twice()]

    def _crossed_twice(self) -> list[tuple[int, ...]]:
        """The pairs of nodes between which an artery and a vein run together, the nearest first; none is in two."""
        graph = self._graph
        one, other = graph.starts, graph.ends
        links = np.flatnonzero((graph.degrees[one] == 3) & (graph.degrees[other] == 3) & (one != other))
        around = np.concatenate([self._around(one[links]).reshape(-1, 3), self._around(other[links]).reshape(-1, 3)], 1)
        outer = self.ends.segments[around] != links[:, None]
        plain = (outer[:, :3].sum(axis=1) == 2) & (outer[:, 3:].sum(axis=1) == 2)
        links, around, outer = links[plain], around[plain], outer[plain]
        around = around[outer].reshape(-1, 4)
        widest = self.ends.calibres[around].max(axis=1, initial=0)
        near = graph.lines.lengths[links] <= TOGETHER * widest
        found = links[near & (self._cross(around) | self._cross(around[:, [0, 1, 3, 2]]))]
        taken, pairs = set[int](), list[tuple[int, ...]]()
        for link in found[np.argsort(graph.lines.lengths[found], kind="stable")].tolist():
            pair = int(one[link]), int(other[link])
            if taken.isdisjoint(pair):
                taken.update(pair)
                pairs.append(pair)
        return pairs

    def _cross(self, around: NDArray[np.int64]) -> NDArray[np.bool_]:
        """bool[N]: whether the first of four ends int64[N,4] can be of one vessel with the third, and the second with
        the fourth, one of them an artery and the other a vein.
        """
        kinds = self._kinds[self.ends.segments[around]]
        one, other = (kinds[:, half::2] for half in (0, 1))
        same = [(pair.min(axis=1) == UNKNOWN) | (pair[:, 0] == pair[:, 1]) for pair in (one, other)]
        first, second = one.max(axis=1, initial=UNKNOWN), other.max(axis=1, initial=UNKNOWN)
        differ = (first != second) & (np.minimum(first, second) != UNKNOWN)
        known = np.count_nonzero(kinds != UNKNOWN, axis=1) >= KNOWN
        return np.asarray(same[0] & same[1] & differ & known)


def _distinct(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """int64[N]: how many different values each of the rows int64[N,D] has."""
    return np.asarray(1 + np.count_nonzero(np.diff(np.sort(rows, axis=1), axis=1), axis=1), np.int64)
