"""Whether a picture shows several retinas at once: two eyes side by side, pages of a report, contact sheets.

`several_retinas` takes a small copy of a picture. Photographs that were pasted together lie apart from each other on
one surround, each with the rectangle around it on a page, or meet in a straight line, across which nothing continues.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

import cv2
import numpy as np

from retina.imaging.arrays import Gray, Mask, Rgb
from retina.imaging.channels import away, brightest
from retina.imaging.downsampling import resized
from retina.imaging.field_network import field_network
from retina.imaging.seam import LIT, breaks, narrows

SIDE = 160
"""Longer side of the copy on which discs are looked for, in pixels."""

WAIST = 0.6
"""Two discs are at most this wide, a share of the smaller one's width, where they are nearest to each other. A single
disc that is cut above and below, twice as wide as high, has room for two circles, too, and no waist between them."""

SIMILAR, SOLID, PANEL = 0.35, 0.9, 0.96
"""The second area has SIMILAR times the size of the first, and each fills SOLID of its convex hull. One that fills more
than PANEL of its bounding box is a panel of text or another picture."""

TISSUE, GROUND = 0.1, 0.5
"""Mean shares of tissue, as the network for the field of view sees it: an area with more than TISSUE may be a retina.
What has more than GROUND is no surround: the retina fills the frame, and is lighter in two places."""

MIDDLE, REACH = 0.03, 0.06
"""A line in the middle is at most MIDDLE of the picture's side away from it. It is looked at REACH to both sides."""

PAGED, THIN = 400, 16
"""A rectangle on a page, and a retina in it, have PAGED pixels of their copies or more. A rectangle of less than THIN
pixels to a side is a line.
"""

JUMP = 12
"""Between two photographs brightness differs by more than this, of 255."""

ACROSS, MORE, LONG = 0.5, 0.25, 0.3
"""The line jumps on ACROSS of its length, by MORE than any line beside it, and it is LONG, a share of the side."""


def several_retinas(small: Rgb) -> bool:
    """Whether uint8[h,w,3] shows several retinas."""
    lit = _lit(small)
    if lit is not None and (_apart(small, lit) or _on_page(small, lit)):
        return True
    return _meet(small) or _meet(np.asarray(cv2.transpose(small), np.uint8))


def _lit(small: Rgb) -> Gray | None:
    """What differs from the surround, uint8[h,w] of 0 and 1 with a longer side of `SIDE`; None without a surround.

    The surround's colour is that of most of the border, or of most corners: a field may be cut on all sides.
    """
    scale = SIDE / max(small.shape[:2])
    size = (max(1, round(small.shape[1] * scale)), max(1, round(small.shape[0] * scale)))
    copy = np.asarray(resized(small, size), np.uint8)
    border = np.concatenate([copy[0], copy[-1], copy[:, 0], copy[:, -1]])
    corners = np.concatenate(
        [part.reshape(-1, 3) for rows in (copy[:3], copy[-3:]) for part in (rows[:, :3], rows[:, -3:])]
    )
    for edge, most in ((border, 0.5), (corners, 0.7)):
        surround = np.rint(np.median(edge, axis=0)).tolist()
        if (away(edge[:, None], surround) < LIT).mean() >= most:
            return (away(copy, surround) > LIT).view(np.uint8)
    return None


def _apart(small: Rgb, lit: Gray) -> bool:
    """Whether several retinas lie apart from each other on one surround. Narrow dark places do not part one."""
    closed = np.asarray(cv2.morphologyEx(lit, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)
    return _two_discs(small, closed) or _two_areas(small, closed) or _retinas(small, closed, 2) > 1


def _two_discs(small: Rgb, lit: Gray) -> bool:
    """Whether two round areas of tissue, of similar size, lie apart from each other.

    The largest circle that fits into what is lit is a disc if it is filled and mostly unlit around; then the same is
    tried beside it.
    """
    free = lit.copy()
    found: list[tuple[cv2.typing.Point, float]] = []
    for _ in range(2):
        padded = cv2.copyMakeBorder(free, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0,))
        distance = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
        _, radius, _, centre = cv2.minMaxLoc(distance)
        if radius < 14 or (found and radius < 0.6 * found[0][1]):
            return False
        found.append((centre, radius))
        cv2.circle(free, centre, round(1.15 * radius), (0,), -1)
    if _waist(lit, *found) > WAIST or not all(_round(lit, centre, radius) for centre, radius in found):
        return False
    circles = [cv2.circle(np.zeros_like(lit), centre, round(radius), (1,), -1) for centre, radius in found]
    return _are_tissue(small, circles) and not _are_tissue(small, [1 - lit], GROUND)


