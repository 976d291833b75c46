"""The first drawings of what is not a retina and could be taken for one: RGB uint8[S,S,3] of a side in pixels.

Each function draws one kind, differently for every random generator that it is given, and repeatably.
"""

import cv2
import numpy as np

from models.evaluation.materials import Random, branches, ground, texture
from retina.imaging.arrays import Rgb


def leaf(random: Random, side: int) -> Rgb:
    """A leaf with a midrib and side veins, close up or whole."""
    colour = [(60, 120, 40), (150, 90, 40), (170, 60, 30), (110, 140, 60)][random.integers(4)]
    picture = ground(random, side, colour, 7)
    vein = tuple(int(np.clip(c + random.choice([-45, 45]), 0, 255)) for c in colour)
    tilt = random.uniform(-0.3, 0.3)
    for step in np.linspace(0.05, 0.95, int(random.integers(7, 15))):
        x, y = side * (0.5 + tilt * (step - 0.5)), side * step
        for across in (-1, 1):
            turn = np.pi / 2 + across * random.uniform(0.9, 1.2)
            branches(picture, random, (x, y), turn + np.pi, side * 0.3, side / 150, vein)
    ends = (round(side * (0.5 - tilt / 2)), 0), (round(side * (0.5 + tilt / 2)), side)
    cv2.line(picture, ends[0], ends[1], vein, max(2, side // 60), cv2.LINE_AA)
    if random.random() < 0.5:
        shape = np.zeros((side, side), np.uint8)
        cv2.ellipse(shape, (side // 2, side // 2), (side // 3, round(side * 0.47)), 0, 0, 360, (1,), -1)
        picture[shape == 0] = random.choice([0, 90, 250])
    return picture


def cracks(random: Random, side: int) -> Rgb:
    """Cracks in mud, plaster or paint: the borders of cells."""
    colour = [(150, 140, 130), (160, 100, 60), (190, 180, 165), (90, 80, 75)][random.integers(4)]
    picture = ground(random, side, colour, 9)
    seeds = random.uniform(0, side, (int(random.integers(12, 60)), 2))
    rows, columns = np.mgrid[0:side, 0:side]
    bent = (rows + 6 * texture(random, side, 0.05), columns + 6 * texture(random, side, 0.05))
    near = np.partition(np.stack([np.hypot(bent[0] - y, bent[1] - x) for y, x in seeds]), 1, axis=0)
    picture[near[1] - near[0] < side / random.uniform(80, 250)] = random.integers(10, 60)
    return picture


def street_map(random: Random, side: int) -> Rgb:
    """Streets, a few avenues and a river."""
    dark = random.random() < 0.3
    picture = np.full((side, side, 3), (40, 44, 52) if dark else (238, 234, 224), np.uint8)
    angle = random.uniform(0, np.pi / 2)
    for turn, gap in ((angle, random.uniform(0.04, 0.1)), (angle + np.pi / 2, random.uniform(0.04, 0.1))):
        for offset in np.arange(-1, 1, gap):
            middle = np.array([0.5, 0.5]) + offset * np.array([-np.sin(turn), np.cos(turn)])
            along = np.array([np.cos(turn), np.sin(turn)])
            ends = [tuple(int(v) for v in side * (middle + t * along)) for t in (-1.5, 1.5)]
            colour = (120, 120, 120) if random.random() < 0.8 else (240, 170, 60)
            cv2.line(picture, ends[0], ends[1], colour, int(random.integers(1, 2 + side // 150)), cv2.LINE_AA)
    branches(picture, random, (0, side * random.uniform(0.2, 0.8)), 0.0, side, side / 40, (130, 170, 220))
    return picture


def form(random: Random, side: int) -> Rgb:
    """A scanned page with lines of text, boxes and a table."""
    picture = ground(random, side, (244, 243, 238), 2)
    for row in range(round(0.06 * side), side, max(9, side // int(random.integers(18, 40)))):
        words = "".join(random.choice(list("abcdefghijklmnopqrstuvwxyz     ")) for _ in range(70))
        cv2.putText(picture, words, (side // 20, row), cv2.FONT_HERSHEY_SIMPLEX, side / 1800 + 0.1, (30, 30, 40), 1)
    for _ in range(int(random.integers(2, 7))):
        corner = random.integers(0, side, 2)
        far = corner + random.integers(side // 10, side // 2, 2)
        cv2.rectangle(picture, tuple(map(int, corner)), tuple(map(int, far)), (60, 60, 80), 1)
    return picture


def oct_scan(random: Random, side: int) -> Rgb:
    """A tomogram: speckled layers with a dip, dark above and below."""
    rows, columns = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    dip = 0.12 * np.exp(-(((columns - random.uniform(0.3, 0.7)) / 0.12) ** 2))
    depth = rows - 0.35 - dip - 0.03 * np.sin(3 * columns + random.uniform(0, 6))
    layers = np.zeros((side, side))
    for _ in range(7):
        layers += random.uniform(0.2, 1) * np.exp(
            -(((depth - random.uniform(0, 0.3)) / random.uniform(0.005, 0.04)) ** 2)
        )
    speckle = random.gamma(3, 1 / 3, (side, side))
    gray = np.clip(90 * (layers + 0.15) * speckle, 0, 255).astype(np.uint8)
    return np.repeat(cv2.GaussianBlur(gray, (0, 0), side / 900 + 0.3)[..., None], 3, axis=2)


def pattern(random: Random, side: int) -> Rgb:
    """A grid, stripes, rings, a chessboard or waves."""
    rows, columns = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    turn, gap = random.uniform(0, np.pi), random.uniform(0.05, 0.3)
    across, along = rows * np.cos(turn) + columns * np.sin(turn), columns * np.cos(turn) - rows * np.sin(turn)
    thin = 0.12
    lines = [
        (across % gap < thin * gap) | (along % gap < thin * gap),
        across % gap < thin * gap,
        np.hypot(rows, columns) % gap < thin * gap,
        (across // gap + along // gap) % 2 < 1,
        (across + 0.05 * np.sin(along * 12)) % gap < thin * gap,
    ][random.integers(5)]
    light = np.array(random.choice([(230, 230, 230), (180, 90, 50), (120, 120, 120)]), np.float32)
    picture = np.where(lines[..., None], light * random.uniform(0.2, 0.7), light)
    return np.asarray(np.clip(picture + random.normal(0, 2, (side, side, 1)), 0, 255), np.uint8)


def plain(random: Random, side: int) -> Rgb:
    """Noise, a gradient, or clouds: nothing is drawn on it."""
    red, green, blue = (int(v) for v in random.integers(40, 220, 3))
    colour = (red, green, blue)
    picture = ground(random, side, colour, random.choice([1, 6, 20])).astype(np.float32)
    picture *= 1 + random.uniform(0, 0.6) * np.linspace(-1, 1, side)[:, None, None]
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def tree(random: Random, side: int) -> Rgb:
    """Vessels of other organs, winter trees, roots and rivers: dark or bright trees that fork from the rim."""
    colour = [(150, 150, 150), (190, 120, 90), (120, 160, 210), (200, 190, 180), (60, 60, 60)][random.integers(5)]
    picture = ground(random, side, colour, random.uniform(2, 8))
    line = tuple(int(np.clip(c + random.choice([-70, -40, 60]), 0, 255)) for c in colour)
    for _ in range(int(random.integers(1, 4))):
        start = (side * random.uniform(0.1, 0.9), side * random.choice([0.0, 1.0]))
        turn = np.pi / 2 if start[1] == 0 else -np.pi / 2
        branches(picture, random, start, turn, side * random.uniform(0.2, 0.35), side / random.uniform(25, 60), line)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), side / random.uniform(300, 900)), np.uint8)


def outer_eye(random: Random, side: int) -> Rgb:
    """An eye from outside: skin, lids, sclera with fine vessels, iris and pupil."""
    picture = ground(random, side, [(200, 150, 120), (120, 80, 60), (230, 190, 170)][random.integers(3)], 4)
    white = ground(random, side, (225, 215, 210), 3)
    for _ in range(int(random.integers(4, 16))):
        start = (side * random.choice([0.1, 0.9]), side * random.uniform(0.4, 0.6))
        branches(white, random, start, 0 if start[0] < side / 2 else np.pi, side * 0.15, side / 150, (190, 90, 80))
    shape, middle = np.zeros((side, side), np.uint8), (side // 2, side // 2)
    cv2.ellipse(shape, middle, (round(side * 0.46), round(side * random.uniform(0.2, 0.42))), 0, 0, 360, (1,), -1)
    radius = round(side * random.uniform(0.14, 0.22))
    iris = [(90, 60, 30), (70, 110, 140), (90, 110, 70)][random.integers(3)]
    cv2.circle(white, middle, radius, iris, -1, cv2.LINE_AA)
    for turn in np.linspace(0, 2 * np.pi, 70):
        rim = (round(side / 2 + radius * np.cos(turn)), round(side / 2 + radius * np.sin(turn)))
        cv2.line(white, middle, rim, tuple(int(c * random.uniform(0.6, 1.3)) for c in iris), 1, cv2.LINE_AA)
    cv2.circle(white, middle, round(radius * random.uniform(0.3, 0.6)), (12, 10, 10), -1, cv2.LINE_AA)
    picture[shape == 1] = white[shape == 1]
    return picture


def skin(random: Random, side: int) -> Rgb:
    """Skin close up: a mole and hairs."""
    picture = ground(random, side, [(215, 160, 140), (150, 100, 80)][random.integers(2)], 5)
    spot = texture(random, side, 0.2) - 2 * np.hypot(*np.mgrid[-1.5 : 1.5 : side * 1j, -1.5 : 1.5 : side * 1j]) + 1.4
    picture = np.where((spot > 0)[..., None], picture * 0.55, picture).astype(np.uint8)
    for _ in range(int(random.integers(5, 30))):
        x, y, turn, bend = *random.uniform(0, side, 2), random.uniform(0, 6.3), random.normal(0, 0.04)
        steps = np.cumsum([(np.cos(turn + bend * i), np.sin(turn + bend * i)) for i in range(40)], axis=0)
        hair = np.asarray((x, y) + steps * side / 100, np.int32)
        cv2.polylines(picture, [hair], False, (45, 30, 25), max(1, side // 300), cv2.LINE_AA)
    return picture


def cavity(random: Random, side: int) -> Rgb:
    """An endoscope's view: red folds, a dark middle, wet reflections, fine vessels."""
    rows, columns = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    radius = np.hypot(rows - random.uniform(-0.3, 0.3), columns - random.uniform(-0.3, 0.3))
    folds = 0.75 + 0.25 * np.sin(radius * random.uniform(10, 25) + texture(random, side, 0.25))
    light = np.clip(radius * 1.4, 0.1, 1) * folds
    wet = texture(random, side, 0.06) > 2.2
    picture = light[..., None] * np.array(random.choice([(220, 110, 90), (230, 140, 110), (190, 80, 70)]))
    picture = np.where(wet[..., None], 250, picture).astype(np.uint8)
    for _ in range(int(random.integers(0, 6))):
        start = (random.uniform(0, side), random.uniform(0, side))
        branches(picture, random, start, random.uniform(0, 6.3), side * 0.15, side / 120, (150, 40, 40))
    return picture


def diagram(random: Random, side: int) -> Rgb:
    """Curves in axes, as in a report."""
    picture = np.full((side, side, 3), 255, np.uint8)
    x = np.linspace(0.1, 0.95, 200)
    for _ in range(int(random.integers(1, 8))):
        y = 0.5 + 0.1 * np.cumsum(random.standard_normal(200)) / 5 + random.uniform(-0.3, 0.3)
        colour = tuple(int(v) for v in random.integers(0, 200, 3))
        cv2.polylines(
            picture, [np.asarray(side * np.column_stack([x, y]), np.int32)], False, colour, 1 + side // 400, cv2.LINE_AA
        )
    cv2.rectangle(picture, (side // 10, side // 20), (round(side * 0.95), round(side * 0.9)), (0, 0, 0), 1)
    return picture


def cells(random: Random, side: int) -> Rgb:
    """Cells under a microscope."""
    picture = ground(random, side, [(225, 190, 215), (235, 225, 190), (60, 20, 20)][random.integers(3)], 4)
    for _ in range(int(random.integers(30, 200))):
        middle = tuple(int(v) for v in random.integers(0, side, 2))
        axes = tuple(int(v) for v in random.uniform(side / 80, side / 20, 2))
        colour = tuple(int(v) for v in random.integers(60, 190, 3))
        cv2.ellipse(picture, middle, axes, random.uniform(0, 180), 0, 360, colour, random.choice([-1, 2]), cv2.LINE_AA)
    return picture
