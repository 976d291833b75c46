"""Drawn surrounds of a field of view: what scanners, screens, video recorders and editors put around a retina.

Every function of `FILLS` takes (height, width) and a random generator, and returns RGB uint8[H,W,3]. Nothing is read
from disk. `models.training.compositions` lays fields of view on them.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator

from retina.imaging.arrays import Rgb

Size = tuple[int, int]
Fill = Callable[[Size, Generator], Rgb]


def flat(size: Size, colour: tuple[float, ...] | list[float], noise: float, random: Generator) -> Rgb:
    """One colour (R, G, B) with normal noise of this standard deviation, gray or coloured."""
    grains = random.normal(0, noise, (*size, int(random.choice([1, 3])))) if noise else 0.0
    return np.asarray(np.clip(np.asarray(colour, float) + np.broadcast_to(grains, (*size, 3)), 0, 255), np.uint8)


def black(size: Size, random: Generator) -> Rgb:
    """Black."""
    return flat(size, (0, 0, 0), 0, random)


def noisy_black(size: Size, random: Generator) -> Rgb:
    """Black with a sensor's noise, 5 to 25 bright."""
    return flat(size, random.uniform(2, 14, 3).tolist(), random.uniform(2, 9), random)


def gray(size: Size, random: Generator) -> Rgb:
    """A scanner's gray, 35 to 45."""
    return flat(size, [random.uniform(33, 47)] * 3, random.uniform(0, 3), random)


def light_gray(size: Size, random: Generator) -> Rgb:
    """Gray from 60 to 220."""
    return flat(size, [random.uniform(60, 220)] * 3, random.uniform(0, 4), random)


def white(size: Size, random: Generator) -> Rgb:
    """White, or nearly."""
    return flat(size, [random.uniform(235, 255)] * 3, random.choice([0.0, 2.0]), random)


def green(size: Size, random: Generator) -> Rgb:
    """Any green."""
    return flat(size, (random.uniform(0, 60), random.uniform(70, 255), random.uniform(0, 90)), 2, random)


def blue(size: Size, random: Generator) -> Rgb:
    """Any blue."""
    return flat(size, (random.uniform(0, 70), random.uniform(0, 110), random.uniform(90, 255)), 2, random)


def coloured(size: Size, random: Generator) -> Rgb:
    """Any colour at all, a retina's included."""
    return flat(size, random.uniform(0, 255, 3).tolist(), random.uniform(0, 6), random)


def warm(size: Size, random: Generator) -> Rgb:
    """A colour that tissue may have, now and then a slope between two of them."""
    first, second = random.uniform([70, 25, 5], [235, 150, 110], (2, 3))
    if random.random() < 0.5:
        return flat(size, first.tolist(), random.uniform(0, 6), random)
    slope = np.linspace(0, 1, size[1], dtype=np.float32)[None, :, None]
    return np.asarray(np.broadcast_to(first + (second - first) * slope, (*size, 3)), np.uint8)


def gradient(size: Size, random: Generator) -> Rgb:
    """A slope between any two colours in any direction."""
    height, width = size
    angle = random.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    slope = np.cos(angle) * columns / width + np.sin(angle) * rows / height
    slope = (slope - slope.min()) / max(float(np.ptp(slope)), 1e-6)
    first, second = random.uniform(0, 255, (2, 3))
    return np.asarray(first + (second - first) * slope[..., None], np.uint8)


def textured(size: Size, random: Generator) -> Rgb:
    """Cloudy noise of two scales around any colour: cloth, paper, skin."""
    height, width = size
    out = np.broadcast_to(random.uniform(20, 235, 3), (height, width, 3)).astype(np.float32)
    for cells in (int(random.integers(4, 20)), int(random.integers(40, 160))):
        coarse = random.normal(0, random.uniform(4, 30), (cells, cells, int(random.choice([1, 3])))).astype(np.float32)
        grains = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        out = out + grains.reshape(height, width, -1)
    return np.asarray(np.clip(out, 0, 255), np.uint8)


