"""Draw augmented training patches from labelled photographs, reproducible from a seed.

Each patch looks as the service would see it: the photograph is resized to a random field-of-view width, its colour,
light and sharpness are changed, it is preprocessed by the service's own `retina.imaging.preprocessing.normalise`, then
rotated and flipped. On request some photographs are first reduced to what a smaller camera would have given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training import small_cameras
from models.training.crops import Crop
from models.training.drawn_labels import ReducedLabel
from models.training.labelled import LabelledPhotograph, read_mask
from retina.imaging.arrays import (
    CERTAIN,
    Canvas,
    Gray,
    Mask,
    Rgb,
)
from retina.imaging.model_card import Preparation
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.preprocessing import normalise, resample
from retina.imaging.segmentation import segment

SIDE = 320
"""Side of a patch in pixels."""
WIDTHS = (560, 2100)
"""Range of field-of-view widths in pixels, drawn log-uniformly. The shipped canvases lie inside it."""
POOL, FRESH = 36, 1
"""Patches are cut from the last `POOL` augmented photographs, of which each batch replaces `FRESH`, because augmenting
a photograph costs more than cutting a patch."""


@dataclass(frozen=True)
class Source:
    """A photograph cropped to its field of view, at most `crops.WIDTH` wide.

    `rgb` is uint8[H,W,3], `vessels` uint8[H,W] (0 to 255, area-averaged), `inside`, the field of view, bool[H,W].
    `small` are the labels of smaller cameras, if they are to be learned from.
    """

    rgb: Rgb
    vessels: Gray
    inside: Mask
    small: tuple[ReducedLabel, ...] = ()


def load(photograph: LabelledPhotograph, teacher: VesselNetwork | None = None, *, small: bool = False) -> Source:
    """Read and crop one photograph; with `small`, also make its labels for smaller cameras.

    With a `teacher`, the label is the mean of the mask and of the teacher's probability map with test-time
    augmentation.
    """
    crop = Crop(photograph.photograph)
    mask = read_mask(photograph.vessels)
    vessels = mask.astype(np.uint8) * 255
    if teacher:
        taught = segment(Photograph(crop.photograph, crop.view, ""), teacher, flips=True).probability
        vessels = np.rint((vessels + taught * (255 / CERTAIN)) / 2).astype(np.uint8)
    return Source(
        rgb=crop(crop.photograph),
        vessels=crop(vessels),
        inside=crop.inside(),
        small=small_cameras.labels(mask[crop.window]) if small else (),
    )


@dataclass(frozen=True)
class Disturbed:
    """An augmented photograph after preprocessing: one width, and the look of one camera.

    `values` is float32[h,w], `vessels` uint8[h,w], `inside`, the field of view, bool[h,w].
    """

    values: Canvas
    vessels: Gray
    inside: Mask


class Patches:
    """Batches numbered from 0. A batch depends on its number only, not on the batches drawn before."""

    def __init__(self, sets: Sequence[Sequence[Source]], batch: int, seed: int, small: float = 0.0) -> None:
        """`small` is the share of the photographs, 0 to 1, that are reduced to what a smaller camera gives."""
        self._sets, self._batch, self._seed, self._small = sets, batch, seed, small
        self._disturbed = lru_cache(POOL)(self._disturb)

    def __call__(self, number: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Inputs float32[batch,SIDE,SIDE,1] and targets float32[batch,SIDE,SIDE,2]: vessel (0 to 1), inside (0 or 1).

        All sets are drawn equally often, however many photographs each has.
        """
        random = np.random.default_rng((self._seed, 0, number))
        pool = [self._disturbed(number * FRESH + i) for i in range(POOL)]
        return stacked([cut(pool[int(random.integers(POOL))], SIDE, random) for _ in range(self._batch)])

    def _disturb(self, index: int) -> Disturbed:
        random = np.random.default_rng((self._seed, 1, index))
        sources = self._sets[index % len(self._sets)]
        return _disturb(sources[int(random.integers(len(sources)))], random, self._small)


def _disturb(source: Source, random: np.random.Generator, small: float) -> Disturbed:
    rgb, vessels, width = source.rgb, source.vessels, float(np.exp(random.uniform(*np.log(WIDTHS))))
    if small and source.small and random.random() < small:
        rgb, vessels, width = small_cameras.photograph(rgb, source.small, random)
    return disturb(rgb, vessels, source.inside, width, random)


