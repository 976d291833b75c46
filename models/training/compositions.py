"""Compositions: a photograph's field of view in another shape, on another surround, with the true mask.

`compose` takes RGB uint8[H,W,3], the true field of view bool[H,W], the names of a shape and of a surround, and a random
generator; it returns the composed photograph and its true field of view. Nothing is read from disk.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.training.surrounds import FILLS, HELD_OUT, black, write
from retina.imaging.arrays import Mask, Rgb


@dataclass
class Field:
    """Tissue uint8[H,W,3] and how much of each pixel it covers, float32[H,W], 0 to 1."""

    tissue: Rgb
    cover: NDArray[np.float32]


def cut_out(rgb: Rgb, inside: Mask) -> Field:
    """The field of view of a photograph without a margin. What lies outside it is filled with the tissue's mean."""
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    window = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    return Field(np.ascontiguousarray(rgb[window]), inside[window].astype(np.float32))


def pad(field: Field, margins: tuple[float, float, float, float]) -> Field:
    """Margins (top, bottom, left, right) as shares of the field's longer side; a negative one cuts the field."""
    height, width = field.cover.shape
    side = max(height, width)
    top, bottom, left, right = (round(m * side) for m in margins)
    window = (slice(max(0, -top), height - max(0, -bottom)), slice(max(0, -left), width - max(0, -right)))
    grow = ((max(0, top), max(0, bottom)), (max(0, left), max(0, right)))
    return Field(np.pad(field.tissue[window], (*grow, (0, 0))), np.pad(field.cover[window], grow))


def full(field: Field, random: Generator) -> Field:
    """The whole field with a small margin, now and then a large one."""
    reach = 0.5 if random.random() < 0.2 else 0.12
    return pad(field, tuple(random.uniform(0, reach, 4)))


def _sides(random: Generator) -> NDArray[np.bool_]:
    sides = random.random(4) < 0.5
    sides[random.integers(4)] = True
    return sides


def cut_at_frame(field: Field, random: Generator) -> Field:
    """Cut on one to four sides by the frame."""
    sides = _sides(random)
    margins = np.where(sides, -random.uniform(0.02, 0.16, 4), random.uniform(0, 0.15, 4))
    return pad(field, tuple(margins))


def cut_inside(field: Field, random: Generator) -> Field:
    """Cut on one to four sides by straight lines, with the surround beyond."""
    sides = _sides(random)
    cut = pad(field, tuple(np.where(sides, -random.uniform(0.02, 0.16, 4), 0.0)))
    return pad(cut, tuple(random.uniform(0.01, 0.15, 4)))


def off_centre(field: Field, random: Generator) -> Field:
    """Far from the middle of the frame, perhaps beyond its edge."""
    along, across = random.uniform(-0.25, 0.8), random.uniform(-0.25, 0.8)
    margins = np.array([along, random.uniform(0, 0.1), across, random.uniform(0, 0.1)])
    if random.random() < 0.5:
        margins = margins[[1, 0, 3, 2]]
    return pad(field, tuple(margins))


def notched(field: Field, random: Generator) -> Field:
    """With one or two notches in the rim, or a tab on it: an orientation mark."""
    grown = pad(field, (0.06,) * 4)
    height, width = grown.cover.shape
    cover = grown.cover.copy()
    tissue = grown.tissue.copy()
    for _ in range(int(random.integers(1, 3))):
        angle = random.uniform(0, 2 * np.pi)
        reach = random.uniform(0.96, 1.0) * (min(height, width) - 0.12 * max(height, width)) / 2
        x, y = width / 2 + reach * np.cos(angle), height / 2 + reach * np.sin(angle)
        size = random.uniform(0.015, 0.045) * max(height, width)
        shape = np.zeros_like(cover)
        corners = np.array(
            [[-1, -1], [1, -1], [1, 1], [-1, 1]] if random.random() < 0.5 else [[-1, -1], [1, 0], [-1, 1]]
        )
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        cv2.fillPoly(shape, [np.rint((corners * size) @ turn + (x, y)).astype(np.int32)], (1.0,))
        if random.random() < 0.35:
            new = (shape > 0) & (cover < 0.5)
            tissue[new] = np.median(tissue[cover > 0.5][::97], axis=0)
            cover = np.maximum(cover, shape)
        else:
            cover = cover * (1 - shape)
    return full(Field(tissue, cover), random)


