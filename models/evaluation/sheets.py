"""Comparison sheets: a PNG with four panels that shows how a vessel mask differs from its reference."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from retina.imaging.arrays import Mask, Rgb

PANEL = 900
"""Longer side of a panel in pixels."""
MARGIN, LINE = 12, 34

FOUND, MISSED, INVENTED = (255, 255, 255), (255, 64, 64), (64, 160, 255)
"""RGB. White, red and blue can be told apart with colour blindness."""


def write(path: Path, title: str, rgb: Rgb, truth: Mask, vessels: Mask, inside: Mask) -> None:
    """Draw photograph, reference, prediction and differences, from uint8[H,W,3] and bool[H,W], to a PNG at `path`."""
    differences = np.zeros_like(rgb)
    for colour, where in ((FOUND, truth & vessels), (MISSED, truth & ~vessels), (INVENTED, vessels & ~truth)):
        differences[where & inside] = colour
    panels: dict[str, Rgb] = {
        "photograph": rgb,
        "reference": _gray(truth & inside),
        "prediction": _gray(vessels & inside),
        "differences: white both, red missed, blue invented": differences,
    }
    scale = PANEL / max(truth.shape)
    size = (round(truth.shape[1] * scale), round(truth.shape[0] * scale))
    sheet = Image.new("RGB", (2 * size[0] + 3 * MARGIN, 2 * (size[1] + LINE) + LINE + 2 * MARGIN), (24, 24, 24))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(20)
    draw.text((MARGIN, MARGIN), title, "white", font)
    for number, (label, pixels) in enumerate(panels.items()):
        left = MARGIN + (number % 2) * (size[0] + MARGIN)
        top = LINE + (number // 2) * (size[1] + LINE) + MARGIN
        draw.text((left, top), label, "lightgray", font)
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        sheet.paste(Image.fromarray(np.asarray(small, np.uint8)), (left, top + LINE - 6))
    sheet.save(path)


def _gray(mask: Mask) -> Rgb:
    return np.repeat(mask.view(np.uint8)[:, :, None] * np.uint8(255), 3, axis=2)
