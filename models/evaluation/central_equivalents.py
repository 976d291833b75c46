"""How far the central equivalents and their ratio are off where arteries and veins are told apart by the network.

Takes the folder with AVRDB. Each photograph is measured twice on the shipped vessel network's graph: with kinds and
disc from the structures network, and with the kinds of the drawn centre-lines and the disc that was drawn. Calibres are
the same in both, because AVRDB's strokes are wider than its vessels; what is measured is what wrong kinds, unknown ones
and a misplaced zone do. Errors have an interval of 95 % over photographs, by the bootstrap. Nothing is trained.

The structures network has learned from the photographs of the train split, so these say how it fits, not how it serves.
`python -m models.evaluation.central_equivalents --data DIR [--split test]`
"""

import argparse
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap
from tqdm import tqdm

from models.evaluation.measuring import read_photograph
from models.training import annotations
from models.training.centre_lines import read_centre_lines
from models.training.labelled import photographs_with_fields
from retina.imaging.arrays import Mask
from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.registry import Measured, measure
from retina.imaging.network import VesselNetwork
from retina.imaging.segmentation import segment
from retina.imaging.structures.artery_vein import ARTERY, VEIN, Kinds
from retina.imaging.structures.disc import Disc
from retina.imaging.structures.finding import find_structures
from retina.imaging.structures.network import StructureNetwork

NAMES = ("crae", "crve", "avr")
REACH = 6
"""A vessel pixel has the kind of a drawn centre-line that is at most so many pixels away."""


def drawn_kinds(artery: Mask, vein: Mask) -> Kinds:
    """The kind of each pixel near a centre-line bool[H,W], uint8[H,W]."""
    to_artery, to_vein = (
        cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5) for line in (artery, vein)
    )
    kinds = np.zeros(artery.shape, np.uint8)
    kinds[(to_artery <= REACH) & (to_artery < to_vein)] = ARTERY
    kinds[(to_vein <= REACH) & (to_vein < to_artery)] = VEIN
    return kinds


def both(path: Path, field: Path, vessels: VesselNetwork, network: StructureNetwork) -> tuple[Measured, Measured]:
    """The measurements of one photograph, with what was found and with what was drawn."""
    photograph = read_photograph(path)
    segmentation = segment(photograph, vessels)
    found = find_structures(photograph, segmentation.vessels, network)
    observation = Observation(
        segmentation.vessels, photograph.field_of_view, segmentation.probability, structures=found
    )
    kinds = drawn_kinds(*read_centre_lines(path.parents[1] / "av" / f"{path.stem}.png", field))
    ellipse = annotations.discs()[(path.parents[1].name, path.stem)]
    disc = Disc(ellipse.x, ellipse.y, ellipse.long, ellipse.short, ellipse.angle, 1) if ellipse else None
    drawn = replace(found, find_kinds=lambda: kinds, colour=True, disc=disc)
    return measure(observation), measure(replace(observation, structures=drawn))


Pair = tuple[Measured, Measured]


def lines_of(pairs: list[Pair]) -> list[str]:
    """The rows of the table, and how often why nothing was measured."""
    rows = [
        "| measurement | measured | of | found | drawn | mean absolute error | correlation |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in NAMES:
        known = [(a.values[name], b.values[name]) for a, b in pairs]
        found, drawn = np.array([each for each in known if None not in each], np.float64).reshape(-1, 2).T
        if len(found) < 2:
            rows.append(f"| {name} | {len(found)} | {len(pairs)} | | | | |")
            continue
        means = f"{found.mean():.4g} | {drawn.mean():.4g}"
        error, r = with_interval(np.abs(found - drawn)), np.corrcoef(found, drawn)[0, 1]
        rows.append(f"| {name} | {len(found)} | {len(pairs)} | {means} | {error} | {r:.2f} |")
    for title, side in (("found", 0), ("drawn", 1)):
        reasons = [pair[side].reasons["avr"] for pair in pairs if "avr" in pair[side].reasons]
        rows += [f"{title}: {reasons.count(each)} times: {each}" for each in sorted(set(reasons))]
    return rows


def with_interval(errors: NDArray[np.float64]) -> str:
    """The mean of float64[N], and between which bounds it is with 95 % over other photographs."""
    found = bootstrap((errors,), np.mean, method="percentile", rng=np.random.default_rng(1)).confidence_interval
    return f"{errors.mean():.3g} ({found.low:.3g} to {found.high:.3g})"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="test")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    vessels, network = VesselNetwork(Path("models/unet.json")), StructureNetwork(Path("models/structures.tflite"))
    wanted = [each for each in photographs_with_fields(arguments.data, arguments.split) if each[0] == "AVRDB"]
    print(
        *lines_of([both(path, field, vessels, network) for _, _, path, field in tqdm(wanted, mininterval=10)]), sep="\n"
    )


if __name__ == "__main__":
    main()
