"""Drawings of what microscopes, scanners and X-rays show: RGB uint8[S,S,3] of a side in pixels."""

import cv2
import numpy as np

from models.evaluation.materials import (
    Habit,
    Random,
    blank,
    bow,
    clouds,
    darker,
    ground,
    grow,
    paint,
    pick,
    polar,
    shade,
    soft,
    stroke,
)
from retina.imaging.arrays import Rgb


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


def ultrasound(random: Random, side: int) -> Rgb:
    """A fan of speckle with dark cavities and bright interfaces."""
    rows, columns = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    depth, turn = np.hypot(rows, columns - 0.5), np.arctan2(columns - 0.5, rows + 1e-6)
    echo = np.clip(0.5 + 0.35 * clouds(random, side, 0.3), 0.02, 2) * random.gamma(2, 0.5, (side, side))
    echo = soft(echo.astype(np.float32), side / 350) + np.clip(1 - np.abs(clouds(random, side, 0.5)) / 0.06, 0, 1)
    inside = (np.abs(turn) < random.uniform(0.5, 0.8)) & (depth > 0.08) & (depth < 0.97)
    gray = np.clip(110 * echo * inside, 0, 255)[..., None]
    return np.asarray(gray * random.choice([(1, 1, 1), (1, 0.8, 0.6)]), np.uint8)


def x_ray(random: Random, side: int) -> Rgb:
    """An X-ray: bones or a vessel tree filled with contrast medium, dark or bright, over soft shadows."""
    level = int(random.integers(70, 190))
    picture = shade(random, side, (level, level, level), 3, 0.35)
    for x in random.uniform(0, 1, int(random.integers(0, 5))):
        bones = blank(side)
        ends = (side * x, -0.1 * side), (side * (x + random.normal(0, 0.3)), side * 1.1)
        stroke(bones, bow(random, *ends, random.normal(0, 0.1)), side / random.uniform(8, 20))
        picture = paint(picture, soft(bones, side / 60), (min(255, level + 50),) * 3, 0.5)
    lines = blank(side)
    for _ in range(int(random.integers(0, 4))):
        start, angle = tuple(random.uniform(0.1, 0.9, 2) * side), random.uniform(0, 2 * np.pi)
        habit = Habit(random.uniform(0.1, 0.25), 0.5, 0.85, 0.75, int(random.integers(0, 3)), 5)
        grow(lines, random, start, angle, (side * random.uniform(0.15, 0.3), side / random.uniform(25, 60)), habit)
    return np.asarray(
        paint(picture, soft(lines, side / 300), darker((level,) * 3, random.choice([0.4, 0.6, 1.5])), 0.9)
    )


def cells(random: Random, side: int) -> Rgb:
    """Cells under a microscope."""
    picture = ground(random, side, [(225, 190, 215), (235, 225, 190), (60, 20, 20)][random.integers(3)], 4)
    for _ in range(int(random.integers(30, 200))):
        middle = tuple(int(v) for v in random.integers(0, side, 2))
        axes = tuple(int(v) for v in random.uniform(side / 80, side / 20, 2))
        colour = tuple(int(v) for v in random.integers(60, 190, 3))
        cv2.ellipse(picture, middle, axes, random.uniform(0, 180), 0, 360, colour, random.choice([-1, 2]), cv2.LINE_AA)
    return picture


def neurons(random: Random, side: int) -> Rgb:
    """Nerve cells: bodies with crooked branches, stained dark or glowing."""
    glowing = random.random() < 0.4
    ground = (
        pick(random, (15, 20, 20), (20, 15, 40))
        if glowing
        else pick(random, (225, 190, 120), (220, 215, 205), (215, 120, 70))
    )
    ink = pick(random, (90, 230, 110), (230, 90, 90)) if glowing else pick(random, (50, 30, 20), (90, 50, 110))
    picture, lines = shade(random, side, ground, 4), blank(side)
    habit = Habit(random.uniform(0.15, 0.3), 0.5, 0.8, 0.7, int(random.integers(0, 2)), 5)
    for x, y in random.uniform(0.05, 0.95, (int(random.integers(1, 7)), 2)) * side:
        for turn in random.uniform(0, 2 * np.pi, int(random.integers(3, 8))):
            grow(
                lines, random, (x, y), turn, (side * random.uniform(0.06, 0.15), side / random.uniform(50, 120)), habit
            )
        cv2.circle(lines, (round(x), round(y)), round(side / random.uniform(25, 60)), (255,), -1, cv2.LINE_AA)
    return paint(picture, lines, ink, random.uniform(0.7, 1))


def tissue(random: Random, side: int) -> Rgb:
    """A stained section: wavy fibres, gaps, and nuclei as dark dots."""
    colour = pick(random, (225, 160, 190), (235, 190, 160), (200, 140, 200), (220, 120, 110))
    fibres = np.sin(random.uniform(4, 14) * clouds(random, side, random.uniform(0.2, 0.6)))
    picture = paint(shade(random, side, colour, 5), np.clip(fibres, 0, 1) ** 2, darker(colour, 0.75), 0.8)
    gaps = np.clip(1.4 - np.abs(clouds(random, side, 0.3)) / 0.15, 0, 1)
    picture = paint(picture, gaps, random.choice([(250, 245, 248), darker(colour, 0.6)]), random.uniform(0, 0.9))
    dots = blank(side)
    for x, y in random.integers(0, side, (int(random.integers(50, 500)), 2)):
        cv2.circle(dots, (int(x), int(y)), max(1, round(side / random.uniform(70, 200))), (255,), -1, cv2.LINE_AA)
    return paint(picture, dots, (80, 40, 120), 0.8)


def colonies(random: Random, side: int) -> Rgb:
    """A dish of agar: round colonies, streaks and a rim."""
    agar = pick(random, (190, 120, 60), (170, 50, 40), (220, 200, 150), (120, 140, 90))
    picture = shade(random, side, agar, 3, 0.15)
    lines, streak = blank(side), random.random() < 0.6
    points = np.stack(
        [np.linspace(0.15, 0.85, 60), 0.5 + 0.3 * np.sin(np.linspace(0, random.uniform(10, 60), 60))], axis=1
    )
    stroke(lines, points * side * (1 if streak else 0), side / 60)
    for x, y in random.uniform(0.1, 0.9, (int(random.integers(10, 150)), 2)) * side:
        cv2.circle(lines, (round(x), round(y)), max(1, round(side / random.uniform(20, 150))), (255,), -1, cv2.LINE_AA)
    picture = paint(picture, soft(lines, side / 250), pick(random, (245, 235, 200), (90, 30, 25), (230, 200, 90)), 0.8)
    radius, _ = polar(side)
    rim = np.exp(-(((radius - 0.94) / 0.02) ** 2))
    picture = paint(picture, rim, (245, 240, 230), 0.6)
    return paint(picture, np.clip((radius - 0.98) * side / 4, 0, 1), random.choice([(20, 20, 22), (235, 235, 235)]))
