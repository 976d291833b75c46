"""Drawings of plants and what grows like them: RGB uint8[S,S,3] of a side in pixels."""

import cv2
import numpy as np

from models.evaluation.materials import (
    Habit,
    Random,
    blank,
    borders,
    bow,
    branches,
    clouds,
    darker,
    ground,
    grow,
    paint,
    pick,
    polar,
    shade,
    stroke,
)
from retina.imaging.arrays import Rgb

LEAVES = ((60, 120, 40), (200, 110, 40), (170, 50, 30), (215, 150, 60), (120, 140, 60), (110, 45, 60), (225, 190, 90))


def _vein(random: Random, colour: tuple[int, ...]) -> tuple[int, ...]:
    """Darker than the leaf, often in red less than in green, or lighter."""
    if random.random() < 0.3:
        return darker(colour, random.uniform(1.25, 1.6))
    by = random.uniform(0.4, 0.8)
    return (int(colour[0] * min(1, by * random.uniform(1, 1.4))), int(colour[1] * by), int(colour[2] * by))


def palmate(random: Random, side: int) -> Rgb:
    """A leaf whose main veins spread from one place, each with side veins, and a net between them."""
    colour = pick(random, *LEAVES)
    picture, lines = shade(random, side, colour, random.uniform(2, 7)), blank(side)
    start = (side * random.uniform(0.3, 0.7), side * random.uniform(0.7, 1.0))
    width = side / random.uniform(30, 80)
    for angle in np.linspace(-2.9, -0.25, int(random.integers(3, 8))) + random.normal(0, 0.1):
        habit = Habit(0.04, 0.4, 0.7, 0.65, int(random.integers(2, 7)), 5)
        grow(lines, random, start, angle, (side * random.uniform(0.3, 0.5), width), habit)
    if random.random() < 0.5:
        net = borders(random, side, int(random.integers(200, 900)))
        picture = paint(picture, np.exp(-((net * side / 1.2) ** 2)), _vein(random, colour), 0.4)
    return paint(picture, lines, _vein(random, colour), random.uniform(0.4, 0.9))


def reticulate(random: Random, side: int) -> Rgb:
    """A leaf close up: a midrib, bent side veins that join, and nets of two sizes."""
    colour = pick(random, *LEAVES)
    vein = _vein(random, colour)
    picture, lines = shade(random, side, colour, random.uniform(2, 8)), blank(side)
    for number, wide, strength in (
        (int(random.integers(20, 70)), 2.2, 0.5),
        (int(random.integers(150, 700)), 1.2, 0.4),
    ):
        net = borders(random, side, number, 0.02) * side
        picture = paint(picture, np.exp(-((net / wide) ** 2)), vein, strength * random.uniform(0.4, 1.2))
    turn = random.uniform(0, 2 * np.pi)
    along = np.array([np.cos(turn), np.sin(turn)])
    rib = bow(random, tuple(side * (0.5 - 0.7 * along)), tuple(side * (0.5 + 0.7 * along)), random.normal(0, 0.05))
    stroke(lines, rib, side / random.uniform(25, 70))
    for at in rib[3 :: int(random.integers(2, 5))]:
        for way in (-1, 1):
            aim = turn + way * random.uniform(0.7, 1.1)
            far = at + side * random.uniform(0.25, 0.5) * np.array([np.cos(aim), np.sin(aim)])
            stroke(lines, bow(random, tuple(at), tuple(far), -way * random.uniform(0.05, 0.2), 0.02), side / 110)
    return paint(picture, lines, vein, random.uniform(0.5, 1))


def petal(random: Random, side: int) -> Rgb:
    """A petal, a blade of grass or a fan: fine veins that run side by side from one end, some forking."""
    colour = pick(random, (210, 90, 150), (240, 200, 210), (150, 90, 190), (235, 170, 60), (120, 160, 60))
    picture, lines = shade(random, side, colour, 4), blank(side)
    spread = random.uniform(0.3, 1.4)
    start = (side * random.uniform(0.3, 0.7), side * random.uniform(1.0, 1.6))
    habit = Habit(0.03, 0.15, 0.8, 0.8, 0, int(random.integers(2, 4)))
    for angle in -np.pi / 2 + np.linspace(-spread, spread, int(random.integers(9, 30))):
        grow(lines, random, start, angle, (side * 0.6, side / random.uniform(70, 160)), habit)
    return paint(picture, lines, _vein(random, colour), random.uniform(0.4, 0.9))