def waves(size: Size, random: Generator) -> Rgb:
    """Curved bands of two colours, with a soft or sharp edge: interference on a screen, folded cloth."""
    height, width = size
    rows, columns = np.mgrid[:height, :width].astype(np.float32) / max(size)
    angle, bands = random.uniform(0, 2 * np.pi), random.uniform(3, 25)
    along = np.cos(angle) * columns + np.sin(angle) * rows
    across = np.cos(angle) * rows - np.sin(angle) * columns
    bend = random.uniform(0, 0.1) * np.sin(2 * np.pi * random.uniform(0.5, 3) * across)
    share = np.sin(2 * np.pi * bands * (along + bend)) * random.choice([1.0, 3.0, 30.0]) * 0.5 + 0.5
    first, second = random.uniform(0, 255, (2, 3))
    return np.asarray(first + (second - first) * np.clip(share, 0, 1)[..., None], np.uint8)


def shards(size: Size, random: Generator) -> Rgb:
    """Triangles of any colours on any colour, large and small."""
    out = flat(size, random.uniform(0, 255, 3).tolist(), 2, random)
    for _ in range(int(random.integers(5, 50))):
        middle = random.uniform(0, 1, 2) * size[::-1]
        corners = middle + random.normal(0, random.uniform(0.02, 0.15) * max(size), (3, 2))
        cv2.fillPoly(out, [np.rint(corners).astype(np.int32)], random.integers(0, 256, 3).tolist(), cv2.LINE_AA)
    return out


def write(picture: Rgb, random: Generator, lines: int = 1, *, edge: bool = True) -> None:
    """Write `lines` of made-up labels into the picture, near its edges if `edge`."""
    height, width = picture.shape[:2]
    for _ in range(lines):
        text = "".join(random.choice(list("0123456789:-/ ODS.ABCEIRNTMX"), int(random.integers(2, 22))).tolist())
        scale = random.uniform(0.35, 1.1) * min(height, width) / 400
        x = int(random.uniform(0, 0.8) * width)
        y = int(
            (random.choice([random.uniform(0.02, 0.12), random.uniform(0.9, 0.99)]) if edge else random.uniform(0, 1))
            * height
        )
        colour = (
            random.choice([0, 255], 3).tolist()
            if random.random() < 0.3
            else [int(random.choice([0, 60, 200, 255]))] * 3
        )
        cv2.putText(picture, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, colour, max(1, int(scale * 2)), cv2.LINE_AA)


def screen(size: Size, random: Generator) -> Rgb:
    """A screen capture: title bar, panels, buttons, lines and text around the picture."""
    height, width = size
    out = flat(size, [random.choice([25, 45, 110, 192, 225, 240, 255])] * 3, 0, random)
    for _ in range(int(random.integers(3, 9))):
        x, y = int(random.uniform(0, width)), int(random.uniform(0, height))
        corner = (x + int(random.uniform(0.05, 0.6) * width), y + int(random.uniform(0.02, 0.4) * height))
        colour = random.integers(0, 256, 3).tolist() if random.random() < 0.3 else [int(random.integers(0, 256))] * 3
        cv2.rectangle(out, (x, y), corner, colour, int(random.choice([-1, 1, 2])))
    bar = max(2, int(random.uniform(0.02, 0.06) * height))
    cv2.rectangle(out, (0, 0), (width, bar), random.integers(0, 256, 3).tolist(), -1)
    write(out, random, int(random.integers(2, 8)))
    return out


def scanner(size: Size, random: Generator) -> Rgb:
    """A scanned sheet: a band of another brightness along some edges, with text, around a gray or black mount."""
    height, width = size
    out = flat(size, [random.choice([0, 5, 20, 40, 90])] * 3, random.uniform(0, 3), random)
    for side in range(4):
        if random.random() < 0.6:
            band = max(1, int(random.uniform(0.01, 0.08) * (height if side % 2 else width)))
            turned = np.rot90(out, side)
            turned[:, :band] = random.choice([0, 128, 200, 235, 255])
    write(out, random, int(random.integers(1, 5)))
    return out


