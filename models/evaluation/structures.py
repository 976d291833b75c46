"""Measure the structures network: arteries and veins on AVRDB's centre-lines, optic discs, foveas.

Takes the folder of sets and a `structures.tflite`; prints a line for each set of one split. Vessels are those of the
shipped vessel network.
`python -m models.evaluation.structures --data DIR [--split test] [--file models/structures.tflite] [--sheet FILE]`
"""

import argparse
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from models.evaluation.structure_scores import Report, dice, judge_kinds
from models.evaluation.structure_sheets import tile, write_sheet
from models.training import annotations
from models.training.centre_lines import read_centre_lines
from models.training.labelled import photographs_with_fields
from models.training.structure_sources import left_out
from retina.imaging.arrays import Mask
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import segment
from retina.imaging.structures.finding import Structures, find_structures
from retina.imaging.structures.network import StructureNetwork


def reference_disc(folder: Path, id: str, shape: tuple[int, int]) -> Mask | None:
    """The set's own mask, or the ellipse that was drawn, bool[H,W]."""
    own = folder / "disc" / f"{id}.png"
    if own.exists():
        mask: Any = cv2.imread(str(own), cv2.IMREAD_GRAYSCALE)
        return np.asarray(mask > 127)
    drawn = annotations.discs().get((folder.name, id))
    if drawn is None:
        return None
    ellipse = np.zeros(shape, np.uint8)
    cv2.ellipse(ellipse, ((drawn.x, drawn.y), (drawn.long, drawn.short), drawn.angle), (1,), cv2.FILLED)
    return ellipse > 0


def evaluate(
    data: Path, split: str, file: Path, vessels: Path, sets: list[str], sheet: Path | None, fold: int, folds: int
) -> list[str]:
    """Measure all photographs of `split` that have a reference, or those of them that the fold leaves out."""
    network, vessel_network, report = StructureNetwork(file), VesselNetwork(vessels), Report()
    tiles = []
    wanted = [each for each in photographs_with_fields(data, split) if each[0] in sets]
    if folds:
        without = left_out([each[:2] for each in wanted], fold, folds)
        wanted = [each for each in wanted if each[:2] in without]
    for _, id, path, field in tqdm(wanted, mininterval=10):
        bgr: Any = cv2.imread(str(path))
        rgb = np.ascontiguousarray(bgr[..., ::-1])
        photograph, folder = Photograph(rgb, find_field_of_view(rgb), ""), path.parents[1]
        label, mask = folder / "av" / f"{id}.png", np.zeros(rgb.shape[:2], np.bool_)
        if label.exists() or sheet:
            segmentation = segment(photograph, vessel_network)
            mask = segmentation.vessels
            report.seconds["vessel network"].append(segmentation.network_seconds)
        started = time.perf_counter()
        found = find_structures(photograph, mask, network)
        report.seconds["structures in all"].append(time.perf_counter() - started)
        report.seconds["structures network"].append(found.network_seconds)
        if label.exists():
            report.kinds.append(_kinds(found, mask, label, field))
        _places(report, found, folder, id)
        if sheet:
            tiles.append(tile(rgb, mask, found, id))
    if sheet:
        write_sheet(sheet, tiles)
    return report.lines()


def _kinds(found: Structures, vessels: Mask, label: Path, field: Path) -> NDArray[np.float64]:
    artery, vein = read_centre_lines(label, field)
    return judge_kinds(artery, vein, found.kinds, vessels)


def _places(report: Report, found: Structures, folder: Path, id: str) -> None:
    """Compare disc and fovea with their references, if there are any."""
    reference = reference_disc(folder, id, found.shape)
    if reference is None:
        return
    rows, columns = np.nonzero(reference)
    diameter = 2 * float(np.sqrt(len(rows) / np.pi))
    centre = (columns.mean(), rows.mean())
    report.discs[folder.name].append((dice(found.disc_mask, reference), _away(found.disc, centre) / diameter))
    fovea = annotations.foveas().get((folder.name, id))
    if fovea:
        report.foveas[folder.name].append(_away(found.fovea, fovea) / diameter)


def _away(place: Any, from_: tuple[float, float]) -> float:
    return float(np.hypot(place.x - from_[0], place.y - from_[1])) if place else float("inf")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="test")
    parser.add_argument("--file", type=Path, default=Path("models/structures.tflite"))
    parser.add_argument("--vessels", type=Path, default=Path("models/unet.json"))
    parser.add_argument("--sets", nargs="+", default=["AVRDB", "CHASE_DB1", "FIVES20", "HRF", "IDRID"])
    parser.add_argument("--fold", type=int, default=0)
    parser.add_argument("--folds", type=int, default=0, help="with --split train: those that `--fold` leaves out")
    parser.add_argument("--sheet", type=Path, help="write a PNG of all photographs with what was found")
    print(*evaluate(**vars(parser.parse_args())), sep="\n")


if __name__ == "__main__":
    main()