def roots(random: Random, side: int) -> Rgb:
    """Roots in soil or on glass: many crooked strands with side roots."""
    colour = pick(random, (90, 60, 40), (150, 110, 75), (40, 35, 32), (190, 170, 140), (205, 115, 60))
    picture, lines = shade(random, side, colour, random.uniform(4, 16)), blank(side)
    middle = side * random.uniform(0.2, 0.8)
    habit = Habit(random.uniform(0.12, 0.3), random.uniform(0.25, 0.6), 0.8, 0.75, int(random.integers(0, 4)), 6)
    for _ in range(int(random.integers(3, 9))):
        start = (middle + side * random.normal(0, 0.06), side * random.uniform(-0.05, 0.1))
        size = (side * random.uniform(0.15, 0.3), side / random.uniform(30, 90))
        grow(lines, random, start, np.pi / 2 + random.normal(0, 0.5), size, habit)
    return paint(picture, lines, darker(colour, random.choice([0.3, 0.55, 1.7])), random.uniform(0.6, 1))


def _sky(random: Random, side: int) -> Rgb:
    above = np.array(pick(random, (120, 160, 210), (230, 120, 60), (200, 90, 90), (190, 190, 195), (60, 60, 110)))
    below = np.array(pick(random, (250, 190, 100), (240, 150, 70), (220, 220, 225), (255, 210, 160)))
    down = np.linspace(0, 1, side)[:, None, None] + 0.06 * clouds(random, side, 0.5)[..., None]
    sky = np.asarray(np.clip(above + (below - above) * down, 0, 255), np.uint8)
    radius, _ = polar(side, (random.uniform(0.1, 0.9), random.uniform(0.1, 0.9)))
    sun = np.exp(-((radius / random.uniform(0.05, 0.5)) ** 2)) * random.choice([0, 0.5, 0.9])
    return paint(sky, sun, (255, 240, 190))


def winter(random: Random, side: int) -> Rgb:
    """Bare trees against the sky."""
    lines = blank(side)
    for _ in range(int(random.integers(1, 4))):
        habit = Habit(random.uniform(0.05, 0.15), random.uniform(0.3, 0.6), 0.78, 0.7, int(random.integers(0, 3)), 7)
        size = (side * random.uniform(0.2, 0.4), side / random.uniform(12, 40))
        grow(
            lines,
            random,
            (side * random.uniform(0.1, 0.9), side * 1.02),
            -np.pi / 2 + random.normal(0, 0.15),
            size,
            habit,
        )
    return paint(_sky(random, side), lines, pick(random, (30, 20, 15), (60, 35, 25), (15, 15, 20)))


def canopy(random: Random, side: int) -> Rgb:
    """Trees seen from below: their crowns reach from the rim to the middle."""
    lines = blank(side)
    habit = Habit(0.1, random.uniform(0.35, 0.7), 0.75, 0.68, int(random.integers(0, 3)), 6)
    for turn in random.uniform(0, 2 * np.pi) + np.linspace(0, 2 * np.pi, int(random.integers(3, 9)))[:-1]:
        start = (side * (0.5 + 0.6 * np.cos(turn)), side * (0.5 + 0.6 * np.sin(turn)))
        size = (side * random.uniform(0.15, 0.3), side / random.uniform(18, 50))
        grow(lines, random, start, turn + np.pi + random.normal(0, 0.2), size, habit)
    return paint(_sky(random, side), lines, pick(random, (30, 20, 15), (70, 30, 20)), random.uniform(0.6, 1))


def mycelium(random: Random, side: int) -> Rgb:
    """Threads that grow outwards from one or a few places on agar or wood."""
    colour = pick(random, (150, 95, 50), (70, 45, 30), (215, 190, 130), (200, 90, 50), (30, 30, 35))
    picture, lines = shade(random, side, colour, 4), blank(side)
    habit = Habit(random.uniform(0.08, 0.25), 0.4, 0.85, 0.85, 1, 5)
    for _ in range(int(random.integers(1, 4))):
        x, y = random.uniform(0.3, 0.7, 2) * side
        for angle in np.linspace(0, 2 * np.pi, int(random.integers(8, 20))):
            size = (side * random.uniform(0.06, 0.13), side / random.uniform(90, 200))
            grow(lines, random, (x, y), angle + random.normal(0, 0.1), size, habit)
    return paint(picture, lines, pick(random, (250, 245, 230), (240, 220, 170), (50, 25, 15)), random.uniform(0.5, 0.9))


def coral(random: Random, side: int) -> Rgb:
    """A sea fan, a fern or frost: a dense tree of short branches."""
    colour = pick(random, (30, 90, 130), (220, 120, 90), (15, 40, 60), (235, 235, 240))
    picture, lines = shade(random, side, colour, 5), blank(side)
    habit = Habit(0.1, random.uniform(0.3, 0.5), 0.85, 0.82, int(random.integers(1, 4)), 6)
    for _ in range(int(random.integers(1, 3))):
        start = (side * random.uniform(0.3, 0.7), side * random.uniform(0.9, 1))
        grow(lines, random, start, -np.pi / 2, (side * 0.17, side / random.uniform(25, 60)), habit)
    return paint(picture, lines, pick(random, (220, 70, 80), (150, 40, 90), (240, 200, 120), (90, 20, 15)), 0.9)


