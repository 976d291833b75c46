"""Drawings of stone, water, sky and planets: RGB uint8[S,S,3] of a side in pixels."""

import numpy as np

from models.evaluation.materials import (
    Habit,
    Points,
    Random,
    Texture,
    blank,
    borders,
    bow,
    clouds,
    darker,
    ground,
    grow,
    paint,
    pick,
    polar,
    shade,
    stroke,
    texture,
)
from retina.imaging.arrays import Rgb

STONES = (
    (160, 155, 150),
    (190, 130, 90),
    (215, 190, 160),
    (90, 85, 80),
    (200, 110, 60),
    (225, 215, 205),
    (120, 60, 45),
)


def _near(distance: Texture, width: float) -> Texture:
    """1 on a line and 0 beyond `width` from it."""
    return np.asarray(np.clip(1.5 - distance / width, 0, 1), np.float32)


def glaze(random: Random, side: int) -> Rgb:
    """Craze in glaze or old paint: large cells, and in them ever smaller and fainter ones."""
    colour = pick(random, *STONES)
    picture = shade(random, side, colour, random.uniform(2, 9))
    line, wide, number = darker(colour, random.uniform(0.15, 0.6)), random.uniform(1, 3), random.uniform(8, 60)
    for level in range(int(random.integers(1, 4))):
        net = borders(random, side, round(number * 5**level), random.uniform(0.002, 0.03)) * side
        uneven = np.clip(1 + 0.6 * texture(random, side, 0.15), 0.2, 2)
        picture = paint(picture, _near(net, wide * 0.6**level * side / 300 * uneven), line, 0.9 * 0.7**level)
    return picture


def wall(random: Random, side: int) -> Rgb:
    """Cracks that wander and fork through a wall, asphalt, ice or dry skin."""
    colour = pick(random, *STONES, (180, 205, 220))
    picture, lines = shade(random, side, colour, random.uniform(3, 14)), blank(side)
    habit = Habit(random.uniform(0.2, 0.45), random.uniform(0.4, 1), 0.85, 0.75, int(random.integers(0, 3)), 5)
    for _ in range(int(random.integers(2, 8))):
        turn = random.uniform(0, 2 * np.pi)
        start = (side * (0.5 + 0.5 * np.cos(turn)), side * (0.5 + 0.5 * np.sin(turn)))
        size = (side * random.uniform(0.15, 0.35), side / random.uniform(40, 150))
        grow(lines, random, start, turn + np.pi + random.normal(0, 0.5), size, habit)
    return paint(picture, lines, darker(colour, random.choice([0.2, 0.45, 0.7])), random.uniform(0.6, 1))


def pane(random: Random, side: int) -> Rgb:
    """Broken glass: cracks that run out from one place, and rings between them."""
    colour = pick(random, (70, 80, 90), (200, 210, 215), (190, 110, 60), (30, 30, 35))
    picture, lines, middle = shade(random, side, colour, 3), blank(side), random.uniform(0.25, 0.75, 2) * side
    turns = np.sort(random.uniform(0, 2 * np.pi, int(random.integers(9, 26))))
    for turn in turns:
        far = middle + side * random.uniform(0.4, 1.2) * np.array([np.cos(turn), np.sin(turn)])
        stroke(
            lines, bow(random, tuple(middle), tuple(far), random.normal(0, 0.03), 0.02), side / random.uniform(120, 300)
        )
    for _ in range(int(random.integers(6, 30))):
        radius, first = side * random.uniform(0.04, 0.5), int(random.integers(len(turns) - 1))
        ends = [middle + radius * np.array([np.cos(t), np.sin(t)]) for t in turns[first : first + 2]]
        stroke(lines, bow(random, tuple(ends[0]), tuple(ends[1]), 0.05), side / 250)
    return paint(picture, lines, darker(colour, random.choice([0.3, 1.9])), random.uniform(0.6, 1))


def _meander(random: Random, side: int, wave: float) -> Points:
    """A river float64[400,2] across the picture."""
    t, turn = np.linspace(-0.2, 1.2, 400), random.uniform(0, 2 * np.pi)
    off = random.uniform(-0.4, 0.4) + np.cumsum(np.cumsum(random.normal(0, 1, 400))) * 1e-4
    off = off + sum(
        wave / k * np.sin(2 * np.pi * k * random.uniform(2, 4) * t + random.uniform(0, 6)) for k in (1, 2, 3)
    )
    along, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    return np.asarray(side * (0.5 + (t - 0.5)[:, None] * along + off[:, None] * across))


LANDS = ((150, 120, 80), (80, 110, 60), (205, 160, 110), (190, 100, 60), (60, 80, 70))
WATERS = ((40, 70, 110), (30, 40, 45), (120, 160, 190), (120, 85, 60), (20, 60, 70))


