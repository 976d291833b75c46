"""Measure reference masks with PVBM, a toolbox for vasculature biomarkers, to hold its values against the service's.

PVBM (Fhima et al. 2022, arXiv:2208.00392; `pip install --no-deps pvbm`) is no dependency: it is taken from `--pvbm`, a
folder that was installed into, or from Python's own path. A field of view of more than 1,200 pixels is made 1,024 wide
first, because PVBM takes minutes for larger ones; the service's measurements are then taken of the same copy. Columns
`tree_...` come from PVBM's present `GeometryAnalysis`, which follows the vessels from the drawn disc, `skeleton_...`
from its older `GeometricalAnalysis`, which takes the whole skeleton, and `d0`, `d1`, `d2` from `FractalAnalysis`, in
one orientation. An interrupted run continues where it stopped.

`python -m models.evaluation.pvbm_values --data DIR --values FILE.csv [--pvbm DIR] [--sets CHASE_DB1 HRF FIVES20]`
"""

import argparse
import csv
import importlib
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from models.training import annotations
from models.training.annotations import Ellipse
from models.training.labelled import read_mask, read_sets
from retina.imaging.arrays import Mask
from retina.imaging.field_of_view import FieldOfView, find_field_of_view
from retina.imaging.skeleton import skeletonise

LARGE, SIDE = 1200, 1024
"""A field of view of more pixels than the first is made as wide as the second."""

PROBABILITIES = (0.0001, 0.9999)
"""Boxes that PVBM's fractal dimensions take, by their share of vessel; those of its own example."""

TREE = (
    *("tree_area", "tree_tortuosity_index", "tree_median_tortuosity", "tree_length", "tree_median_angle"),
    *("tree_start_points", "tree_end_points", "tree_intersections"),
)
SKELETON = ("skeleton_end_points", "skeleton_intersections", "skeleton_median_tortuosity", "skeleton_chords")
FRACTAL = ("d0", "d1", "d2")
PVBM = (*TREE, *SKELETON, *FRACTAL)
STACK, DEPTH = 512 * 2**20, 10**6
"""Bytes and calls: PVBM follows the pixels of a vessel by recursion."""


class Points(list[tuple[int, int]]):
    """A list in which a point is found at once: PVBM asks for each pixel whether it is in its list of joints."""

    def __init__(self, points: Iterable[tuple[int, int]]) -> None:
        super().__init__(points)
        self._known = frozenset(self)

    def __contains__(self, point: object) -> bool:
        return point in self._known


class MissingError(Exception):
    """PVBM is not installed; the message says what to do."""


Peer = Callable[[Mask, tuple[float, float], float], dict[str, float]]
"""PVBM's figures by column, of a mask bool[H,W], with the disc's centre (x, y) and radius in pixels."""


def pvbm(folder: Path | None) -> Peer:
    """PVBM itself.

    Raises `MissingError` if it cannot be imported.
    """
    if folder:
        sys.path.append(str(folder))
    try:
        trees: Any = importlib.import_module("PVBM.GeometryAnalysis").GeometricalVBMs()
        skeletons: Any = importlib.import_module("PVBM.GeometricalAnalysis").GeometricalVBMs()
        connections: Any = importlib.import_module("PVBM.helpers.tortuosity")
        fractals: Any = importlib.import_module("PVBM.FractalAnalysis").MultifractalVBMs(
            optimize=False, min_proba=PROBABILITIES[0], maxproba=PROBABILITIES[1]
        )
    except ModuleNotFoundError as error:
        raise MissingError(
            f"PVBM cannot be imported ({error}); install it outside the project by "
            "`pip install --no-deps --target DIR pvbm` and give `--pvbm DIR`"
        ) from error

    connect = connections.connected_pixels
    connections.connected_pixels = lambda skeleton, points: connect(skeleton, Points(points))

    def figures(vessels: Mask, centre: tuple[float, float], radius: float) -> dict[str, float]:
        mask = vessels.astype(np.int64)
        skeleton = skeletonise(vessels).astype(np.int64)
        tree, _ = trees.compute_geomVBMs(mask, skeleton, *(round(place) for place in centre), round(radius))
        ends, crossings, *_ = skeletons.compute_particular_points(skeleton)
        tortuosity, chords, *_ = skeletons.compute_tortuosity_length(skeleton)
        found = [
            *tree,
            ends,
            crossings,
            tortuosity,
            chords,
            *fractals.compute_multifractals(mask.astype(np.float64))[:3],
        ]
        return dict(zip(PVBM, (float(each) for each in found), strict=True))

    return figures


def working_copy(rgb: Path, vessels: Mask, disc: Ellipse) -> tuple[Mask, FieldOfView, tuple[float, float], float]:
    """A mask bool[H,W] as both tools get it, its field of view, and the disc's centre and radius, in its pixels."""
    picture: Any = cv2.imread(str(rgb))
    side = find_field_of_view(np.ascontiguousarray(picture[..., ::-1])).side
    scale = SIDE / side if side > LARGE else 1.0
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        levels = vessels.view(np.uint8) * np.uint8(255)
        vessels = np.asarray(cv2.resize(levels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) > 127)
    view = find_field_of_view(np.ascontiguousarray(picture[..., ::-1]))
    radius = float(np.sqrt(disc.long * disc.short)) / 2 * scale
    return vessels & view.mask(vessels.shape[:2]), view, (disc.x * scale, disc.y * scale), radius


def following_deeply(work: Callable[[], None]) -> None:
    """Do `work` in a thread that may call as deeply as PVBM does."""
    threading.stack_size(STACK)
    sys.setrecursionlimit(DEPTH)
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()


def run(arguments: argparse.Namespace, peer: Peer) -> None:
    """Measure what is not yet in the file."""
    columns = ("set", "photograph", *PVBM)
    file: Path = arguments.values
    done = set()
    if file.exists():
        with file.open(newline="") as lines:
            done = {(row["set"], row["photograph"]) for row in csv.DictReader(lines)}
    discs = annotations.discs()
    sets = read_sets(arguments.data, arguments.sets, "all")
    wanted = [(name, each) for name, found in sets.items() for each in found if (name, each.id) not in done]
    with file.open("a", newline="") as lines:
        writer = csv.DictWriter(lines, columns, lineterminator="\n")
        if not done:
            writer.writeheader()
        for name, each in tqdm(wanted, mininterval=10):
            disc = discs.get((name, each.id))
            if disc:
                vessels, _, centre, radius = working_copy(each.photograph, read_mask(each.vessels), disc)
                writer.writerow({"set": name, "photograph": each.id, **peer(vessels, centre, radius)})
                lines.flush()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--values", type=Path, required=True)
    parser.add_argument("--pvbm", type=Path, help="a folder that PVBM was installed into")
    parser.add_argument("--sets", nargs="+", default=["CHASE_DB1", "FIVES20", "HRF"])
    arguments = parser.parse_args()
    try:
        peer = pvbm(arguments.pvbm)
    except MissingError as error:
        parser.error(str(error))
    cv2.setNumThreads(1)
    following_deeply(lambda: run(arguments, peer))


if __name__ == "__main__":
    main()