def disturb(rgb: Rgb, vessels: Gray, inside: Mask, width: float, random: np.random.Generator) -> Disturbed:
    """A photograph cropped to its field of view, of any size, as another camera shows it at this `width` in pixels.

    `vessels` uint8[h,w] and the field of view `inside` bool[h,w] may have other sizes.
    """
    size = (round(width), round(round(width) * inside.shape[0] / inside.shape[1]))
    gray = _retake(rgb, size, random)
    seen = cv2.resize(inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST).view(np.bool_)
    return Disturbed(normalise(gray, seen, Preparation()), resample(vessels, size), seen)


def stacked(cuts: Sequence[tuple[Canvas, NDArray[np.float32]]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A batch of what `cut` gives: inputs float32[batch,side,side,1] and targets float32[batch,side,side,2]."""
    return np.stack([patch for patch, _ in cuts])[..., None], np.stack([target for _, target in cuts])


def cut(photograph: Disturbed, side: int, random: np.random.Generator) -> tuple[Canvas, NDArray[np.float32]]:
    """A patch float32[side,side], turned and flipped, and its target float32[side,side,2]: vessel, inside."""
    warp, area = _warp(photograph.inside, side, random), (side, side)
    target = np.zeros((side, side, 2), np.float32)
    target[..., 0] = cv2.warpAffine(photograph.vessels, warp, area, flags=cv2.INTER_LINEAR).astype(np.float32) / 255
    target[..., 1] = cv2.warpAffine(photograph.inside.view(np.uint8), warp, area, flags=cv2.INTER_NEAREST)
    return cv2.warpAffine(photograph.values, warp, area, flags=cv2.INTER_LINEAR) * target[..., 1], target


def _warp(inside: Mask, side: int, random: np.random.Generator) -> NDArray[np.float64]:
    """A random rotation, flip and 8 % anisotropy about a point well inside `inside`.

    Returns float64[2,3], from source to patch.
    """
    coarse = np.pad(inside[::8, ::8].astype(np.uint8), 1)
    core = cv2.erode(coarse, np.ones((13, 13), np.uint8), borderType=cv2.BORDER_REPLICATE)[1:-1, 1:-1]
    rows, columns = np.nonzero(core)
    pick = random.integers(len(rows))
    centre = np.array([columns[pick], rows[pick]]) * 8.0
    angle = random.uniform(0, 2 * np.pi)
    claim = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stretch = np.diag(np.exp(random.uniform(-0.08, 0.08, 2)) * random.choice([-1, 1], 2))
    linear = claim @ stretch
    return np.column_stack([linear, side / 2 - linear @ centre])


def _retake(rgb: Rgb, size: tuple[int, int], random: np.random.Generator) -> Gray:
    """Simulate the green channel of another camera at `size` (width, height), uint8[h,w].

    Varies colour filters, gamma, light, blur, noise and compression.
    """
    red, blue = random.uniform(-0.1, 0.25), random.uniform(-0.1, 0.25)
    mixed = cv2.transform(rgb, np.array([[red, 1 - red - blue, blue]], np.float32))
    if random.random() < 0.3:  # a low-resolution photograph, enlarged
        factor = random.uniform(0.35, 0.9)
        mixed = resample(mixed, (round(size[0] * factor), round(size[1] * factor)))
    curve = np.linspace(0, 1, 256, dtype=np.float32) ** np.exp(random.uniform(-0.5, 0.5))
    gray: NDArray[np.floating[Any]] = resample(cv2.LUT(mixed, curve), size)
    if random.random() < 0.5:
        light = random.uniform(0.5, 1.5, (3, 3)).astype(np.float32)
        gray = gray * cv2.resize(light, size, interpolation=cv2.INTER_CUBIC)
    mean = float(gray.mean())
    gray = (gray - mean) * random.uniform(0.6, 1.4) + mean * np.exp(random.uniform(-0.5, 0.4))
    if random.random() < 0.5:
        gray = np.asarray(cv2.GaussianBlur(gray, (0, 0), np.exp(random.uniform(-1.2, 0.8)) * size[0] / 700))
    if random.random() < 0.5:
        gray = gray + random.standard_normal(gray.shape, np.float32) * np.float32(random.uniform(0.002, 0.04))
    levels = np.asarray(np.clip(gray * 255, 0, 255), np.uint8)
    if random.random() < 0.3:
        _, packed = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(12, 90))])
        levels = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return levels