def oval(field: Field, random: Generator) -> Field:
    """An ultra-wide field: only an ellipse of it is left, on some pictures cut by lids above and below."""
    height, width = field.cover.shape
    ellipse = np.zeros((height, width), np.uint8)
    axes = (int(width * random.uniform(0.4, 0.5)), int(height * random.uniform(0.28, 0.5)))
    cv2.ellipse(ellipse, (width // 2, height // 2), axes, random.uniform(-12, 12), 0, 360, [1], -1)
    cover = field.cover * ellipse
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    window = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    return full(Field(np.ascontiguousarray(field.tissue[window]), np.ascontiguousarray(cover[window])), random)


def filling(field: Field, random: Generator) -> Field:
    """A part of the tissue that fills the frame: no surround at all."""
    height, width = field.cover.shape
    reach = random.uniform(0.2, 0.34) * min(height, width)
    ratio = random.uniform(0.75, 1.0)
    half = (int(reach * ratio), int(reach)) if random.random() < 0.5 else (int(reach), int(reach * ratio))
    window = (slice(height // 2 - half[0], height // 2 + half[0]), slice(width // 2 - half[1], width // 2 + half[1]))
    return Field(np.ascontiguousarray(field.tissue[window]), np.ones((2 * half[0], 2 * half[1]), np.float32))


def montage(field: Field, random: Generator) -> Field:
    """Two to five copies of the field, mirrored and shifted against each other."""
    height, width = field.cover.shape
    shape = (int(height * 1.6), int(width * 1.6))
    tissue, cover = np.zeros((*shape, 3), np.uint8), np.zeros(shape, np.float32)
    for _ in range(int(random.integers(2, 6))):
        y, x = int(random.uniform(0.1, 0.5) * height), int(random.uniform(0.1, 0.5) * width)
        window = (slice(y, y + height), slice(x, x + width))
        step = int(random.choice([-1, 1]))
        own = field.cover[::step, ::-1] > 0.5
        bright = field.tissue[::step, ::-1] * random.uniform(0.85, 1.15)
        tissue[window][own] = np.clip(bright, 0, 255).astype(np.uint8)[own]
        cover[window][own] = 1
    return Field(tissue, cover)


def small(field: Field, random: Generator) -> Field:
    """A small field in a large frame, with a soft edge: a video frame."""
    grown = pad(field, tuple(random.uniform(0.25, 0.9, 4)))
    soft = max(1.0, random.uniform(0.002, 0.012) * max(grown.cover.shape))
    return Field(grown.tissue, np.asarray(cv2.GaussianBlur(grown.cover, (0, 0), soft), np.float32))


def shadowed(field: Field, random: Generator) -> Field:
    """With a dark crescent at one side, as a small pupil leaves it; the shadow is no part of the field of view."""
    grown = full(field, random)
    height, width = grown.cover.shape
    radius = max(field.cover.shape) / 2
    angle, shift = random.uniform(0, 2 * np.pi), random.uniform(0.1, 0.35) * radius
    rows, columns = np.nonzero(grown.cover > 0.5)
    y, x = rows.mean() + shift * np.sin(angle), columns.mean() + shift * np.cos(angle)
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    light = 1 / (1 + np.exp((np.hypot(ys - y, xs - x) - radius) / (random.uniform(0.006, 0.02) * radius)))
    return Field(grown.tissue, (grown.cover * light).astype(np.float32))


SHAPES: dict[str, Callable[[Field, Generator], Field]] = {
    shape.__name__: shape
    for shape in (
        full, cut_at_frame, cut_inside, off_centre, notched, oval, filling, montage, small, shadowed
    )
}  # fmt: skip


def compose(rgb: Rgb, inside: Mask, shape: str, fill: str, random: Generator) -> tuple[Rgb, Mask]:
    """The photograph's field of view in a shape of `SHAPES` on a surround of `FILLS` or `HELD_OUT`.

    "letterbox" as `fill` is black, with bars of another gray on two or four sides of a cut field.
    """
    field = SHAPES[shape](cut_out(rgb, inside), random)
    size = field.cover.shape
    ground = black(size, random) if fill == "letterbox" else (FILLS | HELD_OUT)[fill](size, random)
    soft = random.choice([0.0, 0.6, 1.2])
    cover = cv2.GaussianBlur(field.cover, (0, 0), soft) if soft else field.cover
    composed = np.rint(ground + (field.tissue.astype(np.float32) - ground) * cover[..., None]).astype(np.uint8)
    truth = np.asarray(field.cover > 0.5)
    if fill in ("stamped", "scanner", "screen") and random.random() < 0.5:
        write(composed, random, 1)  # touching the field
    if fill == "letterbox":
        bars = random.uniform(0.03, 0.25, 2) * max(size)
        axis = random.integers(3)
        above, beside = int(bars[0]) * int(axis != 1), int(bars[1]) * int(axis != 0)
        grow = ((above, above), (beside, beside))
        brightness = int(random.choice([0, 12, 40, 128, 200, 255]))
        composed = np.pad(composed, (*grow, (0, 0)), constant_values=brightness)
        truth = np.pad(truth, grow)
    return composed, truth
