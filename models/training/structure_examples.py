"""Patches to train the structures network, from AVRDB's centre-lines, IDRID's masks, and drawn discs and foveas.

`Batches` cuts augmented patches from the photographs of `structure_sources`, reproducible from a seed.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.training.structure_sources import Source
from retina.imaging.arrays import Rgb
from retina.imaging.structures.preparation import channels

WIDTHS = (430, 760)
"""Field-of-view widths that patches are cut at, drawn log-uniformly."""
SIDE = 512
"""Side of a patch; targets are half as large."""

FOVEA = 1 / 40
"""Deviation of the Gaussian at the fovea, as a share of the field of view's width."""

TARGETS = 7
"""Disc, disc known, fovea, fovea known, inside the field of view, arteries' centre-lines, veins' centre-lines."""

Values = NDArray[np.float16]
"""Half precision, because batches are passed between processes."""


class Batches:
    """Batches numbered from 0. A batch depends on its number only, not on the batches drawn before."""

    def __init__(self, photographs: Sequence[Source], batch: int, seed: int) -> None:
        by_set: dict[str, list[Source]] = {}
        for photograph in photographs:
            by_set.setdefault(photograph.set, []).append(photograph)
        self._sets, self._batch, self._seed = list(by_set.values()), batch, seed
        lines = np.array([any(each.artery is not None for each in one) for one in self._sets])
        weight = np.where(lines, max(1, (~lines).sum()) / max(1, lines.sum()), 1.0)
        self._shares = weight / weight.sum()

    def __call__(self, number: int) -> tuple[Values, Values]:
        """Inputs float16[batch,SIDE,SIDE,4] and targets float16[batch,SIDE/2,SIDE/2,TARGETS].

        Sets that teach arteries and veins, the harder part, are drawn as often as all others together; within these
        halves all sets are drawn equally often, however many photographs each has.
        """
        random = np.random.default_rng((self._seed, number))
        examples = []
        for _ in range(self._batch):
            one = self._sets[int(random.choice(len(self._sets), p=self._shares))]
            examples.append(_example(one[int(random.integers(len(one)))], random))
        return np.stack([x for x, _ in examples]), np.stack([y for _, y in examples])


def _example(source: Source, random: Generator) -> tuple[Values, Values]:
    warp = _warp(source, random)
    area = (SIDE, SIDE)
    zoom = float(np.hypot(*warp[0, :2]))
    rgb = cv2.GaussianBlur(source.rgb, (0, 0), 0.45 / zoom) if zoom < 0.9 else source.rgb  # else pixels are skipped
    patch = cv2.warpAffine(rgb, warp, area)
    inside = cv2.warpAffine(source.inside.view(np.uint8), warp, area, flags=cv2.INTER_NEAREST) > 0
    targets = np.zeros((SIDE // 2, SIDE // 2, TARGETS), np.float16)
    # Pixel i of the targets covers pixels 2i and 2i+1 of the patch.
    half = warp * 0.5
    half[:, 2] -= 0.25

    def target(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.asarray(cv2.warpAffine(pixels, half, (SIDE // 2, SIDE // 2)), np.float32) / np.float32(255)

    if source.disc is not None:
        targets[..., 0], targets[..., 1] = target(source.disc), 1
    if source.fovea is not None:
        targets[..., 3] = 1
        x, y = half[:, :2] @ np.array(source.fovea) + half[:, 2]
        rows, columns = np.ogrid[: SIDE // 2, : SIDE // 2]
        spread = FOVEA * source.rgb.shape[1] * np.linalg.norm(half[0, :2])
        targets[..., 2] = np.exp(-((columns - x) ** 2) / (2 * spread**2)) * np.exp(-((rows - y) ** 2) / (2 * spread**2))
    targets[..., 4] = inside[::2, ::2]
    if source.artery is not None and source.vein is not None:
        targets[..., 5], targets[..., 6] = target(source.artery), target(source.vein)
    return channels(_retaken(np.asarray(patch, np.uint8), random), inside).astype(np.float16), targets


def _warp(source: Source, random: Generator) -> NDArray[np.float64]:
    """float64[2,3] from the source to the patch: a scale, a flip, a turn, a little anisotropy, about a point inside."""
    height, width = source.inside.shape
    scale = np.exp(random.uniform(*np.log(WIDTHS))) / width
    centre = np.array([width, height]) * (0.5 + random.uniform(-0.15, 0.15, 2))
    if source.disc is not None and random.random() < 0.4 and source.disc.any():
        rows, columns = np.nonzero(source.disc > 127)
        spread = random.uniform(-0.45, 0.45, 2) * SIDE / scale
        centre = np.array([columns.mean(), rows.mean()]) + spread
    angle = random.uniform(-np.pi, np.pi) if random.random() < 0.2 else random.normal(0, 0.25)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag(scale * np.exp(random.uniform(-0.07, 0.07, 2)) * random.choice([-1, 1], 2))
    return np.column_stack([linear, SIDE / 2 - linear @ centre])


def _retaken(patch: Rgb, random: Generator) -> NDArray[np.float32]:
    """Red and green, float32[H,W,2], 0 to 255, as another camera and another light would have them."""
    mix = np.eye(3, dtype=np.float32)[:2] + random.uniform(-0.25, 0.25, (2, 3)).astype(np.float32)
    pair = list(cv2.split(np.clip(cv2.transform(patch.astype(np.float32) / np.float32(255), mix), 0, 1)))
    if random.random() < 0.07:
        pair[0] = pair[1]  # red-free
    gamma, exposure = np.exp(random.uniform(-0.4, 0.4, 2)), np.exp(random.uniform(-0.6, 0.15, 2))
    pair = [cv2.pow(plane, power) * np.float32(gain) for plane, power, gain in zip(pair, gamma, exposure, strict=True)]
    if random.random() < 0.5:
        light = random.uniform(0.6, 1.4, (3, 3))
        for i in range(2):
            own = (light * random.uniform(0.85, 1.15, (3, 3))).astype(np.float32)
            pair[i] = pair[i] * cv2.resize(own, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    if random.random() < 0.25:
        sigma = float(np.exp(random.uniform(-1.2, 0.3)))
        pair = [cv2.GaussianBlur(plane, (0, 0), sigma) for plane in pair]
    if random.random() < 0.4:
        much = np.float32(random.uniform(0.002, 0.03))
        pair = [plane + random.standard_normal(plane.shape, np.float32) * much for plane in pair]
    levels: Any = [np.clip(plane * np.float32(255), 0, 255) for plane in pair]
    if random.random() < 0.15:
        packed = cv2.merge([*levels, levels[1]]).astype(np.uint8)
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(60, 95))]
        file = cv2.imencode(".jpg", packed, quality)[1]
        levels = cv2.split(cv2.imdecode(file, cv2.IMREAD_COLOR).astype(np.float32))[:2]
    return np.asarray(cv2.merge(levels), np.float32)
