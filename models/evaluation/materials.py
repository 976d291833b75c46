"""What drawings are made of: smooth noise, rough grounds, lines, forking trees and cells."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from retina.imaging.arrays import Rgb

Random = np.random.Generator
Texture = NDArray[np.float32]
Colour = tuple[int, ...]
Lines = NDArray[np.uint8]
Points = NDArray[np.float64]


def texture(random: Random, side: int, grain: float) -> Texture:
    """Smooth noise float32[side,side], mean 0 and deviation 1, whose blobs are `grain` (share of the side) large."""
    size = max(2, round(1 / grain))
    coarse = random.standard_normal((size, size)).astype(np.float32)
    smooth = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    return np.asarray((smooth - smooth.mean()) / (smooth.std() + 1e-6), np.float32)


def ground(random: Random, side: int, colour: tuple[int, int, int], rough: float) -> Rgb:
    """A plain of one colour, roughened by `rough` levels at several scales."""
    uneven = sum(texture(random, side, grain) for grain in (0.5, 0.1, 0.02)) + random.standard_normal((side, side))
    plain = np.array(colour, np.float32) + rough * np.asarray(uneven, np.float32)[..., None]
    return np.asarray(np.clip(plain, 0, 255), np.uint8)


def branches(
    canvas: Rgb, random: Random, start: tuple[float, float], angle: float, length: float, width: float, colour: Colour
) -> None:
    """Draw a tree that forks, ever thinner, from `start` (x, y in pixels) onto `canvas`."""
    x, y = start
    for _ in range(8):
        angle += random.normal(0, 0.12)
        far = (x + length / 8 * np.cos(angle), y + length / 8 * np.sin(angle))
        ends = [(round(16 * a), round(16 * b)) for a, b in ((x, y), far)]
        cv2.line(canvas, ends[0], ends[1], colour, max(1, round(width)), cv2.LINE_AA, 4)
        x, y = far
    if width > 1 and length > 8:
        for side in (-1, 1):
            turn, shrink = side * random.uniform(0.25, 0.7), random.uniform(0.6, 0.85)
            branches(canvas, random, (x, y), angle + turn, length * shrink, width * 0.7, colour)


def blank(side: int) -> Lines:
    """An empty sheet uint8[side,side] to draw lines on."""
    return np.zeros((side, side), np.uint8)


def stroke(sheet: Lines, points: Points, width: float) -> None:
    """Draw the polyline float[n,2] (x, y in pixels), `width` pixels wide, in white."""
    fixed = np.clip(np.rint(np.asarray(points) * 16), -500_000, 500_000).astype(np.int32)
    cv2.polylines(sheet, [fixed], False, (255,), max(1, round(width)), cv2.LINE_AA, 4)


def bow(random: Random, start: tuple[float, float], end: tuple[float, float], sag: float, rough: float = 0.0) -> Points:
    """A bent line float64[32,2] between two points, off the straight by `sag`, shaken by `rough` of its length."""
    a, b, t = np.array(start, float), np.array(end, float), np.linspace(0, 1, 32)[:, None]
    across = np.array([-(b - a)[1], (b - a)[0]])
    walk = np.cumsum(random.normal(0, 1, (32, 1)), axis=0) / 6
    return np.asarray(a + t * (b - a) + across * (4 * sag * t * (1 - t) + rough * (walk - t * walk[-1])))


@dataclass(frozen=True)
class Habit:
    """How a tree grows: angles in radians; what is left of length and width at a fork; shoots along a branch."""

    wiggle: float = 0.15
    spread: float = 0.5
    length: float = 0.75
    width: float = 0.7
    shoots: int = 0
    depth: int = 7


def grow(
    sheet: Lines, random: Random, start: tuple[float, float], angle: float, size: tuple[float, float], habit: Habit
) -> None:
    """Draw a tree from `start` (x, y); `size` is the length and the width in pixels of its first branch."""
    length, width = size
    steps = max(4, round(length / 9))
    turns = angle + np.cumsum(random.normal(0, habit.wiggle, steps))
    path = np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1) * length / steps, axis=0) + start
    points = np.vstack([[start], path])
    stroke(sheet, points, width)
    if habit.depth < 1 or width < 0.6 or length < 5:
        return
    less, smaller = replace(habit, depth=habit.depth - 1), length * habit.length
    for shoot in range(habit.shoots):
        at = int(random.integers(1, steps))
        turn = turns[at] + (-1) ** shoot * random.uniform(0.6, 1.3)
        grow(sheet, random, tuple(points[at]), turn, (smaller * 0.7, width * 0.5), replace(less, depth=less.depth // 2))
    for way in (-1, 1):
        turn = turns[-1] + way * habit.spread * random.uniform(0.4, 1.3)
        grow(sheet, random, tuple(path[-1]), turn, (smaller * random.uniform(0.8, 1.2), width * habit.width), less)


def paint(picture: Rgb, sheet: cv2.typing.MatLike, colour: Colour, strength: float = 1.0) -> Rgb:
    """The picture with `colour` where the sheet, uint8[S,S] or a share float[S,S], is white."""
    share = np.asarray(sheet, np.float32) * (strength / (255 if sheet.dtype == np.uint8 else 1))
    return np.asarray(picture + (np.array(colour, np.float32) - picture) * np.clip(share, 0, 1)[..., None], np.uint8)


def soft(sheet: cv2.typing.MatLike, pixels: float) -> cv2.typing.MatLike:
    """`sheet` blurred by so many pixels."""
    return cv2.GaussianBlur(sheet, (0, 0), max(0.4, pixels))


def clouds(random: Random, side: int, grain: float) -> Texture:
    """Noise of four scales, each half as strong as the one before, mean 0 and deviation 1."""
    layers = sum(0.55**i * texture(random, side, grain / 2**i) for i in range(4))
    return np.asarray((layers - np.mean(layers)) / (np.std(layers) + 1e-6), np.float32)


def borders(random: Random, side: int, number: int, bend: float = 0.01) -> Texture:
    """The distance from the borders of `number` random cells, as a share of the side, float32[side,side]."""
    small = min(side, 360)
    rows, columns = np.mgrid[0 : 1 : small * 1j, 0 : 1 : small * 1j]
    at = np.stack([rows + bend * clouds(random, small, 0.1), columns + bend * clouds(random, small, 0.1)], axis=-1)
    near, _ = KDTree(random.uniform(-0.05, 1.05, (number, 2))).query(at, k=2)
    return np.asarray(cv2.resize((near[..., 1] - near[..., 0]).astype(np.float32), (side, side)), np.float32)


def shade(random: Random, side: int, colour: tuple[int, int, int], rough: float, uneven: float = 0.15) -> Rgb:
    """A rough ground in light that is uneven by at most a share, its hue changing a little from place to place."""
    light = 1 + uneven * random.random() * clouds(random, side, 0.6)[..., None]
    hue = 1 + 0.04 * texture(random, side, 0.3)[..., None] * random.normal(0, 1, 3)
    return np.asarray(np.clip(ground(random, side, colour, rough) * light * hue, 0, 255), np.uint8)


def pick(random: Random, *colours: Colour) -> tuple[int, int, int]:
    """One of the colours, changed a little."""
    red, green, blue = (int(np.clip(c + random.normal(0, 12), 0, 255)) for c in colours[random.integers(len(colours))])
    return red, green, blue


def darker(colour: Colour, by: float) -> Colour:
    """The colour times a factor, at most white."""
    return tuple(int(min(255, c * by)) for c in colour)


def polar(side: int, middle: tuple[float, float] = (0.5, 0.5)) -> tuple[Texture, Texture]:
    """Distance from the middle (1 at half the side) and angle in radians, float32[side,side]."""
    rows, columns = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j].astype(np.float32)
    down, across = rows - middle[1], columns - middle[0]
    return 2 * np.hypot(down, across), np.arctan2(down, across)