def feather(random: Random, side: int) -> Rgb:
    """A shaft with barbs, closed or torn."""
    colour = pick(random, (235, 230, 225), (120, 90, 70), (200, 120, 60), (60, 70, 90))
    picture, lines = shade(random, side, pick(random, (240, 240, 240), (30, 30, 30), (190, 120, 80)), 3), blank(side)
    shaft = bow(random, (side * 0.15, side * 0.95), (side * 0.85, side * 0.05), random.normal(0, 0.08))
    for at in np.linspace(1, 29, int(random.integers(40, 110))):
        x, y = shaft[int(at)] + (at % 1) * (shaft[int(at) + 1] - shaft[int(at)])
        for way in (-1, 1):
            aim = -np.pi / 4 + way * random.uniform(0.6, 0.8)
            far = (x + side * 0.28 * np.cos(aim), y + side * 0.28 * np.sin(aim))
            stroke(lines, bow(random, (x, y), far, way * 0.12), max(1, side / 250))
    stroke(lines, shaft, side / 70)
    return paint(picture, lines, colour, random.uniform(0.6, 1))


def wood(random: Random, side: int) -> Rgb:
    """Boards with grain and knots, or a trunk cut across with rings and cracks."""
    colour = pick(random, (190, 140, 90), (130, 80, 50), (220, 190, 150), (200, 110, 60))
    radius, angle = polar(side, (random.uniform(0.2, 0.8), random.uniform(0.2, 0.8)))
    rows = np.linspace(0, 1, side, dtype=np.float32)[:, None]
    over = rows * random.uniform(4, 9) if random.random() < 0.5 else radius * random.uniform(2, 5)
    rings = np.abs(np.sin(np.pi * (over + 0.25 * clouds(random, side, 0.4)) * random.uniform(2, 6)))
    picture = paint(shade(random, side, colour, 5), 1 - rings**0.5, darker(colour, 0.5), random.uniform(0.4, 0.9))
    splits = np.exp(-((np.sin(angle * int(random.integers(3, 9)) + clouds(random, side, 0.3)) / 0.04) ** 2))
    return paint(picture, splits * (radius > 0.3), darker(colour, 0.25), random.choice([0.0, 0.8]))


def fruit(random: Random, side: int) -> Rgb:
    """A fruit, a cabbage or a root cut open: segments, seeds and fibres around the middle of a disc."""
    colour = pick(random, (240, 150, 40), (210, 70, 60), (150, 190, 70), (240, 220, 150), (140, 50, 90))
    radius, angle = polar(side)
    flesh, number = shade(random, side, colour, 8), int(random.integers(6, 14))
    walls = np.exp(-((np.sin(angle * number / 2 + 0.2 * clouds(random, side, 0.3)) / random.uniform(0.03, 0.15)) ** 2))
    fibres = np.abs(np.sin(angle * number * 8 + 2 * clouds(random, side, 0.2)))
    flesh = paint(flesh, fibres * radius, darker(colour, 0.7), random.uniform(0, 0.5))
    flesh = paint(flesh, walls, darker(colour, random.choice([0.5, 1.5])), 0.8)
    flesh = paint(flesh, np.exp(-((radius / 0.12) ** 2)), (250, 235, 190), random.choice([0.0, 0.9]))
    size = random.uniform(0.8, 1.2)
    flesh = paint(flesh, np.clip((radius - 0.9 * size) / 0.04, 0, 1), darker(colour, 0.7))
    return paint(flesh, np.clip((radius - size) / 0.02, 0, 1), random.choice([(250, 250, 250), (20, 20, 20)]))


def hair(random: Random, side: int) -> Rgb:
    """Hair, fur, straw or cables: long bent lines beside and over each other."""
    picture = shade(random, side, pick(random, (190, 130, 100), (80, 55, 40), (225, 200, 150), (230, 225, 220)), 4)
    turn, spread = random.uniform(0, np.pi), random.choice([0.1, 0.4, 1.5])
    thick = side / random.uniform(40, 250)
    for _ in range(int(random.integers(15, 120))):
        x, y = random.uniform(-0.1, 1.1, 2) * side
        aim = turn + random.normal(0, spread)
        half = side * random.uniform(0.2, 0.7) * np.array([np.cos(aim), np.sin(aim)])
        lines = blank(side)
        stroke(
            lines, bow(random, (x - half[0], y - half[1]), (x + half[0], y + half[1]), random.normal(0, 0.15)), thick
        )
        picture = paint(picture, lines, pick(random, (60, 40, 30), (140, 90, 60), (20, 18, 16)), 0.8)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.4 + side / 1500), np.uint8)


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
