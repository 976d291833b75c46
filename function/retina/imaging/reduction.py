"""The photograph and its probability map on one small scale, where the gate and the quality report look at them.

`reduce` cuts out the field of view and brings it to `SIDE` pixels, so that what is measured on it does not change with
the photograph's resolution. The quality report looks at that copy, the gate at one of half its size.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from retina.imaging.arrays import Gray, ProbabilityMap, Rgb
from retina.imaging.downsampling import halved, resized
from retina.imaging.erosion import eroded
from retina.imaging.field_of_view import FieldOfView

SIDE = 640
"""The longer side of the field of view, in pixels of the reduced copy. The thinnest vessels that people draw are one
wide, the main ones 6 to 12."""

FAINT = 5
"""Probability of .02 on the reduction's scale of 255, up to which the map counts as empty; summed over a whole
photograph, such traces would weigh too much."""

_DARKEST, _BRIGHTEST = np.array([8], np.uint8), np.array([247], np.uint8)
"""Gray levels beyond which a pixel is black or white."""

HALFTONE = 0.95
"""Share of black and white pixels from which a picture counts as a scan in black and white."""

TONES = 6
"""Standard deviation in pixels of the blur after which the dots of such a scan are tones again."""


@dataclass(frozen=True)
class Reduction:
    """`rgb` uint8[h,w,3], `probability` uint8[h,w] (0 to 255), and `inside` uint8[h,w], 255 in the field of view.

    `halftone` is true for a scan in black and white, whose tones are dots.
    """

    rgb: Rgb
    probability: Gray
    inside: Gray
    halftone: bool = False

    def core(self, rim: float) -> Gray:
        """uint8[h,w], 255 in the field of view further than `rim` pixels from its edge, the frame's edge included.

        The edge itself looks like a vessel.
        """
        return eroded(self.inside, rim)

    def halved(self) -> "Reduction":
        """A copy of half the size; the dots of a halftone are tones on it."""
        rgb = cv2.GaussianBlur(self.rgb, (0, 0), TONES) if self.halftone else self.rgb
        rgb, found, inside = (np.asarray(halved(each), np.uint8) for each in (rgb, self.probability, self.inside))
        return Reduction(rgb, found, inside, self.halftone)


def reduce(rgb: Rgb, probability: ProbabilityMap, view: FieldOfView) -> Reduction:
    """The reduction of a photograph uint8[H,W,3] and its probability map uint16[H,W]."""
    window = (slice(view.top, view.top + view.height), slice(view.left, view.left + view.width))
    scale = SIDE / max(view.width, view.height)
    size = (max(8, round(view.width * scale)), max(8, round(view.height * scale)))
    inside = np.zeros((size[1], size[0]), np.uint8)
    outline = (view.outline - (view.left, view.top)) * (size[0] / view.width, size[1] / view.height)
    cv2.fillPoly(inside, [np.rint(outline).astype(np.int32)], (255,))
    green = np.ascontiguousarray(rgb[window][::3, ::3, 1])
    return Reduction(
        rgb=np.asarray(resized(rgb[window], size), np.uint8),
        probability=(np.asarray(resized(probability[window], size), np.uint16) >> 8).astype(np.uint8),
        inside=inside,
        halftone=1 - cv2.countNonZero(cv2.inRange(green, _DARKEST, _BRIGHTEST)) / green.size > HALFTONE,
    )


def expected_area(probability: Gray, where: cv2.typing.MatLike) -> float:
    """How many pixels of vessel the map uint8[h,w] expects where uint8[h,w] is 255: the sum of its probabilities."""
    traced = cv2.threshold(probability, FAINT, 0, cv2.THRESH_TOZERO)[1]
    return total(traced, where) / 255


def total(values: cv2.typing.MatLike, where: cv2.typing.MatLike) -> float:
    """The sum of uint8[h,w] where uint8[h,w] is 255 rather than 0."""
    return float(cv2.sumElems(cv2.bitwise_and(values, where))[0])


def mean(values: cv2.typing.MatLike, where: cv2.typing.MatLike) -> float:
    """The mean of uint8[h,w] where uint8[h,w] is 255, 0 if it is nowhere. Much faster than `cv2.mean` with a mask."""
    return total(values, where) / max(1, cv2.countNonZero(where))
