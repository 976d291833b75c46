"""Keep the vessel maps of many pictures in a folder: the gate and the quality report are fitted without the network.

The pictures are the photographs of labelled sets, at most 1,000 pixels wide, unchanged and in changed `appearance`s;
those of sets without vessel labels at 310 pixels, which the smallest canvas serves; and the `foreign` pictures. An
interrupted run continues where it stopped. The folder is a cache, to be made anew for another network.

`python -m models.evaluation.maps --data DIR --maps DIR [--copies 4]`
"""

import argparse
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from models.evaluation import foreign
from models.evaluation.appearances import appearance
from models.evaluation.metrics import count, dice
from models.training.labelled import read_mask
from retina.imaging.arrays import Mask, ProbabilityMap, Rgb
from retina.imaging.field_of_view import FieldOfView, find_field_of_view
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import over, segment

LABELLED, UNLABELLED = ("CHASE_DB1", "HRF", "FIVES20"), ("IDRID", "IDRID_outlined", "AVRDB")
WIDTHS = {**dict.fromkeys(LABELLED, 1000), **dict.fromkeys(UNLABELLED, 310)}


@dataclass(frozen=True)
class Kept:
    """A picture and its map: `what` was changed or is shown, `dice` where the vessels are labelled."""

    key: str
    set: str
    id: str
    split: str
    retina: bool
    what: str
    dice: float | None
    rgb: Rgb
    probability: ProbabilityMap
    view: FieldOfView


def kept(folder: Path, *, labelled: bool = False) -> Iterator[Kept]:
    """Every picture in `folder`, or only those whose Dice is known."""
    for path in sorted(folder.glob("*.json")):
        facts = json.loads(path.read_text())
        if labelled and "dice" not in facts:
            continue
        stem = str(path.with_suffix(""))
        rgb = _rgb(cv2.imread(f"{stem}.rgb.png", cv2.IMREAD_COLOR))
        levels = cv2.imread(f"{stem}.prob.png", cv2.IMREAD_GRAYSCALE)
        if levels is None:
            raise FileNotFoundError(f"{stem}.prob.png")
        left, top, width, height = facts["view"]
        outline = np.load(f"{stem}.outline.npy")
        view = FieldOfView(left, top, width, height, outline, facts["frame"], facts["roundness"])
        yield Kept(
            facts["key"],
            facts["set"],
            facts["id"],
            facts["split"],
            facts["kind"] == "retina",
            facts["what"],
            facts.get("dice"),
            rgb,
            levels.astype(np.uint16) * 257 * view.mask(levels.shape[:2]),
            view,
        )


def _rgb(bgr: cv2.typing.MatLike | None) -> Rgb:
    if bgr is None:
        raise FileNotFoundError("a picture is missing or unreadable")
    return np.ascontiguousarray(bgr[..., ::-1], np.uint8)


def _shrunk(picture: Rgb | Mask, width: int) -> Rgb:
    scale = width / max(picture.shape[:2])
    pixels: Rgb = picture.astype(np.uint8) * np.uint8(255 if picture.dtype == np.bool_ else 1)
    if scale >= 1:
        return pixels
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def keep(
    folder: Path, network: VesselNetwork, key: str, facts: dict[str, Any], rgb: Rgb, truth: tuple[Mask, Mask] | None
) -> None:
    """Segment `rgb` and keep everything under `key`; `truth` are the labelled vessels and their field of view."""
    view = find_field_of_view(rgb)
    segmentation = segment(Photograph(rgb, view, ""), network)
    if truth:
        vessels, inside = truth
        probability = segmentation.probability
        if probability.shape != vessels.shape:
            probability = np.asarray(cv2.resize(probability, vessels.shape[::-1]), np.uint16)
        facts["dice"] = dice(count(over(probability, segmentation.threshold), vessels, inside))
    cv2.imwrite(f"{folder / key}.rgb.png", np.ascontiguousarray(rgb[..., ::-1]))
    cv2.imwrite(f"{folder / key}.prob.png", (segmentation.probability >> 8).astype(np.uint8))
    np.save(f"{folder / key}.outline.npy", view.outline)
    box = [view.left, view.top, view.width, view.height]
    facts |= {"key": key, "view": box, "frame": view.frame, "roundness": view.roundness}
    (folder / f"{key}.json").write_text(json.dumps(facts))


def photographs(data: Path) -> Iterator[tuple[str, Path, str]]:
    """Set, file and split of every photograph."""
    for name in (*LABELLED, *UNLABELLED):
        listing = data / name / "split.csv"
        lines = listing.read_text().split()[1:] if listing.exists() else []
        splits = dict(line.split(",") for line in lines)
        for path in sorted((data / name / "images").iterdir()):
            yield name, path, splits.get(path.stem, "none")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with a folder a set")
    parser.add_argument("--maps", type=Path, required=True, help="where the maps go")
    parser.add_argument("--model", type=Path, default=Path("models/unet.json"), help="the card of the network")
    parser.add_argument("--copies", type=int, default=4, help="changed copies of each photograph")
    options = parser.parse_args()
    options.maps.mkdir(parents=True, exist_ok=True)
    network = VesselNetwork(options.model)

    def read(name: str, path: Path) -> Rgb:
        return _shrunk(_rgb(cv2.imread(str(path), cv2.IMREAD_COLOR)), WIDTHS[name])

    for name, path, split in tqdm(list(photographs(options.data)), unit="photo"):
        truth = None
        if name in LABELLED:
            labels = (read_mask(options.data / name / part / f"{path.stem}.png") for part in ("vessels", "fov"))
            vessels, inside = (_shrunk(mask, WIDTHS[name]) > 127 for mask in labels)
            truth = (vessels, inside)
        for number in range(options.copies + 1):
            key = f"{name}-{path.stem}-{number}"
            if not (options.maps / f"{key}.json").exists():
                what, rgb = appearance(read(name, path), number, zlib.crc32(f"{name}/{path.stem}".encode()))
                facts = {"kind": "retina", "set": name, "id": path.stem, "split": split, "what": what}
                keep(options.maps, network, key, facts, np.ascontiguousarray(rgb), truth)
    some = (read(name, path) for name, path, _ in list(photographs(options.data))[::4])
    pictures = [*foreign.drawings(), *foreign.samples(), *foreign.negatives(some)]
    for number, (kind, rgb) in enumerate(tqdm(pictures, unit="picture")):
        key = f"foreign-{number:03}-{kind}"
        if not (options.maps / f"{key}.json").exists():
            facts = {"kind": "foreign", "set": kind, "id": str(number), "split": "none", "what": kind}
            keep(options.maps, network, key, facts, np.ascontiguousarray(rgb), None)


if __name__ == "__main__":
    main()
