"""The photograph and its probability map on one small scale, where the gate and the quality report look at them.

`reduce` cuts out the field of view and brings it to `SIDE` pixels, so that what is measured on it does not change with
the photograph's resolution.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from retina.imaging.arrays import CERTAIN, Canvas, Mask, ProbabilityMap, Rgb
from retina.imaging.downsampling import downsample
from retina.imaging.field_of_view import FieldOfView

SIDE = 320
"""The longer side of the field of view, in pixels of the reduced copy. The main vessels are 3 to 6 of them wide."""

RIM = 9
"""Width in pixels of the rim that is left out, where the field's edge itself looks like a vessel."""

HALFTONE = 0.95
"""Share of black and white pixels from which a picture counts as a scan in black and white."""


@dataclass(frozen=True)
class Reduction:
    """`rgb` uint8[h,w,3], `probability` float32[h,w] (0 to 1), and `core` bool[h,w]: the field of view without rim.

    `halftone` is true for a scan in black and white, whose tones are dots.
    """

    rgb: Rgb
    probability: Canvas
    core: Mask
    halftone: bool = False


def reduce(rgb: Rgb, probability: ProbabilityMap, view: FieldOfView) -> Reduction:
    """The reduction of a photograph uint8[H,W,3] and its probability map uint16[H,W]."""
    window = (slice(view.top, view.top + view.height), slice(view.left, view.left + view.width))
    scale = SIDE / max(view.width, view.height)
    size = (max(1, round(view.width * scale)), max(1, round(view.height * scale)))
    inside = np.zeros(size[::-1], np.uint8)
    outline = (view.outline - (view.left, view.top)) * (size[0] / view.width, size[1] / view.height)
    cv2.fillPoly(inside, [np.rint(outline).astype(np.int32)], (1,))
    inside = np.pad(inside, 1)
    core = cv2.erode(inside, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * RIM + 1, 2 * RIM + 1)))[1:-1, 1:-1]
    step = max(1, int(1 / (2 * scale)))  # the map is smooth: every second, third, ... pixel shows it as well
    found = np.ascontiguousarray(probability[window][::step, ::step])
    shrink = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    green = rgb[window][::3, ::3, 1]
    return Reduction(
        rgb=downsample(rgb[window], size) if scale < 1 else np.asarray(cv2.resize(rgb[window], size), np.uint8),
        probability=cv2.resize(found, size, interpolation=shrink) * np.float32(1 / CERTAIN),
        core=core.view(np.bool_),
        halftone=bool(((green < 8) | (green > 247)).mean() > HALFTONE),
    )
