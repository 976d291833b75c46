"""How well the field of view is found whatever surrounds it: intersection over union with the true one.

Takes a folder of sets with `images/` and `fov/`. Shrinks each photograph to a longer side of 1,024 pixels, composes it
with every surround of `CASES`, each time from the same seed, and prints mean and worst by set and surround; with
`--csv` one row per composition, too. Nothing is trained or tuned.

`python -m models.evaluation.surrounds --data DIR [--split test] [--every 1] [--csv FILE]`
"""

import argparse
import csv
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from models.training.compositions import compose
from models.training.labelled import photographs_with_fields
from models.training.surrounds import FILLS, HELD_OUT
from retina.imaging.arrays import Mask, Rgb
from retina.imaging.field_of_view import find_field_of_view

CASES: dict[str, tuple[str, str]] = {
    **{fill: ("full", fill) for fill in FILLS},
    "letterbox, cut": ("cut_at_frame", "letterbox"),
    "letterbox, off centre": ("off_centre", "letterbox"),
    "cut by the frame": ("cut_at_frame", "black"),
    "cut by the frame, white": ("cut_at_frame", "white"),
    "cut inside": ("cut_inside", "black"),
    "cut inside, gray": ("cut_inside", "gray"),
    "off centre, coloured": ("off_centre", "coloured"),
    "notched": ("notched", "black"),
    "notched, light gray": ("notched", "light_gray"),
    "oval": ("oval", "black"),
    "oval, green": ("oval", "green"),
    "fills the frame": ("filling", "black"),
    "montage": ("montage", "black"),
    "video frame": ("small", "eye"),
    "shadow": ("shadowed", "black"),
    **{f"unseen: {fill}": ("full", fill) for fill in HELD_OUT},
}
"""Name: shape and surround, see `models.training.compositions`. The unseen ones are never trained on."""


@dataclass(frozen=True)
class Score:
    """One composition: its set, photograph and case, and the intersection over union, 0 to 1."""

    set: str
    id: str
    case: str
    overlap: float


def overlap(found: Mask, truth: Mask) -> float:
    """Intersection over union of two bool[H,W], 1 if both are empty."""
    return float((found & truth).sum() / max(1, (found | truth).sum()))


def measure(photographs: Iterable[tuple[str, str, Rgb, Mask]], find: Callable[[Rgb], Mask]) -> Iterator[Score]:
    """The scores of `find` (RGB to bool[H,W]) on every case; `photographs` are (set, id, RGB, true field)."""
    for set_, id, rgb, inside in photographs:
        yield Score(set_, id, "as photographed", overlap(find(rgb), inside))
        for case, (shape, fill) in CASES.items():
            random = np.random.default_rng(zlib.crc32(f"{set_} {id} {case}".encode()))
            composed, truth = compose(rgb, inside, shape, fill, random)
            yield Score(set_, id, case, overlap(find(composed), truth))


def shrunk(rgb: Rgb, inside: Mask, side: int = 1024) -> tuple[Rgb, Mask]:
    """Copies whose longer side has at most `side` pixels."""
    scale = side / max(inside.shape)
    if scale >= 1:
        return rgb, inside
    size = (round(inside.shape[1] * scale), round(inside.shape[0] * scale))
    small = cv2.resize(inside.view(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8), np.asarray(small > 127)


def table(scores: list[Score]) -> str:
    """Mean / worst by case (rows) and set (columns)."""
    by: dict[tuple[str, str], list[float]] = defaultdict(list)
    for score in scores:
        by[score.case, score.set].append(score.overlap)
        by[score.case, "all"].append(score.overlap)
        by["all", score.set].append(score.overlap)
        by["all", "all"].append(score.overlap)
    sets = [*dict.fromkeys(score.set for score in scores), "all"]
    lines = [f"{'':24}" + "".join(f"{name:>14}" for name in sets)]
    for case in [*dict.fromkeys(score.case for score in scores), "all"]:
        cells = (f"{np.mean(by[case, s]):.3f} / {min(by[case, s]):.3f}" for s in sets)
        lines.append(f"{case:24}" + "".join(f"{cell:>14}" for cell in cells))
    return "\n".join(lines)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="all", choices=["train", "test", "all"])
    parser.add_argument("--every", type=int, default=1, help="take only every Nth photograph of a set")
    parser.add_argument("--csv", type=Path)
    arguments = parser.parse_args()

    def read() -> Iterator[tuple[str, str, Rgb, Mask]]:
        files = photographs_with_fields(arguments.data, arguments.split)[:: arguments.every]
        for set_, id, photograph, field in tqdm(files, leave=False):
            bgr = cv2.imread(str(photograph))
            inside = cv2.imread(str(field), cv2.IMREAD_GRAYSCALE)
            yield set_, id, *shrunk(np.ascontiguousarray(bgr[..., ::-1]), np.asarray(inside > 127))

    scores = list(measure(read(), lambda rgb: find_field_of_view(rgb).mask(rgb.shape[:2])))
    print(table(scores))
    if arguments.csv:
        with arguments.csv.open("w", newline="") as file:
            writer = csv.DictWriter(file, [field.name for field in fields(Score)])
            writer.writeheader()
            writer.writerows(asdict(score) for score in scores)


if __name__ == "__main__":
    main()
