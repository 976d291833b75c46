"""A collection of pictures that are no photographs of a retina, to fit and to try the gate.

Drawings made by code, the sample pictures inside scikit-image and Matplotlib, and negatives of retina photographs, each
as it is, cut to a disc on black, or tinted like a retina as well. Nothing is downloaded, and no picture is kept.

`python -m models.evaluation.foreign --out DIR [--data DIR]` writes them as PNG to be looked at.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import skimage

from models.evaluation.drawings import DRAWINGS
from retina.imaging.arrays import Rgb

DRAWN_EACH = 21
"""Drawings of a kind."""

SIDES = (300, 300, 700)
"""Sides in pixels, in turn; most are small, which is quicker and looks at the same things."""

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


def drawings() -> Iterator[tuple[str, Rgb]]:
    """Kind and picture of every drawing."""
    for kind, draw in DRAWINGS.items():
        for number in range(DRAWN_EACH):
            random = np.random.default_rng([number, *kind.encode()])
            yield kind, dressed(draw(random, SIDES[number // 3 % 3]), number % 3)


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


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="where the pictures go")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for number, (kind, picture) in enumerate([*drawings(), *samples()]):
        cv2.imwrite(str(options.out / f"{number:03}-{kind}.png"), np.ascontiguousarray(picture[..., ::-1]))


if __name__ == "__main__":
    main()
