"""Labelled photographs at smaller native resolutions: their vessel maps as served, and labels as a person draws them.

Takes the photographs of labelled sets and reduces each to several widths of its field of view. The service's own
pipeline then finds the field of view, chooses the canvas and returns the probability map. Maps and labels are kept in a
folder, one file a copy, so that thresholds and calibrations are tried without the network; an interrupted run
continues where it stopped. The folder is a cache, to be made anew for another network.

`python -m models.evaluation.reduced_copies --data DIR --maps DIR [--split train] [--sets ...] [--widths 400 560 ...]`
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from models.evaluation.measuring import read_photograph
from models.training.drawn_labels import COVERED, PEN, ReducedLabel, centre_line, drawn, reduce_label
from models.training.labelled import LabelledPhotograph, read_mask, read_sets
from retina.imaging.arrays import Mask, Rgb
from retina.imaging.clarity import clarity
from retina.imaging.confidence import expected_dice
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.reduction import reduce
from retina.imaging.segmentation import segment

SETS = ("CHASE_DB1", "HRF", "FIVES20")
WIDTHS = (400, 500, 560, 640, 800, 1000, 1400)
"""Widths of the field of view in pixels. A photograph is never enlarged, and always kept at its own width, too."""
OWN = 0
"""The `meant` width of a photograph at its own size."""


@dataclass(frozen=True)
class ReducedCopy:
    """A copy of a photograph: `meant` is one of `WIDTHS` or `OWN`, `width` what the service found on the copy.

    `probability` is uint8[h,w], 255 for 1; `inside`, the set's own field of view, bool[h,w]; `promised` the Dice that
    the card's fit expects, nan if it expects none.
    """

    set: str
    id: str
    meant: int
    width: int
    canvas: str
    promised: float
    probability: NDArray[np.uint8]
    inside: Mask
    label: ReducedLabel

    def truth(self, covered: float = COVERED, pen: float = PEN) -> Mask:
        """The vessels as drawn on the copy, bool[h,w]; at the photograph's own size as they are."""
        return self.label.coverage > 127 if self.meant == OWN else drawn(self.label, covered, pen)


def reduced(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Area averages of uint8[H,W] or uint8[H,W,3] at `size` (width, height)."""
    return np.ascontiguousarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def copies(name: str, labelled: LabelledPhotograph, network: VesselNetwork, widths: list[int]) -> Iterator[ReducedCopy]:
    """The copies of one photograph of the set `name`, with those `widths` that are smaller than its own, or `OWN`."""
    rgb: Rgb = read_photograph(labelled.photograph).rgb
    vessels, inside = read_mask(labelled.vessels), read_mask(labelled.field_of_view)
    _, _, own, _ = cv2.boundingRect(inside.view(np.uint8))
    line = centre_line(vessels)
    for meant in widths:
        if meant >= own:
            continue
        scale = (meant or own) / own
        size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
        copy = reduced(rgb, size)
        view = find_field_of_view(copy)
        found = segment(Photograph(copy, view, ""), network)
        numbers = clarity(reduce(copy, found.probability, view), view)
        promised = expected_dice(found.probability, found.vessels, network.card.confidence, numbers)
        yield ReducedCopy(
            set=name,
            id=labelled.id,
            meant=meant,
            width=view.width,
            canvas=str(found.canvas),
            promised=np.nan if promised is None else promised,
            probability=(found.probability >> 8).astype(np.uint8),
            inside=reduced(inside.astype(np.uint8) * 255, size) > 127,
            label=reduce_label(vessels, line, size),
        )


def path_of(folder: Path, name: str, id: str, meant: int) -> Path:
    """Where a copy is kept."""
    return folder / f"{name}-{id}-{meant or 'own'}.npz"


def keep(folder: Path, copy: ReducedCopy) -> None:
    """Write one copy."""
    path = path_of(folder, copy.set, copy.id, copy.meant)
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(
        partial,
        facts=np.array([copy.set, copy.id, copy.meant, copy.width, copy.canvas, copy.promised]),
        probability=copy.probability,
        inside=copy.inside,
        coverage=copy.label.coverage,
        reach=copy.label.reach,
    )
    partial.replace(path)


def kept(folder: Path) -> Iterator[ReducedCopy]:
    """Every copy in `folder`."""
    for path in sorted(folder.glob("*[!l].npz")):
        with np.load(path) as found:
            name, id, meant, width, canvas, promised = map(str, found["facts"])
            label = ReducedLabel(found["coverage"], found["reach"])
            probability, inside = found["probability"], found["inside"]
        yield ReducedCopy(name, id, int(meant), int(width), canvas, float(promised), probability, inside, label)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with one folder per set")
    parser.add_argument("--maps", type=Path, required=True, help="the folder that the copies are kept in")
    parser.add_argument("--model", type=Path, default=Path("models/unet.json"), help="the card of the network")
    parser.add_argument("--split", choices=("train", "test"), default="train")
    parser.add_argument("--sets", nargs="+", default=list(SETS), help="names of sets")
    parser.add_argument("--widths", nargs="+", type=int, default=[*WIDTHS, OWN], help="0: the photograph's own")
    options = parser.parse_args()
    options.maps.mkdir(parents=True, exist_ok=True)
    network = VesselNetwork(options.model)
    wanted = [
        (name, one) for name, found in read_sets(options.data, options.sets, options.split).items() for one in found
    ]
    for name, labelled in tqdm(wanted, unit="photo"):
        missing = [w for w in options.widths if not path_of(options.maps, name, labelled.id, w).exists()]
        for copy in copies(name, labelled, network, missing) if missing else ():
            keep(options.maps, copy)


if __name__ == "__main__":
    main()
