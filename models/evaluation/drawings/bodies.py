"""Drawings of bodies as cameras see them: RGB uint8[S,S,3] of a side in pixels."""

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
    soft,
    stroke,
    texture,
)
from retina.imaging.arrays import Rgb

TISSUES = ((220, 120, 90), (230, 150, 110), (205, 90, 75), (235, 170, 140), (190, 70, 70), (225, 140, 70))


def mucosa(random: Random, side: int) -> Rgb:
    """The lining of another organ: fine vessels that wander, cross and come from all sides, wet reflections, folds."""
    colour = pick(random, *TISSUES)
    picture, blood = shade(random, side, colour, random.uniform(1, 4), 0.2), darker(colour, random.uniform(0.5, 0.8))
    blood = (min(255, round(blood[0] * random.uniform(1, 1.4))), *blood[1:])
    habit = Habit(random.uniform(0.1, 0.3), random.uniform(0.3, 0.7), 0.8, 0.72, int(random.integers(0, 3)), 6)
    for _ in range(int(random.integers(3, 12))):
        lines = blank(side)
        start, width = tuple(random.uniform(-0.1, 1.1, 2) * side), side / random.uniform(40, 130)
        grow(lines, random, start, random.uniform(0, 2 * np.pi), (side * random.uniform(0.1, 0.25), width), habit)
        picture = paint(picture, soft(lines, side / random.uniform(200, 700)), blood, random.uniform(0.3, 0.9))
    folds = np.abs(clouds(random, side, 0.6))
    picture = paint(picture, np.clip(1.5 - folds / 0.12, 0, 1), darker(colour, 0.5), random.choice([0, 0, 0.6]))
    wet = soft((texture(random, side, 0.05) > 2.4).astype(np.float32), side / 250)
    return paint(picture, wet, (255, 250, 245), random.choice([0, 0.9]))


def airway(random: Random, side: int) -> Rgb:
    """A branching airway or gut: dark openings, rings around them, a ridge between."""
    colour = pick(random, *TISSUES)
    picture = shade(random, side, colour, 3, 0.15)
    for _ in range(int(random.integers(1, 4))):
        radius, _ = polar(side, tuple(random.uniform(0.2, 0.8, 2)))
        radius = radius + 0.04 * clouds(random, side, 0.4)
        rings = 0.5 + 0.5 * np.sin(radius * random.uniform(25, 60))
        picture = paint(picture, rings * np.clip(1 - radius, 0, 1), darker(colour, 0.6), random.uniform(0.2, 0.7))
        picture = paint(picture, np.exp(-((radius / random.uniform(0.15, 0.4)) ** 4)), (25, 10, 8), 0.95)
    return picture


def eardrum(random: Random, side: int) -> Rgb:
    """An eardrum through an otoscope: a pale membrane, a bony handle, a cone of light and a few vessels, in a canal."""
    skin = pick(random, *TISSUES)
    picture, lines = (
        shade(random, side, pick(random, (215, 195, 180), (200, 150, 120), (225, 170, 140)), 2, 0.2),
        blank(side),
    )
    middle = (side * random.uniform(0.4, 0.6), side * random.uniform(0.4, 0.6))
    handle = bow(random, middle, (middle[0] + side * random.normal(0, 0.1), side * 0.1), 0.05)
    stroke(lines, handle, side / 25)
    picture = paint(picture, soft(lines, side / 120), (240, 220, 190), 0.7)
    vessels = blank(side)
    for way in (-1, 1):
        far = (middle[0] + way * side * 0.02, middle[1])
        stroke(vessels, bow(random, (handle[-1][0] + way * side * 0.03, 0.0), far, 0.05, 0.05), side / 110)
    for turn in random.uniform(0, 2 * np.pi, int(random.integers(2, 12))):
        start = (side * (0.5 + 0.45 * np.cos(turn)), side * (0.5 + 0.45 * np.sin(turn)))
        grow(vessels, random, start, turn + np.pi, (side * 0.12, side / 120), Habit(0.2, 0.5, 0.8, 0.7, 1, 4))
    picture = paint(picture, vessels, (190, 60, 50), random.uniform(0.4, 0.8))
    radius, _ = polar(side)
    radius = radius + 0.05 * clouds(random, side, 0.5)
    return paint(picture, np.clip((radius - random.uniform(0.75, 0.95)) * 12, 0, 1), darker(skin, 0.7))


def ear(random: Random, side: int) -> Rgb:
    """Skin with light behind it, a wing or a web between toes: trees of vessels that rise side by side."""
    colour = pick(random, (230, 130, 90), (240, 170, 130), (215, 90, 60), (235, 190, 160))
    picture, lines = shade(random, side, colour, 3, 0.2), blank(side)
    habit = Habit(random.uniform(0.08, 0.2), random.uniform(0.25, 0.5), 0.78, 0.72, int(random.integers(0, 3)), 6)
    for x in np.linspace(0.15, 0.85, int(random.integers(2, 6))) + random.normal(0, 0.05):
        size = (side * random.uniform(0.2, 0.35), side / random.uniform(30, 70))
        grow(lines, random, (side * x, side * 1.02), -np.pi / 2 + random.normal(0, 0.2), size, habit)
    blood = (round(colour[0] * random.uniform(0.6, 0.9)), *darker(colour[1:], random.uniform(0.35, 0.7)))
    return paint(picture, soft(lines, side / random.uniform(150, 500)), blood, random.uniform(0.4, 0.9))


