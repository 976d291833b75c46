"""What the service and PVBM measure in drawn shapes whose measures are known.

A straight line that lies askew, a wave, three forks, a cross, and Koch's curve, drawn 5 pixels wide. Prints each figure
that is known from geometry beside both tools'. PVBM is looked for as by `models.evaluation.pvbm_values`, and told that
the disc lies where the shape begins; one of the three forks begins there.

`python -m models.evaluation.drawn_shapes [--pvbm DIR]`
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.evaluation.pvbm_values import MissingError, Peer, following_deeply, pvbm
from retina.imaging.arrays import Mask
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.registry import measure

SIDE = 1024
WIDTH = 5
FINE = 16
"""Parts of a pixel in which OpenCV takes coordinates, with a shift of 4 bits."""

Polyline = NDArray[np.float64]
"""float64[N,2], (x, y)."""


@dataclass(frozen=True)
class Shape:
    """Lines, and what is known of them by name of measurement; `length` in pixels. Vessels start at `root`."""

    name: str
    lines: tuple[Polyline, ...]
    known: Mapping[str, float]
    root: tuple[float, float]

    def mask(self) -> Mask:
        """bool[SIDE,SIDE]."""
        picture = np.zeros((SIDE, SIDE), np.uint8)
        for line in self.lines:
            points = np.rint(line * FINE).astype(np.int32)
            cv2.polylines(picture, [points], False, (1,), WIDTH, cv2.LINE_8, 4)
        return picture.view(np.bool_)


def ray(start: tuple[float, float], degrees: float, length: float) -> Polyline:
    """A straight line."""
    turn = np.radians(degrees)
    return np.array([start, (start[0] + length * np.cos(turn), start[1] + length * np.sin(turn))])


def fork(y: float) -> tuple[Polyline, Polyline, Polyline]:
    """A trunk of 312 pixels from the left, and two branches of 200."""
    return ray((200, y), 0, 312), ray((512, y), 37.5, 200), ray((512, y), -37.5, 200)


def wave() -> Polyline:
    """Two periods of a sine with an amplitude of a tenth of its length."""
    x = np.linspace(0, 800, 2001)
    return np.stack([100 + x, 512 + 80 * np.sin(2 * np.pi * x / 400)], axis=1)


def koch(depth: int) -> Polyline:
    """Koch's curve 810 pixels wide, of dimension log 4 / log 3."""
    points = np.array([107 + 700j, 917 + 700j])
    for _ in range(depth):
        start, step = points[:-1], np.diff(points) / 3
        peak = start + step + step * np.exp(-1j * np.pi / 3)
        points = np.append(np.stack([start, start + step, peak, start + 2 * step], axis=1).ravel(), points[-1])
    return np.stack([points.real, points.imag], axis=1)


def length_of(line: Polyline) -> float:
    """Of all its steps together."""
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def shapes() -> list[Shape]:
    """All of them."""
    winding = length_of(wave())
    centre = (512.0, 512.0)
    return [
        Shape(
            "line at 22.5 degrees",
            (ray((150, 300), 22.5, 700),),
            {"length": 700, "tortuosity": 1, "end_points": 2, "branch_points": 0, "fractal_dimension": 1},
            (150, 300),
        ),
        Shape("wave", (wave(),), {"length": winding, "tortuosity": winding / 800, "end_points": 2}, (100, 512)),
        Shape(
            "three forks of 75 degrees",
            tuple(line for y in (180, 512, 844) for line in fork(y)),
            {"length": 3 * 712, "end_points": 9, "branch_points": 3, "branching_angle": 75},
            (200, 512),
        ),
        Shape(
            "cross",
            tuple(ray(centre, each, 350) for each in (10, 100, 190, 280)),
            {"length": 1400, "end_points": 4, "branch_points": 1},
            (512 - 345, 512 - 61),
        ),
        Shape("Koch's curve", (koch(5),), {"fractal_dimension": float(np.log(4) / np.log(3))}, (107, 700)),
    ]


PEERS = {
    "length": ("tree_length", "skeleton_chords"),
    "tortuosity": ("tree_tortuosity_index", "tree_median_tortuosity", "skeleton_median_tortuosity"),
    "end_points": ("tree_end_points", "skeleton_end_points"),
    "branch_points": ("tree_intersections", "skeleton_intersections"),
    "branching_angle": ("tree_median_angle",),
    "fractal_dimension": ("d0",),
}
"""PVBM's columns by what is known of a shape."""


def own(vessels: Mask) -> dict[str, float | None]:
    """The service's measurements, and the length, of a mask whose field of view is the whole picture."""
    corners = np.array([(0, 0), (SIDE - 1, 0), (SIDE - 1, SIDE - 1), (0, SIDE - 1)])
    observation = Observation(vessels, FieldOfView(0, 0, SIDE, SIDE, corners, "disc", 1.0))
    return {**measure(observation).values, "length": float(observation.graph.lines.lengths.sum())}


def lines_of(peer: Peer | None) -> list[str]:
    """The table; without PVBM its column is empty."""
    lines = ["| shape | figure | known | here | PVBM |", "|---|---|---|---|---|"]
    for shape in shapes():
        vessels = shape.mask()
        here, there = own(vessels), peer(vessels, shape.root, 10) if peer else {}
        for name, value in shape.known.items():
            mine = here.get(name)
            cells = [f"{value:.4g}", "" if mine is None else f"{mine:.4g}"]
            others = [f"{there[each]:.4g} `{each}`" for each in PEERS[name] if each in there]
            lines.append(f"| {shape.name} | {name.replace('_', ' ')} | {' | '.join(cells)} | {', '.join(others)} |")
    return lines


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pvbm", type=Path, help="a folder that PVBM was installed into")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    peer = None
    try:
        peer = pvbm(arguments.pvbm)
    except MissingError as error:
        print(f"{error}.")
    following_deeply(lambda: print(*lines_of(peer), sep="\n"))


if __name__ == "__main__":
    main()
