"""The photograph and its probability map on one small scale, where the gate and the quality report look at them.

`reduce` cuts out the field of view and brings it to `SIDE` pixels, so that what is measured on it does not change with
the photograph's resolution. The quality report looks at that copy, the gate at one of half its size.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Gray, ProbabilityMap, Rgb
from retina.imaging.field_of_view import FieldOfView

SIDE = 640
"""The longer side of the field of view, in pixels of the reduced copy. The thinnest vessels that people draw are one
wide, the main ones 6 to 12."""

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
        padded = cv2.copyMakeBorder(self.inside, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0,))
        distance = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
        return np.asarray(cv2.threshold(distance, rim, 255, cv2.THRESH_BINARY)[1], np.uint8)

    def halved(self) -> "Reduction":
        """A copy of half the size; the dots of a halftone are tones on it."""
        rgb = cv2.GaussianBlur(self.rgb, (0, 0), TONES) if self.halftone else self.rgb
        rgb, found, inside = (np.asarray(_halved(each), np.uint8) for each in (rgb, self.probability, self.inside))
        return Reduction(rgb, found, inside, self.halftone)


def reduce(rgb: Rgb, probability: ProbabilityMap, view: FieldOfView) -> Reduction:
    """The reduction of a photograph uint8[H,W,3] and its probability map uint16[H,W]."""
    window = (slice(view.top, view.top + view.height), slice(view.left, view.left + view.width))
    scale = SIDE / max(view.width, view.height)
    size = (max(8, round(view.width * scale)), max(8, round(view.height * scale)))
    inside = np.zeros((size[1], size[0]), np.uint8)
    outline = (view.outline - (view.left, view.top)) * (size[0] / view.width, size[1] / view.height)
    cv2.fillPoly(inside, [np.rint(outline).astype(np.int32)], (255,))
    green = rgb[window][::3, ::3, 1]
    return Reduction(
        rgb=np.asarray(resized(rgb[window], size), np.uint8),
        probability=(np.asarray(resized(probability[window], size), np.uint16) >> 8).astype(np.uint8),
        inside=inside,
        halftone=bool(((green < 8) | (green > 247)).mean() > HALFTONE),
    )


def total(values: cv2.typing.MatLike, where: cv2.typing.MatLike) -> float:
    """The sum of uint8[h,w] where uint8[h,w] is 255 rather than 0."""
    return float(cv2.sumElems(cv2.bitwise_and(values, where))[0])


def mean(values: cv2.typing.MatLike, where: cv2.typing.MatLike) -> float:
    """The mean of uint8[h,w] where uint8[h,w] is 255, 0 if it is nowhere. Much faster than `cv2.mean` with a mask."""
    return total(values, where) / max(1, cv2.countNonZero(where))


def _halved(pixels: cv2.typing.MatLike) -> cv2.typing.MatLike:
    """Each pixel the mean of two by two."""
    size = (max(1, pixels.shape[1] // 2), max(1, pixels.shape[0] // 2))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)


def resized(pixels: NDArray[np.uint8] | NDArray[np.uint16], size: tuple[int, int]) -> cv2.typing.MatLike:
    """`pixels` [h,w] or [h,w,3] at `size` (width, height): halved while that leaves enough, which is quick."""
    picture: cv2.typing.MatLike = pixels
    while picture.shape[1] >= 2 * size[0] and picture.shape[0] >= 2 * size[1]:
        picture = _halved(picture)
    return cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
