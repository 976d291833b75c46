"""Drawings of things people make, and of patterns: RGB uint8[S,S,3] of a side in pixels."""

import cv2
import numpy as np

from models.evaluation.materials import (
    Random,
    blank,
    borders,
    bow,
    branches,
    clouds,
    darker,
    ground,
    paint,
    pick,
    polar,
    shade,
    stroke,
    texture,
)
from retina.imaging.arrays import Rgb

PAPERS = ((238, 234, 224), (40, 44, 52), (225, 200, 160), (200, 120, 70), (250, 250, 250))


def roads(random: Random, side: int) -> Rgb:
    """A map or a country from above: bent roads of several widths between places, and borders of fields."""
    paper = pick(random, *PAPERS, (110, 130, 80))
    picture = shade(random, side, paper, random.choice([1, 6]))
    fields = borders(random, side, int(random.integers(30, 150))) * side
    picture = paint(picture, np.clip(2 - fields, 0, 1), darker(paper, 0.7), random.uniform(0, 0.7))
    places = random.uniform(-0.1, 1.1, (int(random.integers(12, 40)), 2)) * side
    for width, share in ((side / 300, 1.0), (side / 120, 0.4), (side / 60, 0.15)):
        lines = blank(side)
        for place in places[: max(2, round(share * len(places)))]:
            nearest = np.argsort(np.hypot(*(places - place).T))[1 : int(random.integers(3, 5))]
            for other in places[nearest]:
                stroke(lines, bow(random, tuple(place), tuple(other), random.normal(0, 0.1), 0.06), width)
        picture = paint(
            picture, lines, darker(paper, random.uniform(0.3, 0.6)) if sum(paper) > 350 else (210, 190, 120)
        )
    return picture


def contours(random: Random, side: int) -> Rgb:
    """Lines of equal height, a weather map, or a fingerprint of noise."""
    height = clouds(random, side, random.uniform(0.3, 0.8)) * random.uniform(2, 6)
    slope = np.hypot(*np.gradient(height)) + 1e-4
    lines = np.clip(random.uniform(1.2, 3) - np.abs((height + 0.5) % 1 - 0.5) / slope, 0, 1)
    paper = pick(random, *PAPERS)
    return paint(shade(random, side, paper, 2), lines, darker(paper, 0.4) if sum(paper) > 350 else (200, 170, 120))