def stamped(size: Size, random: Generator) -> Rgb:
    """Black or gray with date stamps, patient labels and an orientation mark."""
    out = flat(size, [random.choice([0, 0, 8, 40])] * 3, random.uniform(0, 3), random)
    write(out, random, int(random.integers(1, 6)))
    x, y = int(random.uniform(0, 0.95) * size[1]), int(random.uniform(0, 0.95) * size[0])
    side = int(0.04 * max(size))
    cv2.rectangle(out, (x, y), (x + side, y + side), random.integers(100, 256, 3).tolist(), -1)
    return out


def eye(size: Size, random: Generator) -> Rgb:
    """A video frame: iris and skin around the middle, each a soft ring."""
    height, width = size
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    y, x = height * random.uniform(0.4, 0.6), width * random.uniform(0.4, 0.6)
    distance = np.hypot(rows - y, columns - x) / max(size)
    out = np.broadcast_to(random.uniform([50, 30, 20], [190, 130, 110]), (height, width, 3)).astype(np.float32)
    ring = 1 / (1 + np.exp((distance - random.uniform(0.4, 0.6)) / random.uniform(0.005, 0.03)))[..., None]
    out = out * (1 - ring) + ring * random.uniform(15, 90, 3)
    out = out + cv2.resize(random.normal(0, 8, (24, 24)).astype(np.float32), (width, height))[..., None]
    return np.asarray(np.clip(out, 0, 255), np.uint8)


def stripes(size: Size, random: Generator) -> Rgb:
    """Stripes or a chessboard of two colours."""
    height, width = size
    period = max(4, int(random.uniform(0.02, 0.15) * max(size)))
    rows, columns = np.mgrid[:height, :width] // period
    pattern = (rows + columns if random.random() < 0.5 else columns) % 2
    return np.asarray(random.integers(0, 256, (2, 3))[pattern], np.uint8)


def halves(size: Size, random: Generator) -> Rgb:
    """One colour on the left, another on the right."""
    out = flat(size, random.uniform(0, 255, 3).tolist(), 2, random)
    out[:, int(random.uniform(0.3, 0.7) * size[1]) :] = random.integers(0, 256, 3)
    return out


def spots(size: Size, random: Generator) -> Rgb:
    """Round spots of any colour: other discs than the field of view."""
    out = flat(size, random.uniform(0, 255, 3).tolist(), 2, random)
    for _ in range(int(random.integers(10, 40))):
        centre = (int(random.uniform(0, size[1])), int(random.uniform(0, size[0])))
        cv2.circle(
            out,
            centre,
            int(random.uniform(0.02, 0.1) * max(size)),
            random.integers(0, 256, 3).tolist(),
            -1,
            cv2.LINE_AA,
        )
    return out


def mount(size: Size, random: Generator) -> Rgb:
    """A slide's mount or a printed figure: nested rectangles of two colours."""
    out = flat(size, random.uniform(0, 255, 3).tolist(), 2, random)
    height, width = size
    inset = random.uniform(0.005, 0.06)
    y, x = int(inset * height), int(inset * width)
    out[y : height - y, x : width - x] = random.integers(0, 256, 3)
    return out


FILLS: dict[str, Fill] = {
    fill.__name__: fill
    for fill in (
        black, noisy_black, gray, light_gray, white, green, blue, coloured, warm, gradient, textured, waves, shards,
        screen, scanner, stamped, eye,
    )
}  # fmt: skip
"""The surrounds that the network learns from."""

HELD_OUT: dict[str, Fill] = {fill.__name__: fill for fill in (stripes, halves, spots, mount)}
"""Surrounds that it is only judged on."""
