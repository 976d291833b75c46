"""How well the field of view is found in photographs whose background was subtracted, on its gray surround.

Takes a folder of sets with `images/` and `fov/`. Prints for each form and gain the mean and the worst intersection over
union with the true field, and how many of the photographs' other copies were taken for such a form. Nothing is fitted.

`python -m models.evaluation.subtracted_backgrounds --data DIR [--every 1]`
"""

import argparse
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from models.evaluation.exchanged_colours import copies
from models.evaluation.surrounds import overlap, shrunk
from models.training.labelled import photographs_with_fields
from retina.imaging.arrays import Mask, Rgb
from retina.imaging.field_of_view import find_field_of_view, search_copy
from retina.imaging.subtracted_background import subtracted_field

DARK = 15
GAINS = (2.0, 4.0)


def subtracted(rgb: Rgb, gain: float) -> Rgb:
    """`gain` times what differs from the blurred photograph, around a middle gray (Graham 2015), in the whole frame."""
    ground = cv2.GaussianBlur(rgb, (0, 0), max(1.0, _lit_box(rgb)[2] / 60))
    return np.asarray(cv2.addWeighted(rgb, gain, ground, -gain, 128), np.uint8)


def forms(rgb: Rgb, inside: Mask, gain: float) -> Iterator[tuple[str, Rgb, Mask]]:
    """Name, picture and true field of view: with a gray surround, cut to nine tenths of the radius, and with a halo."""
    whole, lit = subtracted(rgb, gain), rgb.max(axis=2) > DARK
    left, top, width, height = _lit_box(rgb)
    circle = np.zeros(lit.shape, np.uint8)
    cv2.circle(circle, (left + width // 2, top + height // 2), int(0.45 * width), (1,), -1)
    gray = np.where(lit[..., None], whole, 128).astype(np.uint8)
    yield "gray surround", gray, inside
    yield "gray surround, green alone", np.repeat(gray[..., 1:2], 3, axis=2), inside
    yield "cut to .9 of the radius", np.where(circle[..., None] > 0, whole, 128).astype(np.uint8), inside & (circle > 0)
    yield "with a halo", whole, inside


def _lit_box(rgb: Rgb) -> tuple[int, int, int, int]:
    left, top, width, height = cv2.boundingRect((rgb.max(axis=2) > DARK).astype(np.uint8))
    return left, top, width, height


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    scores, mistaken, others = defaultdict[str, list[float]](list), Counter[str](), 0
    for set_, id, photograph, field in photographs_with_fields(options.data)[:: options.every]:
        bgr, mask = cv2.imread(str(photograph)), cv2.imread(str(field), cv2.IMREAD_GRAYSCALE)
        rgb, inside = shrunk(np.ascontiguousarray(bgr[..., ::-1]), np.asarray(mask > 127))
        for gain in GAINS:
            for name, picture, truth in forms(rgb, inside, gain):
                found = find_field_of_view(picture).mask(truth.shape)
                scores[f"{name}, gain {gain:g}"].append(overlap(found, truth))
        small, covered = shrunk(rgb, inside, 512)
        for kind, picture in copies(small, covered, zlib.crc32(f"{set_} {id}".encode()), 4):
            others += 1
            mistaken[kind] += subtracted_field(search_copy(picture)) is not None
    for name, values in scores.items():
        print(f"| {name} | {len(values)} | {np.mean(values):.3f} | {min(values):.3f} |")
    print(f"Of {others} other copies mistaken: {sum(mistaken.values())}", dict(+mistaken))


if __name__ == "__main__":
    main()