def delta(random: Random, side: int) -> Rgb:
    """A river from above that parts into many arms, with creeks."""
    picture, lines = shade(random, side, pick(random, *LANDS), random.uniform(4, 12)), blank(side)
    turn = random.uniform(0, 2 * np.pi)
    start = (side * (0.5 - 0.55 * np.cos(turn)), side * (0.5 - 0.55 * np.sin(turn)))
    habit = Habit(random.uniform(0.15, 0.35), random.uniform(0.3, 0.55), 0.85, 0.75, int(random.integers(0, 4)), 7)
    grow(lines, random, start, turn, (side * random.uniform(0.15, 0.35), side / random.uniform(18, 50)), habit)
    return paint(picture, lines, pick(random, *WATERS), random.uniform(0.6, 1))


def braided(random: Random, side: int) -> Rgb:
    """Rivers from above that wind, part, and meet again, with creeks that run into them."""
    picture, lines = shade(random, side, pick(random, *LANDS), random.uniform(4, 12)), blank(side)
    for _ in range(int(random.integers(1, 7))):
        path, width = _meander(random, side, random.uniform(0.02, 0.12)), side / random.uniform(20, 90)
        stroke(lines, path, width)
        for at in path[20 :: int(random.integers(25, 60))]:
            habit = Habit(0.25, 0.5, 0.75, 0.7, 1, 3)
            grow(lines, random, tuple(at), random.uniform(0, 2 * np.pi), (side * 0.1, width * 0.4), habit)
    return paint(picture, lines, pick(random, *WATERS), random.uniform(0.6, 1))


def valleys(random: Random, side: int) -> Rgb:
    """Mountains from above in slanting light, with dark valleys."""
    land = clouds(random, side, random.uniform(0.15, 0.5))
    down, across = np.gradient(land * side / 40)
    light = np.clip(0.75 + random.uniform(0.1, 0.4) * (down + across), 0.2, 1.3)[..., None]
    picture = np.asarray(np.clip(shade(random, side, pick(random, *LANDS), 4) * light, 0, 255), np.uint8)
    beds = np.abs(clouds(random, side, random.uniform(0.2, 0.6))) + 0.3 * (land > 0.5)
    return paint(picture, _near(beds, random.uniform(0.03, 0.12)), pick(random, *WATERS), random.uniform(0.3, 0.9))


def lightning(random: Random, side: int) -> Rgb:
    """Lightning with its branches and glow, bright at night or as a dark negative."""
    lines = blank(side)
    for _ in range(int(random.integers(1, 4))):
        habit = Habit(random.uniform(0.3, 0.5), 0.4, 0.8, 0.75, int(random.integers(1, 4)), 6)
        start = (side * random.uniform(0.2, 0.8), 0.0)
        grow(
            lines,
            random,
            start,
            np.pi / 2 + random.normal(0, 0.2),
            (side * 0.25, side / random.uniform(60, 130)),
            habit,
        )
    night = random.random() < 0.7
    sky = (
        pick(random, (25, 20, 60), (60, 40, 80), (15, 15, 20)) if night else pick(random, (225, 160, 90), (200, 90, 60))
    )
    return paint(shade(random, side, sky, 3), lines, (235, 225, 255) if night else darker(sky, 0.4), 0.95)


def marble(random: Random, side: int) -> Rgb:
    """Polished stone: veins where folded noise is near nothing, thick and thin, on a cloudy ground."""
    colour = pick(random, *STONES, (235, 230, 225), (60, 80, 70))
    picture = shade(random, side, colour, random.uniform(1, 4), 0.1)
    vein = darker(colour, random.choice([0.25, 0.5, 0.7, 1.5]))
    for _ in range(int(random.integers(1, 4))):
        folds = np.abs(clouds(random, side, random.uniform(0.15, 0.7)))
        width = random.uniform(0.03, 0.2) * np.clip(1 + 0.7 * texture(random, side, 0.3), 0.1, 2)
        picture = paint(picture, _near(folds, width), vein, random.uniform(0.3, 0.9))
    return picture


