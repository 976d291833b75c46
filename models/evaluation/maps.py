"""Keep the vessel maps of many pictures in a folder: the gate and the quality report are fitted without the network.

The pictures are the photographs of labelled sets, at most 1,000 pixels wide, unchanged and in changed `appearance`s,
and the test ones at their own size; those without vessel labels at 310 pixels, which the smallest canvas serves; those
whose true field of view is known on drawn surrounds, with a field of 310 pixels; and the `foreign` pictures. All but
drawings are there in `enhanced` forms, too, photographs without vessel labels at 700 pixels; of photographs there are
square parts, and of those with labels copies out of focus. An interrupted run continues where it stopped. The folder is
a cache, to be made anew for another network.

`python -m models.evaluation.maps --data DIR --maps DIR [--model CARD] [--every 1]`, and how many changed forms of each
"""

import argparse
import itertools
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from models.evaluation import foreign
from models.evaluation.appearances import appearance, defocused
from models.evaluation.drawings import DRAWINGS
from models.evaluation.enhancements import enhanced
from models.evaluation.kept_maps import from_bgr
from models.evaluation.metrics import count, dice
from models.evaluation.surrounds import CASES
from models.training.compositions import compose
from models.training.labelled import read_mask
from retina.imaging.arrays import Mask, Rgb
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import over, segment

LABELLED, UNLABELLED = ("CHASE_DB1", "HRF", "FIVES20"), ("IDRID", "IDRID_outlined", "AVRDB")
SMALL, MIDDLE, OWN = 310, 700, 100_000
LIT = 25
"""Level above which a pixel is not surround, near enough to cut out parts."""

PARTS = (0.5, 0.75)
"""Widths of parts, as shares of the field of view's."""

WIDTHS = {**dict.fromkeys(LABELLED, 1000), **dict.fromkeys(UNLABELLED, SMALL)}


def _shrunk(picture: Rgb | Mask, width: int) -> Rgb:
    scale = width / max(picture.shape[:2])
    pixels: Rgb = picture.astype(np.uint8) * np.uint8(255 if picture.dtype == np.bool_ else 1)
    if scale >= 1:
        return pixels
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


Made = tuple[str, Rgb, tuple[Mask, Mask] | None]
"""What was changed, the picture, and where they are known its labelled vessels and their field of view."""


@dataclass(frozen=True)
class Folder:
    """Where the maps of `network` are kept."""

    path: Path
    network: VesselNetwork

    def keep(self, key: str, facts: dict[str, Any], make: Callable[[], Made]) -> None:
        """Segment what `make` makes and keep everything under `key`, unless it is there already."""
        stem = self.path / key
        if Path(f"{stem}.json").exists():
            return
        what, rgb, truth = make()
        rgb = np.ascontiguousarray(rgb)
        view = find_field_of_view(rgb)
        segmentation = segment(Photograph(rgb, view, ""), self.network)
        box = [view.left, view.top, view.width, view.height]
        facts = {**facts, "what": what, "key": key, "view": box, "frame": view.frame, "roundness": view.roundness}
        if truth:
            vessels, inside = truth
            probability = segmentation.probability
            if probability.shape != vessels.shape:
                probability = np.asarray(cv2.resize(probability, vessels.shape[::-1]), np.uint16)
            facts["dice"] = dice(count(over(probability, segmentation.threshold), vessels, inside))
        cv2.imwrite(f"{stem}.rgb.png", np.ascontiguousarray(rgb[..., ::-1]))
        cv2.imwrite(f"{stem}.prob.png", (segmentation.probability >> 8).astype(np.uint8))
        np.save(f"{stem}.outline.npy", view.outline)
        Path(f"{stem}.json").write_text(json.dumps(facts))


@dataclass(frozen=True)
class Source:
    """A photograph of a set: `folder` has `images/`, `fov/` and perhaps `vessels/`; `split` is train, test or none."""

    folder: Path
    path: Path
    split: str

    @property
    def facts(self) -> dict[str, str]:
        """What is kept of it."""
        return {"kind": "retina", "set": self.folder.name, "id": self.path.stem, "split": self.split}

    @property
    def key(self) -> str:
        """The beginning of the keys of its maps."""
        return f"{self.folder.name}-{self.path.stem}"

    @property
    def seed(self) -> int:
        """For what is drawn at random."""
        return zlib.crc32(f"{self.folder.name}/{self.path.stem}".encode())

    @property
    def labelled(self) -> bool:
        """Whether its vessels are labelled."""
        return self.folder.name in LABELLED

    @property
    def width(self) -> int:
        """The most pixels of its longer side."""
        return WIDTHS[self.folder.name]

    def read(self, width: int) -> Rgb:
        """RGB uint8[H,W,3], whose longer side has at most `width` pixels."""
        return _shrunk(from_bgr(cv2.imread(str(self.path), cv2.IMREAD_COLOR)), width)

    def label(self, part: str, width: int) -> Mask:
        """The mask in `part`, "vessels" or "fov", bool[H,W]."""
        return np.asarray(_shrunk(read_mask(self.folder / part / f"{self.path.stem}.png"), width) > 127)

    def truth(self, width: int) -> tuple[Mask, Mask] | None:
        """Its vessels and field of view, where the vessels are labelled."""
        if not self.labelled:
            return None
        return self.label("vessels", width), self.label("fov", width)

    def changed(self, number: int) -> Made:
        """The changed copy of this number; 0 is unchanged."""
        return *appearance(self.read(self.width), number, self.seed), self.truth(self.width)

    def defocused(self, number: int) -> Made:
        """A copy out of focus."""
        return *defocused(self.read(self.width), self.seed + number), self.truth(self.width)

    def enhanced(self, number: int) -> Made:
        """One of a few enhanced forms, which ones depends on the photograph."""
        width = max(self.width, MIDDLE)
        return *enhanced(self.read(width), self.seed + 5 * number), self.truth(width)

    def part(self, number: int) -> Made:
        """A square part, a half or three quarters as wide as the field of view: often without the disc."""
        rgb, random = self.read(1000), np.random.default_rng([self.seed, number])
        left, top, width, height = cv2.boundingRect(np.asarray(rgb.max(axis=2) > LIT, np.uint8))
        share = PARTS[number % len(PARTS)]
        side = round(share * min(width, height))
        x, y = (start + round(random.uniform(0.15, 0.85) * (of - side)) for start, of in ((left, width), (top, height)))
        return f"part: {share}", _shrunk(np.ascontiguousarray(rgb[y : y + side, x : x + side]), SMALL), None

    def at_own_size(self) -> Made:
        """The photograph as it is."""
        return "own size", self.read(OWN), self.truth(OWN)

    def composed(self, number: int) -> Made:
        """The photograph on one of the surrounds that the field of view is tried on."""
        order = np.random.default_rng(self.seed).permutation(len(CASES))
        case = list(CASES)[order[number % len(CASES)]]
        random = np.random.default_rng(zlib.crc32(f"{self.folder.name} {self.path.stem} {case}".encode()))
        rgb, inside = compose(self.read(2 * SMALL), self.label("fov", 2 * SMALL), *CASES[case], random)
        _, _, width, height = cv2.boundingRect(inside.view(np.uint8))
        return f"surround: {case}", _shrunk(rgb, round(max(rgb.shape) * min(1, SMALL / max(width, height)))), None