def _waist(lit: Gray, one: tuple[cv2.typing.Point, float], other: tuple[cv2.typing.Point, float]) -> float:
    """The share that is lit of a line between two circles, across the way from one to the other."""
    (x, y), radius = one
    (x2, y2), radius2 = other
    away = math.hypot(x2 - x, y2 - y)
    along_x, along_y = (x2 - x) / away, (y2 - y) / away
    to_waist = (radius + away - radius2) / 2
    steps = np.linspace(-0.9, 0.9, 31) * min(radius, radius2)
    columns = np.rint(x + to_waist * along_x - steps * along_y).astype(int)
    rows = np.rint(y + to_waist * along_y + steps * along_x).astype(int)
    inside = (columns >= 0) & (columns < lit.shape[1]) & (rows >= 0) & (rows < lit.shape[0])
    return float(lit[rows[inside], columns[inside]].sum() / steps.size)


def _round(lit: Gray, centre: cv2.typing.Point, radius: float) -> bool:
    """Whether the circle is filled, and most of a ring around it is unlit or outside the picture."""
    rows, columns = np.ogrid[: lit.shape[0], : lit.shape[1]]
    away = np.hypot(rows - centre[1], columns - centre[0]) / radius
    filled = lit[away < 0.95].mean() > 0.97
    corners = [(round(centre[0] + x * radius), round(centre[1] + y * radius)) for x in (-0.9, 0.9) for y in (-0.9, 0.9)]
    if all(0 <= x < lit.shape[1] and 0 <= y < lit.shape[0] and lit[y, x] for x, y in corners):
        return False  # a panel
    beside = np.count_nonzero(lit[(away > 1.1) & (away < 1.25)]) / (math.pi * radius**2 * (1.25**2 - 1.1**2))
    return bool(filled and beside < 0.45)


def _two_areas(small: Rgb, lit: Gray) -> bool:
    """Whether two solid areas of tissue, of similar size, lie apart from each other, however they are cut."""
    areas = _areas(lit)[:2]
    sizes = [cv2.contourArea(area) for area in areas]
    if len(areas) < 2 or sizes[1] < max(600, SIMILAR * sizes[0]):
        return False
    if any(_is_panel(area) or not _is_solid(area) for area in areas):
        return False
    drawn = [cv2.drawContours(np.zeros_like(lit), areas, i, (1,), -1) for i in (0, 1)]
    return _are_tissue(small, drawn) and not _are_tissue(small, [1 - lit], GROUND)


def _on_page(small: Rgb, page: Gray) -> bool:
    """Whether several retinas lie on a page, each with the rectangle around it, or some in one rectangle."""
    scale = small.shape[0] / page.shape[0]
    retinas = 0
    for area in _areas(page):
        if cv2.contourArea(area) < PAGED or not _is_panel(area):
            continue
        left, top, width, height = cv2.boundingRect(area)
        rows = slice(round((top + 1) * scale), round((top + height - 1) * scale))
        panel = small[rows, round((left + 1) * scale) : round((left + width - 1) * scale)]
        inside = _lit(panel) if min(panel.shape[:2]) >= THIN else None
        if inside is None:
            continue
        if _apart(panel, inside):
            return True
        retinas += _retinas(panel, inside, 1)
    return retinas > 1


