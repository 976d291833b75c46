"""How often several retinas in one picture are noticed, and how often one retina is taken for several.

Takes a folder of sets with `images/` and `fov/`. Joins three pairs of each set, side by side and one over the other, in
every way of `WAYS`, and lays one to six photographs on pages; composes every eighth photograph with five surrounds, a
montage and a letterbox among them; and draws on the same ones, and on their middles, what `one_retina` draws: lines,
grids, steps of brightness.

`python -m models.evaluation.joined --data DIR`
"""

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from models.evaluation.one_retina import one_retina
from models.evaluation.surrounds import CASES, shrunk
from models.training.compositions import compose
from models.training.labelled import photographs_with_fields
from retina.imaging.arrays import Mask, Rgb
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.retina_gate import SEVERAL, impossible


def _within(rgb: Rgb, x: float, y: float) -> Rgb:
    height, width = rgb.shape[:2]
    return rgb[round(y * height) : round((1 - y) * height), round(x * width) : round((1 - x) * width)]


WAYS: dict[str, tuple[Callable[[Rgb], Rgb], int, int]] = {
    "as they are": (lambda rgb: rgb, 0, 0),
    "as they are, white between": (lambda rgb: rgb, 20, 255),
    "as they are, black between": (lambda rgb: rgb, 20, 0),
    "filling the frame": (lambda rgb: _within(rgb, 0.2, 0.15), 0, 0),
    "filling the frame, white between": (lambda rgb: _within(rgb, 0.2, 0.15), 12, 255),
    "filling the frame, black between": (lambda rgb: _within(rgb, 0.2, 0.15), 12, 0),
    "touching": (lambda rgb: _within(rgb, 0.1, 0.02), 0, 0),
}
"""Name: what is done to each, the pixels between them, and their level."""


def joined(first: Rgb, second: Rgb) -> Iterator[tuple[str, Rgb]]:
    """Both in one picture, in every way, in both directions."""
    for name, (cut, gap, level) in WAYS.items():
        for direction in (0, 1):
            both = [np.rot90(cut(each), direction) for each in (first, second)]
            between = np.full((both[0].shape[0], gap, 3), level, np.uint8)
            yield name, np.ascontiguousarray(np.rot90(np.hstack([both[0], between, both[1]]), -direction))


PAGES = {1: 1, 2: 2, 3: 3, 4: 2, 6: 3}
"""How many photographs are on a page, and in how many columns."""


def paged(photographs: list[Rgb], gap: int, level: int) -> Rgb:
    """Photographs of one size in the columns of `PAGES`, so many pixels apart, on a page of this level."""
    height, width = photographs[0].shape[:2]
    columns = PAGES[len(photographs)]
    rows = len(photographs) // columns
    page = np.full((rows * (height + gap) - gap + 120, columns * (width + gap) - gap + 120, 3), level, np.uint8)
    for i, each in enumerate(photographs):
        top, left = 60 + i // columns * (height + gap), 60 + i % columns * (width + gap)
        page[top : top + height, left : left + width] = each
    return page


def are_several(rgb: Rgb) -> bool:
    """Whether the gate says so."""
    found = impossible(rgb, find_field_of_view(rgb))
    return found is not None and found.reason == SEVERAL


def read(photograph: Path, field: Path) -> tuple[Rgb, Mask]:
    """The photograph and its field of view, whose longer side has at most 700 pixels."""
    bgr, inside = cv2.imread(str(photograph)), cv2.imread(str(field), cv2.IMREAD_GRAYSCALE)
    return shrunk(np.ascontiguousarray(bgr[..., ::-1]), np.asarray(inside > 127), 700)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    files = photographs_with_fields(parser.parse_args().data)
    choice = random.Random(3)  # noqa: S311 - the same choice each time
    sets = dict.fromkeys(name for name, *_ in files)
    noticed: Counter[str] = Counter()
    for of_set in sets:
        for _ in range(3):
            chosen = choice.sample([paths for name, _, *paths in files if name == of_set], 2)
            first, second = (read(*paths)[0] for paths in chosen)
            second = np.asarray(cv2.resize(second, first.shape[1::-1]), np.uint8)
            noticed.update(name for name, both in joined(first, second) if are_several(both))
    for name in WAYS:
        print(f"{name}: noticed {noticed[name]} of {6 * len(sets)}", flush=True)
    _report_pages([[paths for name, _, *paths in files if name == of_set] for of_set in sets], choice)
    alone = mistaken = 0
    for number, (_, _, *paths) in enumerate(files[::8]):
        for case in ["montage", "letterbox, cut", *choice.sample(sorted(CASES), 3)]:
            composed, _ = compose(*read(*paths), *CASES[case], np.random.default_rng(number))
            alone += 1
            mistaken += are_several(composed)
    print(f"one retina: taken for several {mistaken} of {alone}", flush=True)
    _report_drawn([paths for _, _, *paths in files[::6]])


def _report_pages(sets: list[list[list[Path]]], choice: random.Random) -> None:
    """Print how many pages with photographs of one set, white, light gray or black, are taken for several retinas."""
    for count in PAGES:
        found: list[bool] = []
        for files in sets:
            for gap in (0, 40, 120):
                photographs = [read(*paths)[0] for paths in choice.sample(files, count)]
                height, width = photographs[0].shape[:2]
                same = [np.asarray(cv2.resize(each, (width, height)), np.uint8) for each in photographs]
                found += [are_several(paged(same, gap, level)) for level in (255, 225, 0)]
        print(f"{count} on a page: taken for several {sum(found)} of {len(found)}", flush=True)


def _report_drawn(files: list[list[Path]]) -> None:
    """Print how many copies of each kind, upright and lying, are taken for several."""
    drawn: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for number, paths in enumerate(files):
        rgb, _ = read(*paths)
        one = [rgb, _within(rgb, 0.2, 0.15)][number % 2]
        for turns in (0, 1):
            for name, changed in one_retina(np.ascontiguousarray(np.rot90(one, turns)), 2):
                kind = name.split(",")[0]
                drawn[kind] += 1
                refused[kind] += are_several(changed)
    for kind in drawn:
        print(f"one retina, {kind}: taken for several {refused[kind]} of {drawn[kind]}", flush=True)


if __name__ == "__main__":
    main()