def photographs(data: Path) -> Iterator[Source]:
    """Every photograph of the sets in `data`."""
    for name in (name for name in WIDTHS if (data / name).is_dir()):
        listing = data / name / "split.csv"
        lines = listing.read_text().split()[1:] if listing.exists() else []
        splits = dict(line.split(",") for line in lines)
        for path in sorted((data / name / "images").iterdir()):
            yield Source(data / name, path, splits.get(path.stem, "none"))


Job = tuple[str, dict[str, Any], Callable[[], Made]]
"""A key, what is kept of the picture, and what makes it."""


def retinas(sources: Sequence[Source], copies: int, forms: int, parts: int, blurred: int) -> Iterator[Job]:
    """Every photograph, unchanged, in this many changed copies and enhanced forms, and this many parts of it.

    Of those whose vessels are labelled so many copies are out of focus, too.
    """
    for source in tqdm(sources, unit="photo"):
        for number in range(copies + 1):
            yield f"{source.key}-{number}", source.facts, partial(source.changed, number)
        for number in range(forms):
            yield f"{source.key}-enhanced-{number}", source.facts, partial(source.enhanced, number)
        for number in range(parts):
            yield f"{source.key}-part-{number}", source.facts, partial(source.part, number)
        for number in range(blurred if source.labelled else 0):
            yield f"{source.key}-defocused-{number}", source.facts, partial(source.defocused, number)


def others(sources: Sequence[Source], *, forms: bool) -> Iterator[Job]:
    """Every foreign picture, with negatives of some photographs; if asked, what is no drawing enhanced as well."""
    some = (source.read(source.width) for source in sources[::4])
    seen: Counter[str] = Counter()
    for kind, make in tqdm(foreign.pictures(some), unit="picture"):
        number, key = seen[kind], f"foreign-{kind}-{seen[kind]:03}"
        seen[kind] += 1
        facts = {"kind": "foreign", "set": kind, "id": str(number), "split": "none"}
        yield key, facts, partial(_foreign, kind, make)
        if forms and kind not in DRAWINGS:
            yield f"{key}-enhanced", facts, partial(_foreign, kind, make, number)


def elsewhere(sources: Sequence[Source], surrounds: int) -> Iterator[Job]:
    """Photographs on this many drawn surrounds, and the test ones at their own size."""
    for source in tqdm(sources, unit="photo"):
        for number in range(surrounds if (source.folder / "fov").is_dir() else 0):
            yield f"{source.key}-surround-{number}", source.facts, partial(source.composed, number)
        if source.labelled and source.split == "test":
            yield f"{source.key}-own", source.facts, source.at_own_size


def _foreign(kind: str, make: Callable[[], Rgb], form: int | None = None) -> Made:
    return (kind, make(), None) if form is None else (*enhanced(make(), form), None)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with a folder a set")
    parser.add_argument("--maps", type=Path, required=True, help="where the maps go")
    parser.add_argument("--model", type=Path, default=Path("models/unet.json"), help="the card of the network")
    parser.add_argument("--copies", type=int, default=4, help="changed copies of each photograph")
    parser.add_argument("--enhanced", type=int, default=4, help="enhanced forms of each photograph")
    parser.add_argument("--parts", type=int, default=2, help="square parts of each photograph")
    parser.add_argument("--defocused", type=int, default=2, help="copies out of focus of each labelled photograph")
    parser.add_argument("--surrounds", type=int, default=4, help="drawn surrounds of each photograph")
    parser.add_argument("--every", type=int, default=1, help="take only every Nth photograph without vessel labels")
    options = parser.parse_args()
    options.maps.mkdir(parents=True, exist_ok=True)
    folder = Folder(options.maps, VesselNetwork(options.model))

    sources = [one for one in photographs(options.data) if one.labelled]
    sources += [one for one in photographs(options.data) if not one.labelled][:: options.every]
    jobs = (
        retinas(sources, options.copies, options.enhanced, options.parts, options.defocused),
        others(sources, forms=options.enhanced > 0),
        elsewhere(sources, options.surrounds),
    )
    for key, facts, make in itertools.chain(*jobs):
        folder.keep(key, facts, make)


if __name__ == "__main__":
    main()
