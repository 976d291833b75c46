"""Read the vessel maps of many pictures that `models.evaluation.maps` keeps in a folder."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from retina.imaging.arrays import ProbabilityMap, Rgb
from retina.imaging.field_of_view import FieldOfView


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
        rgb = from_bgr(cv2.imread(f"{stem}.rgb.png", cv2.IMREAD_COLOR))
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


def from_bgr(bgr: cv2.typing.MatLike | None) -> Rgb:
    """What `cv2.imread` gives, as uint8[H,W,3]; raises `FileNotFoundError` if that is nothing."""
    if bgr is None:
        raise FileNotFoundError("a picture is missing or unreadable")
    return np.ascontiguousarray(bgr[..., ::-1], np.uint8)
