"""One retina with something drawn or changed in a straight line: crosshairs, grids, bars, sensors read in halves.

`one_retina` yields such copies of a photograph. None of them shows several retinas.
"""

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from retina.imaging.arrays import Rgb

COLOURS = {"black": (0, 0, 0), "white": (255, 255, 255), "green": (0, 255, 0), "yellow": (255, 255, 0)}


def one_retina(rgb: Rgb, columns: int = 5) -> Iterator[tuple[str, Rgb]]:
    """(name, copy) of RGB uint8[h,w,3]; lines of 1 to 8 pixels at so many columns in the middle."""
    yield from _drawn(rgb, columns)
    yield from _halves(rgb)
    for quality in (5, 15, 30):
        code = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        yield f"JPEG of quality {quality}", np.ascontiguousarray(cv2.imdecode(code, cv2.IMREAD_COLOR)[..., ::-1])
    for share in (0.01, 0.02, 0.03, 0.05, 0.08):
        for level in (0, 255):
            yield f"bar with a date, {share:.0%} of the height, {level}", _dated(rgb, share, level)


def _drawn(rgb: Rgb, columns: int) -> Iterator[tuple[str, Rgb]]:
    middle, reach = rgb.shape[1] // 2, round(0.03 * rgb.shape[1])
    for number in range(8 * columns):
        width, place = number % 8 + 1, middle + round(reach * (number // 8 / max(1, columns - 1) * 2 - 1))
        for name, colour in COLOURS.items():
            yield f"line, {name}, {width} px at {place}", _lines(rgb, [place], [], width, colour)
    for width in (1, 2, 4):
        yield f"crosshair, {width} px", _lines(rgb, [middle], [rgb.shape[0] // 2], width, (255, 255, 255))
        rows, across = ([side * part // 8 for part in range(1, 8)] for side in rgb.shape[:2])
        yield f"grid, {width} px", _lines(rgb, across, rows, width, (255, 255, 255))
        yield f"ETDRS rings, {width} px, white", _rings(rgb, width, (255, 255, 255))
        yield f"ETDRS rings, {width} px, black", _rings(rgb, width, (0, 0, 0))


def _halves(rgb: Rgb) -> Iterator[tuple[str, Rgb]]:
    for factor in (0.8, 0.9, 1.03, 1.05, 1.08, 1.12, 1.2):
        yield f"right half, times {factor}", _right_half(rgb, lambda half, factor=factor: half * factor)
    for step in (6, 12, 20):
        yield f"right half, plus {step}", _right_half(rgb, lambda half, step=step: half + step)
    for turn in (-6, 6):
        yield f"right half, hue {turn:+}", _right_half(rgb, lambda half, turn=turn: _turned(half, turn))


def _lines(rgb: Rgb, columns: list[int], rows: list[int], width: int, colour: tuple[int, ...]) -> Rgb:
    drawn = rgb.copy()
    for column in columns:
        drawn[:, column - width // 2 : column - width // 2 + width] = colour
    for row in rows:
        drawn[row - width // 2 : row - width // 2 + width] = colour
    return drawn


def _rings(rgb: Rgb, width: int, colour: tuple[int, ...]) -> Rgb:
    """Three rings, and spokes up, down, left and right."""
    drawn, side = rgb.copy(), min(rgb.shape[:2])
    x, y = rgb.shape[1] // 2, rgb.shape[0] // 2
    for radius in (0.08, 0.22, 0.42):
        cv2.circle(drawn, (x, y), round(radius * side), colour, width)
    reach = round(0.45 * side)
    cv2.line(drawn, (x - reach, y), (x + reach, y), colour, width)
    cv2.line(drawn, (x, y - reach), (x, y + reach), colour, width)
    return drawn


def _right_half(rgb: Rgb, change: Callable[..., cv2.typing.MatLike]) -> Rgb:
    changed = rgb.astype(np.float32)
    middle = rgb.shape[1] // 2
    changed[:, middle:] = change(changed[:, middle:])
    return np.clip(changed, 0, 255).astype(np.uint8)


def _turned(half: cv2.typing.MatLike, turn: int) -> cv2.typing.MatLike:
    """With a hue that is turned by so many steps of two degrees."""
    hsv = cv2.cvtColor(half.astype(np.uint8), cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(int) + turn) % 180
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


def _dated(rgb: Rgb, share: float, level: int) -> Rgb:
    drawn, height = rgb.copy(), max(2, round(share * rgb.shape[0]))
    top = (rgb.shape[0] - height) // 2
    drawn[top : top + height] = level
    if height >= 10:  # letters fit into it
        text, place = "2026-11-27 08:15:00 OD 0123456 EYE CLINIC", (rgb.shape[1] // 20, top + height - 3)
        cv2.putText(drawn, text, place, cv2.FONT_HERSHEY_SIMPLEX, (height - 5) / 25, (255 - level,) * 3)
    return drawn