def hand_veins(random: Random, side: int) -> Rgb:
    """The back of a hand or an arm in near infrared: few wide soft dark veins that run one way and join."""
    picture = shade(
        random, side, pick(random, (150, 150, 150), (190, 185, 185), (90, 90, 95), (200, 140, 110)), 4, 0.25
    )
    level = int(np.median(picture))
    for _ in range(int(random.integers(2, 6))):
        lines, x = blank(side), random.uniform(0.1, 0.9)
        habit = Habit(0.08, random.uniform(0.2, 0.5), 0.9, 0.85, 0, int(random.integers(1, 4)))
        size = (side * random.uniform(0.25, 0.5), side / random.uniform(15, 45))
        grow(lines, random, (side * x, side * 1.02), -np.pi / 2 + random.normal(0, 0.3), size, habit)
        picture = paint(
            picture, soft(lines, side / random.uniform(60, 200)), darker((level,) * 3, 0.5), random.uniform(0.3, 0.8)
        )
    return picture


def iris(random: Random, side: int) -> Rgb:
    """An iris close up: fibres around the pupil, a collar, furrows, the white beyond."""
    colour = pick(random, (140, 90, 50), (90, 120, 140), (110, 120, 70), (180, 120, 60))
    radius, angle = polar(side)
    size, small = random.uniform(0.7, 1.05), random.uniform(0.15, 0.4)
    fibres = np.abs(np.sin(angle * int(random.integers(40, 120)) / 2 + 2 * clouds(random, side, 0.12)))
    picture = paint(
        shade(random, side, colour, 5), fibres, darker(colour, random.choice([0.5, 1.6])), random.uniform(0.3, 0.8)
    )
    collar = np.exp(-(((radius - (small + 0.15) - 0.03 * clouds(random, side, 0.2)) / 0.02) ** 2))
    picture = paint(picture, collar, darker(colour, 1.5), 0.5)
    picture = paint(picture, np.clip((small - radius) * side / 8, 0, 1), (10, 8, 8))
    return paint(picture, np.clip((radius - size) * side / 20, 0, 1), pick(random, (230, 220, 215), (60, 40, 35)))


def sclera(random: Random, side: int) -> Rgb:
    """The white of an eye close up: red vessels that come from the corner, beside an iris."""
    picture = shade(random, side, pick(random, (235, 220, 212), (240, 200, 180), (225, 170, 150)), 2, 0.1)
    corner = random.choice([-0.05, 1.05])
    for _ in range(int(random.integers(4, 15))):
        lines, start = blank(side), (side * corner, side * random.uniform(0, 1))
        habit = Habit(random.uniform(0.15, 0.35), 0.5, 0.85, 0.75, int(random.integers(0, 3)), 5)
        size = (side * random.uniform(0.1, 0.25), side / random.uniform(60, 150))
        grow(lines, random, start, 0 if corner < 0 else np.pi, size, habit)
        picture = paint(picture, lines, pick(random, (190, 50, 45), (210, 100, 90)), random.uniform(0.4, 0.9))
    radius, _ = polar(side, (1 - corner, random.uniform(0.3, 0.7)))
    return paint(
        picture, np.clip((random.uniform(0.3, 1) - radius) * 20, 0, 1), pick(random, (80, 50, 30), (90, 110, 120))
    )


def palm(random: Random, side: int) -> Rgb:
    """A palm, a heel or a tongue: a few deep bent creases and a net of fine ones."""
    colour = pick(random, (220, 165, 140), (200, 110, 100), (140, 95, 75))
    picture = shade(random, side, colour, 4)
    net = borders(random, side, int(random.integers(100, 500)), 0.02) * side
    picture = paint(picture, np.clip(1.6 - net, 0, 1), darker(colour, 0.75), random.uniform(0.2, 0.7))
    for _ in range(int(random.integers(2, 7))):
        lines, ends = blank(side), random.uniform(0, 1, (2, 2)) * side
        stroke(
            lines,
            bow(random, tuple(ends[0]), tuple(ends[1]), random.normal(0, 0.15), 0.03),
            side / random.uniform(50, 140),
        )
        picture = paint(picture, soft(lines, side / 300), darker(colour, 0.6), random.uniform(0.5, 0.9))
    return picture


def wing(random: Random, side: int) -> Rgb:
    """The wing of an insect: a few long veins and cells between them."""
    colour = pick(random, (220, 225, 230), (200, 150, 90), (235, 220, 190), (120, 140, 130))
    picture, vein = shade(random, side, colour, 3), darker(colour, random.uniform(0.2, 0.5))
    net = borders(random, side, int(random.integers(60, 250)), 0.005) * side
    picture = paint(picture, np.clip(random.uniform(1.3, 2.2) - net * 300 / side, 0, 1), vein, random.uniform(0.5, 1))
    lines, start = blank(side), (0.0, side * random.uniform(0.2, 0.8))
    for y in np.linspace(0, 1, int(random.integers(3, 8))):
        stroke(
            lines, bow(random, start, (side * 1.05, side * y), random.normal(0, 0.06)), side / random.uniform(70, 150)
        )
    return paint(picture, lines, vein)


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