def _retinas(small: Rgb, lit: Gray, least: int) -> int:
    """How many solid areas, of similar size, are tissue, each seen by itself with what is around it. 0 if there are not
    at `least` so many solid ones.
    """
    scale, areas = small.shape[0] / lit.shape[0], _areas(lit)
    smallest = max(PAGED, SIMILAR * cv2.contourArea(areas[0])) if areas else PAGED
    solid = [each for each in areas if cv2.contourArea(each) >= smallest and not _is_panel(each) and _is_solid(each)]
    if len(solid) < least or _are_tissue(small, [1 - lit], GROUND):
        return 0
    found = 0
    for area in solid:
        left, top, width, height = cv2.boundingRect(area)
        part = np.s_[max(0, top - 2) : top + height + 2, max(0, left - 2) : left + width + 2]
        rows, columns = (slice(round(each.start * scale), round(each.stop * scale)) for each in part)
        drawn = cv2.drawContours(np.zeros_like(lit), [area], 0, (1,), -1)[part]
        found += _are_tissue(small[rows, columns], [drawn], GROUND)
    return found


def _areas(lit: Gray) -> list[cv2.typing.MatLike]:
    """The outlines of what is lit, the largest first."""
    opened = np.asarray(cv2.morphologyEx(lit, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)), np.uint8)
    outlines, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return sorted(outlines, key=cv2.contourArea, reverse=True)


def _is_panel(area: cv2.typing.MatLike) -> bool:
    """Whether the outline is a rectangle."""
    _, _, width, height = cv2.boundingRect(area)
    return cv2.contourArea(area) > PANEL * (width - 1) * (height - 1)


def _is_solid(area: cv2.typing.MatLike) -> bool:
    return cv2.contourArea(area) >= SOLID * cv2.contourArea(cv2.convexHull(area))


def _meet(small: Rgb) -> bool:
    """Whether a straight line or strip from top to bottom, in the middle, parts two photographs.

    A line alone does not: what is on both sides must differ, or be narrower there as two discs are that touch.
    """
    height, width = small.shape[:2]
    near, reach = round(MIDDLE * width), round(REACH * width)
    if near < 2 or height < 32:
        return False
    beside = slice(width // 2 - 2 * reach, width // 2 + 2 * reach)
    window = cv2.resize(small[: height // 4 * 4, beside], (4 * reach, height // 4), interpolation=cv2.INTER_AREA)
    line = _line(window, brightest(window) > LIT, near)
    if line is None:
        return False
    first = width // 2 - 2 * reach
    narrow = narrows(brightest(small), first + line.left, first + line.right)
    if not narrow and not breaks(window, line.rows, line.left, line.right):
        return False
    tissue = cv2.resize(field_network()(small), (width, height // 4))[:, first : first + 4 * reach]
    return _line(window, tissue > TISSUE, near) is not None


class _Line(NamedTuple):
    """The last clean columns beside a line, and the rows bool[h] with something on both sides."""

    left: int
    right: int
    rows: Mask


def _line(window: cv2.typing.MatLike, shown: Mask, near: int) -> _Line | None:
    """The line that parts the middle of uint8[h,w,3], at most `near` away from it, where bool[h,w] shows something on
    both sides; None without one.
    """
    middle = window.shape[1] // 2
    rows = (shown[:, : middle - near].mean(axis=1) > 0.9) & (shown[:, middle + near :].mean(axis=1) > 0.9)
    if rows.mean() < LONG:
        return None
    jumps = brightest(cv2.absdiff(window[:, 2:], window[:, :-2]))[rows] > JUMP
    shares = jumps.mean(axis=0)
    first = middle - near - 1
    inner = shares[first : middle + near]
    others = max(shares[:first].max(), shares[middle + near :].max())
    if inner.max() < max(ACROSS, others + MORE):
        return None
    columns = first + np.flatnonzero(inner >= max(ACROSS, 0.6 * inner.max()))
    return _Line(int(columns[0]) + 1, int(columns[-1]) + 1, rows)


def _are_tissue(small: Rgb, areas: Iterable[cv2.typing.MatLike], least: float = TISSUE) -> bool:
    """Whether each of the areas uint8[h,w], which are 1 there and 0 elsewhere, has more than this share of tissue."""
    share = field_network()(small)
    return all(cv2.resize(share, area.shape[::-1])[area > 0].mean() > least for area in areas)
