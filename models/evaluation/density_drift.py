"""How much the surround changes the vascular density: each photograph on black, and on every other surround.

Takes a folder of sets with `images/` and `fov/`. The field of view of each photograph, its longer side shrunk to 1,024
pixels, is composed in the same place on every surround of `FILLS` and `HELD_OUT`, and segmented by the shipped network.
Prints by surround the mean and the largest change relative to black. Nothing is trained or tuned.

`python -m models.evaluation.density_drift --data DIR [--split test] [--every 8]`
"""

import argparse
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from models.evaluation.surrounds import shrunk
from models.training.compositions import compose
from models.training.labelled import photographs_with_fields
from models.training.surrounds import FILLS, HELD_OUT
from retina.imaging.arrays import Mask, Rgb
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.measurements.vascular_density import vascular_density
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import segment

REFERENCE = "black"


def density(rgb: Rgb, network: VesselNetwork) -> float:
    """The vascular density, 0 to 1, of RGB uint8[H,W,3]."""
    view = find_field_of_view(rgb)
    vessels = segment(Photograph(rgb, view, sha256=""), network).vessels
    return vascular_density(vessels, view) or 0.0


def drifts(rgb: Rgb, inside: Mask, network: VesselNetwork, seed: int) -> dict[str, float]:
    """The change of density relative to black, by surround, for the photograph's field bool[H,W]."""
    found = {
        fill: density(compose(rgb, inside, "full", fill, np.random.default_rng(seed))[0], network)
        for fill in FILLS | HELD_OUT
    }
    return {fill: value / found[REFERENCE] - 1 for fill, value in found.items() if fill != REFERENCE}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="test", choices=["train", "test", "all"])
    parser.add_argument("--every", type=int, default=8, help="take only every Nth photograph")
    arguments = parser.parse_args()
    network, changes = VesselNetwork(Path("models/unet.json")), defaultdict[str, list[float]](list)
    files = photographs_with_fields(arguments.data, arguments.split)[:: arguments.every]
    for seed, (_, _, photograph, field) in enumerate(tqdm(files, leave=False)):
        bgr = cv2.imread(str(photograph))
        mask = cv2.imread(str(field), cv2.IMREAD_GRAYSCALE)
        rgb, inside = shrunk(np.ascontiguousarray(bgr[..., ::-1]), np.asarray(mask > 127))
        for fill, change in drifts(rgb, inside, network, seed).items():
            changes[fill].append(abs(change))
    print(f"{len(files)} photographs, change relative to {REFERENCE}: mean, median, largest, how many over 3 %")
    for fill, values in changes.items():
        over = sum(value > 0.03 for value in values)
        print(f"{fill:12} {np.mean(values):7.2%} {np.median(values):7.2%} {max(values):7.2%} {over:4}")


if __name__ == "__main__":
    main()