def circuit(random: Random, side: int) -> Rgb:
    """A printed circuit: tracks that turn by 45 degrees, pads and chips."""
    board = pick(random, (30, 90, 50), (40, 60, 110), (150, 60, 40), (200, 150, 60))
    picture, lines = shade(random, side, board, 3), blank(side)
    for _ in range(int(random.integers(15, 60))):
        at, turn, points = random.uniform(0, 1, 2), random.integers(8) * np.pi / 4, []
        for _ in range(int(random.integers(2, 7))):
            points.append(at * side)
            at = at + random.uniform(0.03, 0.25) * np.array([np.cos(turn), np.sin(turn)])
            turn += random.choice([-1, 1]) * np.pi / 4
        stroke(lines, np.array(points), side / random.uniform(70, 250))
        for x, y in (points[0], points[-1]):
            cv2.circle(lines, (round(x), round(y)), max(2, side // 90), (255,), -1, cv2.LINE_AA)
    picture = paint(picture, lines, darker(board, random.choice([0.5, 1.6])), 0.9)
    for x, y, w, h in random.uniform(0.05, 0.25, (int(random.integers(0, 5)), 4)):
        corner = (round(4 * x * side), round(4 * y * side))
        cv2.rectangle(picture, corner, (corner[0] + round(w * side), corner[1] + round(h * side)), (25, 25, 28), -1)
    return picture


def fabric(random: Random, side: int) -> Rgb:
    """Cloth: a weave, a knit, lace or a quilt, in folds."""
    rows, columns = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    fold = random.uniform(0, 0.04)
    rows, columns = rows + fold * clouds(random, side, 0.5), columns + fold * clouds(random, side, 0.5)
    number = random.uniform(10, 50)
    warp, weft = np.sin(2 * np.pi * number * columns), np.sin(2 * np.pi * number * rows)
    kind = [warp * weft, np.maximum(warp, weft), np.sin(2 * np.pi * number * (columns + 0.1 * np.abs(weft)))]
    colour = pick(random, (160, 60, 50), (220, 205, 180), (60, 80, 120), (220, 120, 60), (120, 120, 120))
    threads = np.clip(kind[random.integers(3)], 0, 1) ** random.uniform(0.5, 4)
    return paint(shade(random, side, colour, 4, 0.25), threads, darker(colour, random.choice([0.4, 0.6, 1.4])))


def scribble(random: Random, side: int) -> Rgb:
    """What a hand draws: loose lines, as on a red disc, a whiteboard or a page."""
    paper = pick(random, (215, 110, 60), (200, 80, 50), (240, 240, 235), (230, 170, 110))
    picture = shade(random, side, paper, random.choice([0, 1, 4]), random.choice([0.02, 0.15]))
    pens = [darker(paper, 0.4), darker(paper, 0.6), (120, 20, 20), (30, 30, 60)]
    for _ in range(int(random.integers(2, 12))):
        lines, number = blank(side), int(random.integers(30, 160))
        turns = random.uniform(0, 6.3) + np.cumsum(
            np.cumsum(random.normal(0, 0.03, number)) + random.normal(0, 0.15, number)
        )
        steps = side * random.uniform(0.01, 0.03) * np.stack([np.cos(turns), np.sin(turns)], axis=1)
        stroke(lines, random.uniform(0.1, 0.9, 2) * side + np.cumsum(steps, axis=0), side / random.uniform(40, 200))
        picture = paint(picture, lines, pens[random.integers(4)], random.uniform(0.5, 1))
    return picture


def web(random: Random, side: int) -> Rgb:
    """A spider's web, a net or a wheel: spokes and rings around a place."""
    ground = pick(random, (60, 80, 50), (30, 30, 35), (190, 110, 60), (170, 190, 210))
    picture, lines, middle = shade(random, side, ground, 5, 0.3), blank(side), random.uniform(0.3, 0.7, 2) * side
    turns = np.sort(random.uniform(0, 2 * np.pi, int(random.integers(10, 26))))
    spokes = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    for spoke in spokes:
        stroke(lines, np.array([middle, middle + side * spoke]), 1)
    for radius in np.cumsum(random.uniform(0.01, 0.05, 22)) * side:
        wobble = 1 + random.normal(0, 0.02, (len(turns), 1))
        stroke(lines, np.vstack([middle + radius * wobble * spokes, middle + radius * spokes[:1]]), side / 300)
    return paint(picture, lines, random.choice([(235, 235, 235), darker(ground, 0.4)]), random.uniform(0.5, 1))


def coin(random: Random, side: int) -> Rgb:
    """A coin, a plate, a button or a dial: a disc with a rim, relief and marks around it."""
    metal = pick(random, (200, 160, 90), (180, 180, 180), (190, 110, 70), (235, 230, 225))
    radius, angle = polar(side)
    relief = clouds(random, side, random.uniform(0.05, 0.3))
    light = np.clip(0.8 + 0.3 * np.gradient(relief * side / 60, axis=0), 0.3, 1.4)[..., None]
    picture = np.asarray(np.clip(shade(random, side, metal, 3) * light, 0, 255), np.uint8)
    rings = np.exp(-(((radius - random.uniform(0.6, 0.85)) / 0.012) ** 2))
    ticks = (np.cos(angle * int(random.integers(12, 70))) > 0.8) & (np.abs(radius - 0.9) < random.choice([0, 0.04]))
    picture = paint(picture, np.maximum(rings, ticks), darker(metal, 0.4), 0.8)
    face = blank(side)
    words = "".join(random.choice(list("ABCDEFGHIKLMNOPRSTUV1234567890"), 6))
    cv2.putText(face, words, (side // 4, side // 2), cv2.FONT_HERSHEY_SIMPLEX, side / 260, (255,), max(1, side // 120))
    picture = paint(picture, face, darker(metal, 0.5), random.choice([0, 0.8]))
    return paint(picture, np.clip((radius - 0.97) * side / 4, 0, 1), random.choice([(255, 255, 255), (15, 15, 15)]))


def leaded_glass(random: Random, side: int) -> Rgb:
    """Stained glass, a mosaic, a paved way, scales: cells of their own colours between lines."""
    rows, columns = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    places = random.uniform(0, 1, (int(random.integers(20, 200)), 2))
    small = [cv2.resize(each, (180, 180)) for each in (rows, columns)]
    near = np.argmin([np.hypot(small[0] - y, small[1] - x) for y, x in places], axis=0)
    cell = cv2.resize(near.astype(np.float32), (side, side), interpolation=cv2.INTER_NEAREST)
    base = np.array(pick(random, (200, 110, 60), (120, 120, 115), (160, 60, 60), (90, 120, 150)))
    inks = np.clip(base + random.normal(0, random.uniform(5, 40), (len(places), 3)), 0, 255).astype(np.uint8)
    picture = cv2.GaussianBlur(inks[cell.astype(int)], (0, 0), side / 200)
    between = (cv2.morphologyEx(cell, cv2.MORPH_GRADIENT, np.ones((3, 3))) > 0).astype(np.float32)
    seams = cv2.GaussianBlur(between, (0, 0), side / 300)
    return paint(
        np.asarray(picture, np.uint8), seams / max(1e-6, seams.max()), random.choice([(30, 25, 25), (220, 215, 205)])
    )


def flames(random: Random, side: int) -> Rgb:
    """Fire, smoke, a nebula, satin: stirred clouds of light."""
    rows, columns = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j].astype(np.float32)
    stir = random.uniform(0.05, 0.25)
    first = clouds(random, side, 0.4)
    across = ((columns + stir * clouds(random, side, 0.4)) * (side - 1)).astype(np.float32)
    down = ((rows + stir * clouds(random, side, 0.4)) * (side - 1)).astype(np.float32)
    streaks = cv2.remap(first, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    folds = 1 - np.abs(np.tanh(streaks * random.uniform(1, 4)))
    dark, light = pick(random, (60, 20, 15), (30, 30, 60), (120, 60, 40)), pick(random, (255, 180, 70), (220, 200, 230))
    return paint(shade(random, side, dark, 2), folds, light, random.uniform(0.5, 1))


def grain(random: Random, side: int) -> Rgb:
    """Noise of every colour and grain: from snow on a screen to clouds, alone or stretched in one direction."""
    power = random.uniform(0, 2.5)
    wave = np.hypot(np.fft.fftfreq(side)[:, None] * random.choice([1, 1, 4]), np.fft.fftfreq(side)) * side + 1
    channels = [np.fft.ifft2(np.fft.fft2(random.standard_normal((side, side))) / wave**power).real for _ in range(3)]
    noise = np.stack([channels[0] + random.choice([0, 0.3]) * each for each in channels], axis=-1)
    noise = noise / noise.std() * random.uniform(8, 45)
    colour = np.array(pick(random, (200, 110, 60), (128, 128, 128), (150, 60, 40), (90, 120, 90)))
    return np.asarray(np.clip(colour * (1 + 0.1 * texture(random, side, 0.4)[..., None]) + noise, 0, 255), np.uint8)


def crust(random: Random, side: int) -> Rgb:
    """A pancake, bread, cheese or a crêpe: browned spots, holes and folds on a disc."""
    dough = pick(random, (230, 180, 110), (210, 130, 60), (245, 225, 180))
    picture = shade(random, side, dough, 6)
    spots = 1 / (1 + np.exp(-4 * (clouds(random, side, random.uniform(0.05, 0.3)) - random.uniform(0, 1))))
    picture = paint(picture, spots, darker(dough, random.uniform(0.4, 0.7)), 0.8)
    creases = np.abs(clouds(random, side, 0.5))
    picture = paint(picture, np.clip(1.5 - creases / 0.04, 0, 1), darker(dough, 0.5), random.choice([0, 0.6]))
    radius, angle = polar(side)
    edge = 0.9 + 0.04 * np.sin(3 * angle + 1) + 0.02 * clouds(random, side, 0.3)
    return paint(picture, np.clip((radius - edge) * side / 5, 0, 1), pick(random, (250, 250, 250), (40, 40, 45)))


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
