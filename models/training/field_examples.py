"""Examples to train the network that finds the field of view: small compositions, and how much of each cell is tissue.

`examples` takes a folder of sets with `images/`, `fov/` and `split.csv`, of which it reads the train splits alone, and
returns pictures uint8[N,96,96,3] and targets uint8[N,48,48,1], 0 to 255.
"""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from tqdm import tqdm

from models.training.compositions import SHAPES, compose
from models.training.labelled import photographs_with_fields
from models.training.surrounds import FILLS
from retina.imaging.arrays import Mask, Rgb

SIDE = 96
"""The network sees the photograph stretched to SIDE x SIDE pixels; a cell of its answer is 2x2 of them."""

SHRUNK = 256
"""Longer side, in pixels, of the copies that are composed."""


def recoloured(rgb: Rgb, random: Generator) -> Rgb:
    """Tissue as another camera sees it: brighter or darker, another tint, red-free in gray or green, faded."""
    tissue = rgb.astype(np.float32) / 255
    kind = random.random()
    if kind < 0.08:
        tissue = np.repeat(tissue[..., 1:2], 3, axis=2)
    elif kind < 0.12:
        tissue = tissue * np.array([0.1, 1, 0.2], np.float32)
    elif kind < 0.6:
        tissue = tissue * random.uniform([0.75, 0.7, 0.5], [1.2, 1.3, 1.6]).astype(np.float32)
    if random.random() < 0.2:
        tissue = tissue * random.uniform(0.6, 0.9) + random.uniform(0, 0.15)  # a veil, as of a cataract
    tissue = np.clip(tissue, 0, 1) ** np.float32(random.uniform(0.6, 1.7)) * np.float32(random.uniform(0.45, 1.15))
    return np.asarray(np.clip(tissue * 255, 0, 255), np.uint8)


def example(rgb: Rgb, inside: Mask, random: Generator) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """One composition, uint8[96,96,3], and its target, uint8[48,48], 0 to 255."""
    odds = np.array([3.0 if name == "full" else 1.0 for name in SHAPES])
    shape = str(random.choice(list(SHAPES), p=odds / odds.sum()))
    fill = "eye" if shape == "small" and random.random() < 0.6 else str(random.choice([*FILLS, "letterbox"]))
    composed, truth = compose(recoloured(rgb, random), inside, shape, fill, random)
    picture: Any = cv2.resize(composed, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    if random.random() < 0.3:
        picture = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.3, 1.0))
    if random.random() < 0.3:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(35, 95))]
        picture = cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], cv2.IMREAD_COLOR)
    share: Any = truth.view(np.uint8) * np.uint8(255)
    return np.asarray(picture, np.uint8), np.asarray(
        cv2.resize(share, (SIDE // 2, SIDE // 2), interpolation=cv2.INTER_AREA), np.uint8
    )


def examples(data: Path, count: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """`count` compositions of the train splits' photographs, each set as often as the others."""
    random = np.random.default_rng(seed)
    by_set: dict[str, list[tuple[Rgb, Mask]]] = {}
    for set_, _, photograph, field in tqdm(photographs_with_fields(data, "train"), "photographs"):
        bgr: Any = cv2.imread(str(photograph))
        inside: Any = cv2.imread(str(field), cv2.IMREAD_GRAYSCALE)
        scale = SHRUNK / max(inside.shape)
        size = (round(inside.shape[1] * scale), round(inside.shape[0] * scale))
        small, mask = (cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in (bgr, inside))
        by_set.setdefault(set_, []).append((np.ascontiguousarray(small[..., ::-1]), np.asarray(mask > 127)))
    pictures = np.zeros((count, SIDE, SIDE, 3), np.uint8)
    targets = np.zeros((count, SIDE // 2, SIDE // 2, 1), np.uint8)
    for i in tqdm(range(count), "compositions"):
        photographs = by_set[str(random.choice(list(by_set)))]
        rgb, mask = photographs[int(random.integers(len(photographs)))]
        pictures[i], targets[i, ..., 0] = example(rgb, mask, random)
    return pictures, targets
