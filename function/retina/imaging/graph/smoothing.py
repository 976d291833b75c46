"""Smooth lines: the paths of a trace without the stairs of their pixels, and what is measured on lines alone."""

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retina.imaging.graph.tracing import Trace
from retina.imaging.graph.turning import Points

ROUNDS = 4
"""Of smoothing, until half the points are left out."""

SPACING = 1.5
"""Between the points of a smooth line, in deviations of its Gaussian."""


@dataclass(frozen=True)
class Lines:
    """S lines one after the other: line i has the `points` float64[N,2], (x, y), from `bounds[i]` to `bounds[i + 1]`.

    `bounds` is int64[S+1]. Each line has two points or more.
    """

    points: Points
    bounds: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @cached_property
    def last(self) -> NDArray[np.bool_]:
        """bool[N]: the last point of its line."""
        last = np.zeros(len(self.points), np.bool_)
        last[self.bounds[1:] - 1] = True
        return last

    @cached_property
    def owners(self) -> NDArray[np.int64]:
        """int64[N]: the line of each point."""
        return np.repeat(np.arange(len(self)), np.diff(self.bounds))

    @cached_property
    def steps(self) -> NDArray[np.float64]:
        """float64[N]: from each point to the next of its line, 0 from the last one."""
        steps = np.zeros(len(self.points))
        steps[:-1] = np.hypot(*np.diff(self.points, axis=0).T)
        steps[self.last] = 0
        return steps

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """float64[N]: the length of line that each point stands for, half the steps on both its sides."""
        weights = self.steps / 2
        weights[1:] += self.steps[:-1] / 2
        return weights

    @cached_property
    def lengths(self) -> NDArray[np.float64]:
        """float64[S]: the length of each line, in pixels."""
        return self.sums(self.steps)

    @cached_property
    def along(self) -> NDArray[np.float64]:
        """float64[N]: the way from the start of its line to each point."""
        way = np.concatenate([[0.0], np.cumsum(self.steps)[:-1]]) if len(self.points) else np.zeros(0)
        return way - way[self.bounds[:-1]][self.owners]

    @cached_property
    def chords(self) -> NDArray[np.float64]:
        """float64[S]: the straight distance between the ends of each line, in pixels."""
        return np.asarray(np.hypot(*(self.points[self.bounds[1:] - 1] - self.points[self.bounds[:-1]]).T))

    @cached_property
    def directions(self) -> Points:
        """float64[N,2]: unit vectors along the line at each point."""
        points, last = self.points, self.last
        ahead = np.zeros_like(points)
        ahead[:-1] = np.diff(points, axis=0)
        ahead[last] = 0
        along = ahead.copy()
        along[1:] += ahead[:-1]
        return np.asarray(along / np.maximum(np.hypot(*along.T), 1e-9)[:, None])

    @cached_property
    def curvatures(self) -> NDArray[np.float64]:
        """float64[N]: by how much the direction turns at each point, in radians a pixel; 0 at the ends of a line.

        Positive where the line turns from x to y, that is clockwise as a picture is seen.
        """
        turning = np.zeros(len(self.points))
        ahead = np.diff(self.points, axis=0)
        before, after = ahead[:-1], ahead[1:]
        cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
        turning[1:-1] = np.arctan2(cross, (before * after).sum(axis=1))
        turning[self.last] = 0
        turning[self.bounds[:-1]] = 0
        return turning / np.maximum(self.weights, 1e-9)

    def only(self, wanted: NDArray[np.bool_]) -> "Lines":
        """The lines that are `wanted` bool[S]."""
        counts = np.diff(self.bounds)[wanted]
        return Lines(self.points[wanted[self.owners]], np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[S]: the sum of `values` float64[N] over the points of each line."""
        return np.bincount(self.owners, values, len(self)).astype(np.float64)

    def means(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[S]: the mean of `values` float64[N] along each line."""
        return self.sums(values * self.weights) / np.maximum(self.lengths, 1e-9)


def smooth(found: Trace, sigma: float) -> Lines:
    """The paths of a trace smoothed by a Gaussian of deviation `sigma` in pixels; their ends stay where they are."""
    counts = np.array([len(path) for _, _, path in found.paths], np.int64)
    flat = np.fromiter(itertools.chain.from_iterable(path for _, _, path in found.paths), np.int64, counts.sum())
    bounds = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    points = found.points[flat]
    left, spacing = sigma**2, 1.0
    while True:
        rounds = round(2 * left / spacing**2)
        enough = rounds <= 2 * ROUNDS
        points = _smoothed(points, bounds, rounds if enough else ROUNDS)
        if enough:
            break
        # What is smooth already needs half the points, and each further round does four times as much.
        left -= ROUNDS * spacing**2 / 2
        points, bounds = _thinned(points, bounds, 2)
        spacing *= 2
    return Lines(*_thinned(points, bounds, max(1, round(SPACING * sigma / spacing))))


def _smoothed(points: Points, bounds: NDArray[np.int64], rounds: int) -> Points:
    """Each round has a variance of one half. Holding the ends keeps straight lines straight."""
    held = np.concatenate([bounds[:-1], bounds[1:] - 1])
    columns = []
    for column in points.T:
        values = np.ascontiguousarray(column)
        ends = values[held]
        for _ in range(rounds):
            values[1:-1] = values[1:-1] / 2 + (values[:-2] + values[2:]) / 4
            values[held] = ends
        columns.append(values)
    return np.stack(columns, axis=1)


def _thinned(points: Points, bounds: NDArray[np.int64], every: int) -> tuple[Points, NDArray[np.int64]]:
    """Only every so-manieth point of each line, and its last, with the new bounds."""
    counts = np.diff(bounds)
    owners = np.repeat(np.arange(len(counts)), counts)
    position = np.arange(len(points)) - bounds[:-1][owners]
    left = counts[owners] - 1 - position
    keep = ((position % every == 0) & ((left >= every / 2) | (position == 0))) | (left == 0)
    kept = np.bincount(owners[keep], minlength=len(counts))
    return points[keep], np.concatenate([[0], np.cumsum(kept)]).astype(np.int64)
