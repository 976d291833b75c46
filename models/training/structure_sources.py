"""The photographs that the structures network learns from, cropped to their field of view, with their labels.

`fill` reads the train split of the labelled sets once and keeps it in a folder of small `.npz` files, which is all that
training needs; `sources` reads that folder.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from models.training import annotations
from models.training.centre_lines import read_centre_lines
from models.training.labelled import photographs_with_fields
from retina.imaging.arrays import Gray, Mask, Rgb
from retina.imaging.field_of_view import find_field_of_view

WIDTH = 768
"""Width of the cached fields of view, in pixels."""

LINE = np.ones((5, 5), np.uint8)
"""What centre-lines are dilated by, so that they survive being made smaller."""

QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 95]


@dataclass(frozen=True)
class Source:
    """A photograph cropped to its field of view, `WIDTH` wide; arrays share its size [H,W].

    `disc`: 0 to 255, or None where it is not known. `fovea`: its place (x, y), or None where it is not known.
    `artery` and `vein`: centre-lines, 0 to 255, or None where they are not known.
    """

    set: str
    rgb: Rgb
    inside: Mask
    disc: Gray | None
    fovea: tuple[float, float] | None
    artery: Gray | None
    vein: Gray | None


def read(photograph: Path, field: Path) -> dict[str, NDArray[Any]]:
    """Read one photograph and its labels, cropped and at most `WIDTH` wide.

    Pictures are encoded files uint8[N]: `rgb` a JPEG, the others PNGs. `box` is left, top, width, height.
    """
    bgr: Any = cv2.imread(str(photograph))
    view = find_field_of_view(np.ascontiguousarray(bgr[..., ::-1]))
    window = (slice(view.top, view.top + view.height), slice(view.left, view.left + view.width))
    scale = min(1.0, WIDTH / view.width)
    size = (round(view.width * scale), round(view.height * scale))

    def small(pixels: NDArray[Any]) -> NDArray[np.uint8]:
        return np.asarray(cv2.resize(np.ascontiguousarray(pixels[window]), size, interpolation=cv2.INTER_AREA))

    def mask(pixels: Any) -> NDArray[np.uint8]:
        return cv2.imencode(".png", small(np.asarray(pixels, np.uint8) * 255))[1]

    found: dict[str, NDArray[Any]] = {
        "rgb": cv2.imencode(".jpg", small(bgr), QUALITY)[1],
        "inside": mask(view.mask(bgr.shape[:2])),
        "box": np.array([view.left, view.top, view.width, view.height]),
    }
    folder, name = photograph.parents[1], f"{photograph.stem}.png"
    if (folder / "disc" / name).exists():
        disc: Any = cv2.imread(str(folder / "disc" / name), cv2.IMREAD_GRAYSCALE)
        found["disc"] = mask(disc > 127)
    if (folder / "av" / name).exists():
        lines = read_centre_lines(folder / "av" / name, field)
        found["artery"], found["vein"] = (mask(cv2.dilate(line.view(np.uint8), LINE)) for line in lines)
    return found


def fill(data: Path, cache: Path) -> None:
    """Read what the train splits in `data` hold and the folder lacks; a file is called `<set>-<id>.npz`."""
    cache.mkdir(parents=True, exist_ok=True)
    for set_, id, photograph, field in tqdm(photographs_with_fields(data, "train"), "photographs"):
        path = cache / f"{set_}-{id}.npz"
        if not path.exists():
            np.savez(path, **read(photograph, field))  # type: ignore[arg-type]


def left_out(photographs: Iterable[tuple[str, str]], fold: int, folds: int) -> set[tuple[str, str]]:
    """The photographs (set, id) that fold `fold` of `folds` leaves out: of every set each `folds`-th."""
    by_set: dict[str, list[str]] = defaultdict(list)
    for set_, id in sorted(photographs):
        by_set[set_].append(id)
    return {(set_, id) for set_, ids in by_set.items() for id in ids[fold::folds]}


def sources(cache: Path, fold: int = 0, folds: int = 0) -> list[Source]:
    """The photographs of the folder that teach anything, without those that the fold leaves out, if there are any."""
    names: dict[tuple[str, str], Path] = {}
    for path in sorted(cache.glob("*.npz")):
        set_, _, id = path.stem.partition("-")
        names[set_, id] = path
    without = left_out(names, fold, folds) if folds else set()
    drawn, places = annotations.discs(), annotations.foveas()
    found = []
    for key, path in names.items():
        if key in without:
            continue
        with np.load(path) as kept:
            box = kept["box"]
            rgb: Any = cv2.imdecode(kept["rgb"], cv2.IMREAD_COLOR)
            masks = {
                name: np.asarray(cv2.imdecode(kept[name], cv2.IMREAD_GRAYSCALE), np.uint8)
                for name in ("inside", "disc", "artery", "vein")
                if name in kept
            }
        inside, disc, scale = masks["inside"] > 127, masks.get("disc"), rgb.shape[1] / box[2]
        if disc is None and key in drawn:
            disc = ellipse_mask(drawn[key], box, scale, inside.shape)
        fovea = places.get(key)
        place = ((fovea[0] - box[0] + 0.5) * scale - 0.5, (fovea[1] - box[1] + 0.5) * scale - 0.5) if fovea else None
        lines = masks.get("artery"), masks.get("vein")
        if disc is not None or place is not None or lines[0] is not None:
            found.append(Source(key[0], np.ascontiguousarray(rgb[..., ::-1]), inside, disc, place, *lines))
    return found


def ellipse_mask(
    disc: annotations.Ellipse | None, box: NDArray[Any], scale: float, shape: tuple[int, ...]
) -> NDArray[np.uint8]:
    """The drawn disc, uint8[H,W], 0 or 255, on the crop `box` resized by `scale`."""
    mask = np.zeros(shape, np.uint8)
    if disc:
        centre = tuple((v - c + 0.5) * scale - 0.5 for v, c in zip((disc.x, disc.y), box, strict=False))
        cv2.ellipse(mask, (centre, (disc.long * scale, disc.short * scale), disc.angle), (255,), cv2.FILLED)
    return mask
