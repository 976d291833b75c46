"""A collection of pictures that are no photographs of a retina, to fit and to try the gate.

Drawings made by code, of several sizes, colours and shapes, sharp or not; the sample pictures inside scikit-image and
Matplotlib, each as it is, cut to a disc on black, or tinted like a retina as well; and negatives of retina photographs.
Nothing is downloaded, and no picture is kept.

`python -m models.evaluation.foreign --out DIR` writes drawings and samples as PNG to be looked at.
"""

import argparse
import itertools
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import skimage

from models.evaluation.drawings import DRAWINGS
from models.evaluation.enhancements import FORMS, enhanced
from models.evaluation.materials import Random
from retina.imaging.arrays import Rgb

DRAWN_EACH = 18
"""Drawings of a kind: four colours on three shapes, and half of these again."""

TALLEST = 1200
"""Drawings that are larger are drawn at half their size."""

SIZES = ((290, 320), (500, 1100), (1200, 2500))
"""Sides of drawings in pixels, from and to: small ones, which most are, middle and large ones."""

SIDES = (300, 300, 700)
"""Sides of the other pictures in pixels, in turn."""

SAMPLES = (
    *("astronaut.png", "brick.png", "camera.png", "cell.png", "chelsea.png", "coffee.png", "coins.png", "color.png"),
    *("clock_motion.png", "grass.png", "gravel.png", "horse.png", "hubble_deep_field.jpg", "ihc.png", "moon.png"),
    *("motorcycle_left.png", "page.png", "phantom.png", "rocket.jpg", "text.png", "chessboard_RGB.png"),
)
"""Files of scikit-image's own collection."""


def dressed(picture: Rgb, dress: int) -> Rgb:
    """The picture as it is (0), cut to a disc on black (1), and tinted orange as well (2)."""
    if dress == 0:
        return picture
    height, width = picture.shape[:2]
    if dress == 2:
        gray = picture.mean(axis=2, keepdims=True) / 255
        picture = np.asarray(gray * (235, 125, 60), np.uint8)
    inside = np.zeros((height, width), np.uint8)
    cv2.circle(inside, (width // 2, height // 2), round(min(height, width) * 0.48), (1,), -1)
    return picture * inside[..., None]


def coloured(picture: Rgb, number: int, random: Random) -> Rgb:
    """The picture as it is (0, 1), tinted like a retina (2), or gray, in exchanged colours, or enhanced (3)."""
    if number == 2:
        depth = np.array([random.uniform(0.2, 1), 1, random.uniform(0.6, 1)], np.float32)
        gray = picture.mean(axis=2, keepdims=True) / np.float32(255)
        tint = np.array([235, random.uniform(90, 160), random.uniform(20, 90)], np.float32)
        return np.asarray(tint * (1 - depth * (1 - gray)), np.uint8)
    if number == 3:
        orders = ((1, 1, 1), (0, 0, 0), (2, 1, 0), (1, 0, 2))
        other = int(random.integers(len(orders) + len(FORMS) // 2))
        if other >= len(orders):
            return enhanced(picture, int(random.integers(len(FORMS))))[1]
        return np.ascontiguousarray(picture[..., orders[other]])
    return picture


def shaped(picture: Rgb, number: int, random: Random) -> Rgb:
    """The whole picture, perhaps wider than high (0), a disc on black (1), or a disc on another surround or cut (2)."""
    side = len(picture)
    if number == 0:
        cut = round(side * random.choice([0, 0, 0.2, 0.35]) / 2)
        return np.ascontiguousarray(picture[cut : side - cut])
    middle, radius = (round(side * random.uniform(0.48, 0.52)), side // 2), round(side * random.uniform(0.42, 0.49))
    inside = np.zeros((side, side), np.uint8)
    cv2.circle(inside, middle, radius, (1,), -1)
    away = np.hypot(*np.mgrid[0:side, 0:side] - np.array(middle[::-1])[:, None, None]) / radius
    lit = np.clip(picture * (1 - random.choice([0, 0.2, 0.5]) * np.minimum(away, 1) ** 3)[..., None], 0, 255)
    if number == 1:
        return np.asarray(lit * inside[..., None], np.uint8)
    band = round(side * random.choice([0, 0.1, 0.18]))
    inside[:band] = inside[side - band :] = 0
    surround = random.choice([0, 40, 255]) + random.choice([0, 3]) * random.standard_normal((side, side, 1))
    return np.asarray(np.clip(np.where(inside[..., None] == 1, lit, surround), 0, 255), np.uint8)


def photographed(picture: Rgb, random: Random) -> Rgb:
    """The picture a little blurred or noisy, and often through JPEG."""
    seen = cv2.GaussianBlur(picture, (0, 0), 0.1 + len(picture) / 300 * random.choice([0, 0.3, 0.8]))
    noise = random.choice([0, 0, 2, 5]) * random.standard_normal(seen.shape)
    noisy: Rgb = np.clip(seen + noise, 0, 255).astype(np.uint8)
    if random.random() < 0.4:
        return noisy
    coded = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(40, 97))])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def drawing(kind: str, number: int) -> Rgb:
    """One drawing of a kind, the same for the same number; most are small, which is quicker."""
    random = np.random.default_rng([number, *kind.encode()])
    size = round(random.uniform(*SIZES[random.choice(3, p=(0.92, 0.06, 0.02))]))
    side = size if size <= TALLEST else size // 2
    picture = shaped(coloured(DRAWINGS[kind](random, side), number % 4, random), number % 3, random)
    if side < size:
        picture = np.asarray(cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
    return photographed(picture, random)


def samples() -> Iterator[tuple[str, Rgb]]:
    """The sample pictures: as they are, and a disc cut from each, tinted or not."""
    folder = Path(skimage.__file__).parent / "data"
    grace = Path(matplotlib.__file__).parent / "mpl-data/sample_data/grace_hopper.jpg"
    for number, path in enumerate([folder / name for name in SAMPLES] + [grace]):
        picture = np.ascontiguousarray(cv2.imread(str(path), cv2.IMREAD_COLOR)[..., ::-1], np.uint8)
        scale = SIDES[number % 3] / max(picture.shape[:2])
        picture = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        for dress in range(3):
            yield "sample", dressed(picture, dress)


def negatives(photographs: Iterator[Rgb]) -> Iterator[tuple[str, Rgb]]:
    """What looks like an angiogram, and the negative in colour, of each retina photograph."""
    for number, rgb in enumerate(photographs):
        scale = SIDES[number % 3] / max(rgb.shape[:2])
        small = np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        lit = small.max(axis=2, keepdims=True) > 15
        gray = np.clip((170 - small[..., 1:2].astype(np.float32)) * 1.2, 0, 255).astype(np.uint8)
        yield "angiogram", np.where(lit, np.repeat(gray, 3, axis=2), 0).astype(np.uint8)
        yield "negative", np.where(lit | (number % 2 == 0), 255 - small, 0).astype(np.uint8)


def pictures(photographs: Iterator[Rgb]) -> Iterator[tuple[str, Callable[[], Rgb]]]:
    """Kind and maker of every foreign picture: a drawing takes a while, and is often kept already."""
    for kind in DRAWINGS:
        for number in range(DRAWN_EACH):
            yield kind, partial(drawing, kind, number)
    for kind, rgb in itertools.chain(samples(), negatives(photographs)):
        yield kind, partial(np.copy, rgb)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="where the pictures go")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for number, (kind, make) in enumerate(pictures(iter(()))):
        cv2.imwrite(str(options.out / f"{number:03}-{kind}.png"), np.ascontiguousarray(make()[..., ::-1]))


if __name__ == "__main__":
    main()
