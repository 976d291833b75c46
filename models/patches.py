"""Training patches: labelled photographs in, augmented patches out, reproducible from a seed.

Each patch is drawn as the service would see it: the photograph at a random field-of-view width, changed in colour,
light and sharpness, then prepared by the service's own `retina.canvas.normalise`, then rotated and flipped.
Does not train.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.labelled import LabelledPhotograph, read_mask
from retina.arrays import Gray, Mask, Rgb
from retina.canvas import normalise
from retina.field_of_view import find_field_of_view
from retina.model_card import Preparation

SIDE = 256
"""Pixels of a patch's side."""
WIDTHS = (420, 1100)
"""The range of field-of-view widths in pixels, drawn log-uniformly: the shipped canvases lie inside it."""
CACHED_WIDTH = 1400


@dataclass(frozen=True)
class Source:
    """A photograph cropped to its field of view, at most `CACHED_WIDTH` wide: rgb uint8[H,W,3], vessels uint8[H,W]
    (0 to 255, area-averaged) and field of view bool[H,W].
    """

    rgb: Rgb
    vessels: Gray
    inside: Mask


def load(photograph: LabelledPhotograph) -> Source:
    """Read and crop one photograph."""
    rgb = np.asarray(Image.open(photograph.photograph).convert("RGB"))
    view = find_field_of_view(rgb)
    window = (slice(view.top, view.top + view.height), slice(view.left, view.left + view.width))
    scale = min(1.0, CACHED_WIDTH / view.width)
    size = (round(view.width * scale), round(view.height * scale))
    vessels = read_mask(photograph.vessels)[window].astype(np.uint8) * 255
    inside = view.mask(rgb.shape[:2])[window].astype(np.uint8)
    return Source(
        rgb=cv2.resize(rgb[window], size, interpolation=cv2.INTER_AREA),  # type: ignore[arg-type]
        vessels=cv2.resize(vessels, size, interpolation=cv2.INTER_AREA),  # type: ignore[arg-type]
        inside=cv2.resize(inside, size, interpolation=cv2.INTER_NEAREST).view(np.bool_),
    )


class Patches:
    """Batches numbered from 0: the same number gives the same batch, whatever was drawn before."""

    def __init__(self, sets: Sequence[Sequence[Source]], batch: int, seed: int) -> None:
        self._sets, self._batch, self._seed = sets, batch, seed

    def __call__(self, number: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Inputs float32[batch,SIDE,SIDE,1] and targets float32[batch,SIDE,SIDE,2]: vessel (0 to 1), inside (0 or 1).

        The sets are drawn equally often, however many photographs each has.
        """
        random = np.random.default_rng((self._seed, number))
        inputs = np.zeros((self._batch, SIDE, SIDE, 1), np.float32)
        targets = np.zeros((self._batch, SIDE, SIDE, 2), np.float32)
        for i in range(self._batch):
            sources = self._sets[(number * self._batch + i) % len(self._sets)]
            inputs[i, ..., 0], targets[i] = _patch(sources[int(random.integers(len(sources)))], random)
        return inputs, targets


def _patch(source: Source, random: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    width = round(float(np.exp(random.uniform(*np.log(WIDTHS)))))
    size = (width, round(width * source.rgb.shape[0] / source.rgb.shape[1]))
    rgb = cv2.resize(source.rgb, size, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(source.inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST).view(np.bool_)
    gray = _disturb(rgb, random)  # type: ignore[arg-type]
    values = normalise(gray, inside, Preparation())

    warp = _warp(inside, random)
    # The labels come from the cached size directly, so that their averages are taken once.
    label = cv2.resize(source.vessels, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    area = (SIDE, SIDE)
    target = np.zeros((SIDE, SIDE, 2), np.float32)
    target[..., 0] = cv2.warpAffine(label, warp, area, flags=cv2.INTER_LINEAR)
    target[..., 1] = cv2.warpAffine(inside.astype(np.uint8), warp, area, flags=cv2.INTER_NEAREST)
    patch = cv2.warpAffine(values, warp, area, flags=cv2.INTER_LINEAR)
    return patch * target[..., 1], target


def _warp(inside: Mask, random: np.random.Generator) -> NDArray[np.float64]:
    """Any rotation, flip and 8 % anisotropy about a point well inside: float64[2,3], from source to patch."""
    coarse = np.pad(inside[::8, ::8].astype(np.uint8), 1)
    core = cv2.erode(coarse, np.ones((13, 13), np.uint8), borderType=cv2.BORDER_REPLICATE)[1:-1, 1:-1]
    rows, columns = np.nonzero(core)
    pick = random.integers(len(rows))
    centre = np.array([columns[pick], rows[pick]]) * 8.0
    angle = random.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stretch = np.diag(np.exp(random.uniform(-0.08, 0.08, 2)) * random.choice([-1, 1], 2))
    linear = turn @ stretch
    return np.column_stack([linear, SIDE / 2 - linear @ centre])


def _disturb(rgb: Rgb, random: np.random.Generator) -> Gray:
    """Another camera's green channel: other colour filters, gamma, light, blur, noise and compression. uint8[h,w]."""
    values = rgb.astype(np.float32) / 255
    red, blue = random.uniform(-0.1, 0.25), random.uniform(-0.1, 0.25)
    gray = (1 - red - blue) * values[..., 1] + red * values[..., 0] + blue * values[..., 2]
    gray = np.clip(gray, 0, 1) ** np.exp(random.uniform(-0.5, 0.5))
    height, width = gray.shape
    if random.random() < 0.5:
        slope = random.uniform(-0.4, 0.4, 2)
        x, y = np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)
        gray = gray * np.clip(1 + slope[0] * x[None, :] + slope[1] * y[:, None], 0.3, 1.7)
    mean = float(gray.mean())
    gray = (gray - mean) * random.uniform(0.6, 1.4) + mean * np.exp(random.uniform(-0.5, 0.4))
    if random.random() < 0.5:
        gray = np.asarray(cv2.GaussianBlur(gray, (0, 0), random.uniform(0.3, 1.5)))
    elif random.random() < 0.3:
        factor = random.uniform(0.4, 0.9)
        smaller = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        gray = np.asarray(cv2.resize(smaller, (width, height), interpolation=cv2.INTER_LINEAR))
    if random.random() < 0.5:
        gray = gray + random.normal(0, random.uniform(0.002, 0.03), gray.shape).astype(np.float32)
    levels = np.asarray(np.clip(gray * 255, 0, 255), np.uint8)
    if random.random() < 0.25:
        _, packed = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(30, 90))])
        levels = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return levels