def marbled_paper(random: Random, side: int) -> Rgb:
    """Marbled paper or agate: bands of a few colours, drawn out and stirred."""
    rows, columns = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    stir = random.uniform(0.03, 0.15)
    over = rows + stir * clouds(random, side, random.uniform(0.3, 0.8))
    comb = columns + stir * clouds(random, side, 0.5) + random.uniform(0, 0.05) * np.sin(rows * random.uniform(10, 60))
    level = over * random.uniform(3, 12) + random.uniform(0, 3) * np.abs((comb * random.uniform(2, 8)) % 1 - 0.5)
    number = int(random.integers(2, 5))
    inks = np.array([pick(random, *STONES, (40, 50, 90), (140, 30, 30), (240, 170, 90)) for _ in range(number)])
    paper = inks[np.floor(level + number).astype(int) % number]
    thin = _near(np.abs(level % 1 - 0.5).astype(np.float32) * 4, random.uniform(0.1, 0.6))
    picture = np.asarray(np.clip(paper + random.normal(0, 3, (side, side, 1)), 0, 255), np.uint8)
    return paint(picture, thin, pick(random, (60, 20, 20), (240, 220, 190), (30, 30, 50)), random.choice([0, 0.7]))


def _globe(random: Random, side: int, picture: Rgb) -> Rgb:
    """The picture on a lit globe in the dark."""
    radius, _ = polar(side)
    lit, _ = polar(side, tuple(0.5 + random.normal(0, 0.12, 2)))
    size = random.uniform(0.82, 0.98)
    light = np.sqrt(np.clip(1.15 - (lit / 1.15) ** 2, 0, 1)) * np.clip((size - radius) * side / 4, 0, 1)
    return np.asarray(np.clip(picture * light[..., None], 0, 255), np.uint8)


def canals(random: Random, side: int) -> Rgb:
    """A planet with dark regions and long straight or bent lines between them."""
    colour = pick(random, (205, 120, 70), (220, 150, 90), (190, 185, 170), (160, 80, 50))
    picture, lines = shade(random, side, colour, random.uniform(2, 7)), blank(side)
    dark = np.clip(clouds(random, side, 0.4) - random.uniform(0.3, 1.2), 0, 1)
    picture = paint(picture, dark, darker(colour, 0.5), random.uniform(0, 0.8))
    places = random.uniform(0.05, 0.95, (int(random.integers(5, 16)), 2)) * side
    for start in places:
        for end in places[random.integers(0, len(places), int(random.integers(1, 5)))]:
            wide = side / random.uniform(40, 200)
            stroke(lines, bow(random, tuple(start), tuple(end), random.normal(0, 0.08), random.choice([0, 0.02])), wide)
    return _globe(
        random, side, paint(picture, lines, darker(colour, random.uniform(0.3, 0.7)), random.uniform(0.4, 0.9))
    )


def moon(random: Random, side: int) -> Rgb:
    """A moon or a sun: craters, spots or bands on a disc."""
    colour = pick(random, (190, 190, 185), (240, 160, 60), (220, 180, 140), (230, 90, 40))
    picture = shade(random, side, colour, random.uniform(3, 10), 0.2)
    rows, columns = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    for _ in range(int(random.integers(5, 60))):
        x, y, size = *random.uniform(0, 1, 2), 0.01 + 0.05 * random.random() ** 3
        away = np.hypot(rows - y, columns - x) / size
        picture = paint(picture, np.exp(-((away - 1) ** 2) / 0.05), darker(colour, 1.25), 0.6)
        picture = paint(picture, np.exp(-(away**2) / 0.6), darker(colour, random.choice([0.4, 0.8])), 0.7)
    bands = np.sin(rows * random.uniform(20, 60) + clouds(random, side, 0.4)) * random.choice([0, 0, 0.5])
    return _globe(random, side, paint(picture, np.clip(bands, 0, 1), darker(colour, 0.6)))


def sand(random: Random, side: int) -> Rgb:
    """Ripples in sand or water, dunes, a fingerprint."""
    turn = random.uniform(0, np.pi)
    rows, columns = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    over = rows * np.cos(turn) + columns * np.sin(turn) + random.uniform(0.01, 0.1) * clouds(random, side, 0.5)
    waves = np.sin(2 * np.pi * over * random.uniform(6, 30)) * 0.5 + 0.5
    colour = pick(random, *LANDS, (90, 140, 160), (220, 180, 150))
    return paint(
        shade(random, side, colour, 5), waves ** random.uniform(1, 6), darker(colour, random.choice([0.4, 0.7]))
    )


def lava(random: Random, side: int) -> Rgb:
    """Plates of dark crust with glowing seams, or light seams on a coloured ground."""
    crust = pick(random, (50, 40, 40), (90, 60, 50), (180, 80, 50), (40, 60, 80))
    net = borders(random, side, int(random.integers(10, 60)), 0.03) * side
    seams = _near(net, side / random.uniform(40, 120) * np.clip(1 + 0.6 * texture(random, side, 0.2), 0.2, 2))
    return paint(shade(random, side, crust, 10), seams, pick(random, (255, 160, 50), (255, 220, 120), (230, 230, 230)))


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
