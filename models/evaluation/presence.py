"""Measure the served pipeline by centre-lines alone, on a set whose strokes are wider than the vessels.

AVRDB's arteries and veins were painted with a brush: where a vessel runs is right, how wide it is means nothing. So
this prints which share of the strokes' centre-lines the mask finds, within `TOLERANCE`, and which share of the mask's
centre-lines lies in a stroke, each as the mean over photographs, and their harmonic mean. Colour does not matter.

`python -m models.evaluation.presence --data DIR [--set AVRDB] [--split test] [--thresholds .5 .4] [--every 1]`
"""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from tqdm import tqdm

from models.evaluation.measuring import read_photograph
from models.evaluation.metrics import Centrelines, cldice
from models.training.drawn_labels import centre_line
from retina.imaging.arrays import Mask
from retina.imaging.network import VesselNetwork
from retina.imaging.segmentation import over, segment

TOLERANCE = 0.003
"""How far a centre-line of a stroke may run beside the mask, as a share of the field of view's width."""


def presence(found: Mask, strokes: Mask, inside: Mask, tolerance: int) -> Centrelines:
    """Count the centre-lines of a mask and of `strokes` that agree; all bool[H,W], the tolerance in pixels."""
    found, strokes = found & inside, strokes & inside
    near = cv2.dilate(found.view(np.uint8), disc(tolerance)).view(np.bool_)
    found_line, stroke_line = centre_line(found), centre_line(strokes)
    pairs = (found_line, found_line & strokes, stroke_line, stroke_line & near)
    return Centrelines(*(int(np.count_nonzero(line)) for line in pairs))


def disc(radius: int) -> cv2.typing.MatLike:
    """A disc of this radius in pixels, as a structuring element."""
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def strokes_of(path: Path) -> Mask:
    """Arteries, veins and crossings of a label in colours, bool[H,W]."""
    return np.asarray(np.asarray(Image.open(path).convert("RGB")).max(axis=2) > 127)


def files(folder: Path, split: str) -> Iterator[tuple[Path, Path, Path]]:
    """Photograph, strokes and field of view of each photograph of one split."""
    photographs = {path.stem: path for path in (folder / "images").iterdir()}
    with (folder / "split.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            if row["split"] == split:
                name = row["id"]
                yield photographs[name], folder / "av" / f"{name}.png", folder / "fov" / f"{name}.png"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with one folder per set")
    parser.add_argument("--set", default="AVRDB", help="a set with av/")
    parser.add_argument("--model", type=Path, default=Path("models/unet.json"), help="the card of the network")
    parser.add_argument("--split", choices=("test", "train"), default="test")
    parser.add_argument("--thresholds", nargs="+", type=float, default=[], help="also tried; train split only")
    parser.add_argument("--every", type=int, default=1, help="take only every Nth photograph")
    options = parser.parse_args()
    if options.thresholds and options.split == "test":
        parser.error("a threshold is not chosen on test photographs: add --split train")
    network = VesselNetwork(options.model)
    rows: dict[str, list[Centrelines]] = {}
    for photograph, strokes, field in tqdm([*files(options.data / options.set, options.split)][:: options.every]):
        result = segment(read_photograph(photograph), network)
        inside = np.asarray(Image.open(field).convert("L")) > 127
        tolerance = max(1, round(TOLERANCE * cv2.boundingRect(inside.view(np.uint8))[2]))
        truth = strokes_of(strokes)
        wanted = {f"as the card says, {result.threshold:g}": result.threshold}
        for name, threshold in (wanted | {f"{t:g}": t for t in options.thresholds}).items():
            lines = presence(over(result.probability, threshold), truth, inside, tolerance)
            rows.setdefault(name, []).append(lines)
    print(
        "| threshold | photographs | found of the strokes | in a stroke | harmonic mean |",
        "|---|---|---|---|---|",
        sep="\n",
    )
    for name, each in rows.items():
        recall = np.mean([one.truth_in_found / one.truth for one in each])
        precision = np.mean([one.found_in_truth / one.found for one in each])
        both = np.mean([cldice(one) for one in each])
        print(f"| {name} | {len(each)} | {recall:.3f} | {precision:.3f} | {both:.3f} |")


if __name__ == "__main__":
    main()
