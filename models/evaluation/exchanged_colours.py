"""How well a photograph whose red and blue were exchanged can be told from every other one, by its colours alone.

Takes a folder of sets with `images/` and `fov/`. Prints `blueness` of each photograph and of its copies: exchanged,
enhanced, changed, tinted, and on drawn surrounds; by kind of copy the lowest and the highest, and how many reach the
limit. Nothing is fitted.

`python -m models.evaluation.exchanged_colours --data DIR [--every 1] [--surrounds 4]`
"""

import argparse
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from models.evaluation.appearances import KINDS
from models.evaluation.enhancements import FORMS, enhanced
from models.evaluation.surrounds import CASES, shrunk
from models.training.compositions import compose
from models.training.labelled import photographs_with_fields
from retina.imaging.arrays import Mask, Rgb
from retina.imaging.exchanged_colours import BLUE_FROM, blueness
from retina.imaging.field_of_view import find_field_of_view


def balanced(rgb: Rgb) -> Rgb:
    """As a camera's automatic white balance would leave it: all channels of the lit pixels with one mean."""
    lit = rgb.max(axis=2) > 20
    means = rgb[lit].mean(axis=0)
    return np.asarray(np.clip(rgb * (means.mean() / np.maximum(means, 1)), 0, 255), np.uint8)


def tinted(rgb: Rgb, red: float, blue: float) -> Rgb:
    """Red and blue multiplied, as in cold light."""
    return np.asarray(np.clip(rgb * np.array([red, 1, blue], np.float32), 0, 255), np.uint8)


def copies(rgb: Rgb, inside: Mask, seed: int, surrounds: int) -> Iterator[tuple[str, Rgb]]:
    """Kind and picture."""
    yield "as photographed", rgb
    yield "exchanged", np.ascontiguousarray(rgb[..., ::-1])
    for number in range(len(FORMS)):
        name, form = enhanced(rgb, number)
        yield name, form
        if name.startswith(("enhanced: gamma", "enhanced: sharp", "enhanced: stretched", "enhanced: lightness")):
            yield f"exchanged, {name}", np.ascontiguousarray(form[..., ::-1])
    for name, (change, strengths) in KINDS.items():
        for strength in strengths:
            yield f"{name}", change(rgb, strength, np.random.default_rng(seed))
    yield "blue channel alone", np.dstack([np.zeros_like(rgb[..., :2]), rgb[..., 1:2]])
    yield "white balance", balanced(rgb)
    for red, blue in ((0.8, 1.5), (0.6, 2.0)):
        yield f"cold, red {red:g} blue {blue:g}", tinted(rgb, red, blue)
    for number, (shape, fill) in enumerate(CASES.values()):
        if number % surrounds == seed % surrounds:
            composed, _ = compose(rgb, inside, shape, fill, np.random.default_rng(seed))
            yield f"surround: {fill}", composed
            yield "exchanged, on a surround", np.ascontiguousarray(composed[..., ::-1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--surrounds", type=int, default=4, help="one of so many surrounds of each photograph")
    options = parser.parse_args()
    found = defaultdict[str, list[float]](list)
    by_set = defaultdict[str, list[float]](list)
    for set_, id, photograph, field in photographs_with_fields(options.data)[:: options.every]:
        bgr, mask = cv2.imread(str(photograph)), cv2.imread(str(field), cv2.IMREAD_GRAYSCALE)
        rgb, inside = shrunk(np.ascontiguousarray(bgr[..., ::-1]), np.asarray(mask > 127), 700)
        for kind, picture in copies(rgb, inside, zlib.crc32(f"{set_} {id}".encode()), options.surrounds):
            value = blueness(picture, find_field_of_view(picture).outline)
            found[kind].append(value)
            if kind in ("as photographed", "exchanged"):
                by_set[f"{set_}, {kind}"].append(value)
    for kind, values in (*by_set.items(), *found.items()):
        print(
            f"| {kind} | {len(values)} | {min(values):.3f} | {np.median(values):.3f} | {max(values):.3f} "
            f"| {sum(value >= BLUE_FROM for value in values)} |"
        )


if __name__ == "__main__":
    main()
