"""Find the field of view, the lit disc of a fundus photograph.

`find_field_of_view` takes RGB uint8[H,W,3] and returns a `FieldOfView`. It does not judge whether the disc is a retina
(see `retina_gate`), focus or exposure, and does not complete a disc that is cut off by the frame.
"""

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask, Rgb
from retina.imaging.downsampling import downsample

SEARCH_SIDE = 512
"""The search runs on a copy whose longer side has this many pixels, which locates the edge to about 0.1 % of that."""

MIN_ROUNDNESS = 0.8
MIN_SOLIDITY = 0.9
MIN_ARC = 0.25
"""The share of the outline that must lie inside the frame. A disc is clipped on at most two sides."""


@dataclass(frozen=True)
class FieldOfView:
    """The field of view, in pixels of its photograph.

    `outline` is int32[N,2], a convex polygon of (x, y). `frame` is "disc" if a round field of view was found and
    "whole" if the retina seems to fill the frame. `roundness`, 0 to 1, is the share of the outline inside the frame
    that lies within 3 % of a fitted circle's radius.
    """

    left: int
    top: int
    width: int
    height: int
    outline: NDArray[np.int32]
    frame: Literal["disc", "whole"]
    roundness: float

    def widened(self, shape: tuple[int, int]) -> "FieldOfView":
        """A copy that covers a whole photograph of `shape` (H, W)."""
        return replace(self, left=0, top=0, width=shape[1], height=shape[0], outline=_frame(shape))

    def mask(self, shape: tuple[int, int]) -> Mask:
        """The field of view as bool[H,W], for a photograph of `shape` (H, W)."""
        inside = np.zeros(shape, np.uint8)
        cv2.fillConvexPoly(inside, self.outline, (1,))
        return inside.view(np.bool_)


_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15))


def find_field_of_view(rgb: Rgb) -> FieldOfView:
    """Find the field of view in `rgb`, uint8[H,W,3]. Without a visible disc it is the whole frame.

    The brightest channel is thresholded well below the retina's own brightness, the largest connected region is opened
    (which drops labels and orientation marks), and its convex hull is compared with a circle.
    """
    height, width = rgb.shape[:2]
    small = search_copy(rgb)
    size = (small.shape[1], small.shape[0])
    lit = _largest_lit_region(small)
    hull = cv2.convexHull(_outline(lit))[:, 0] if lit.any() else np.zeros((1, 2), np.int32)
    inside = np.zeros_like(lit)
    cv2.fillConvexPoly(inside, hull, (1,))
    solidity = float(lit.sum()) / max(1.0, float(inside.sum()))
    roundness, arc = _roundness(inside)
    disc = roundness >= MIN_ROUNDNESS and solidity >= MIN_SOLIDITY and arc >= MIN_ARC
    if disc:
        # Pixel i of the copy is centred at (i + 0.5) / scale in the photograph.
        outline = (hull + 0.5) * (width / size[0], height / size[1]) - 0.5
        outline = np.clip(np.rint(outline), 0, (width - 1, height - 1)).astype(np.int32)
    else:
        outline = _frame((height, width))
    left, top = (int(v) for v in outline.min(axis=0))
    right, bottom = (int(v) for v in outline.max(axis=0))
    return FieldOfView(
        left=left,
        top=top,
        width=right - left + 1,
        height=bottom - top + 1,
        outline=outline,
        frame="disc" if disc else "whole",
        roundness=round(roundness, 3),
    )


def search_copy(rgb: Rgb) -> Rgb:
    """A copy of uint8[H,W,3] whose longer side has at most `SEARCH_SIDE` pixels."""
    height, width = rgb.shape[:2]
    scale = min(1.0, SEARCH_SIDE / max(height, width))
    return downsample(rgb, (max(1, round(width * scale)), max(1, round(height * scale))))


def _frame(shape: tuple[int, int]) -> NDArray[np.int32]:
    height, width = shape
    return np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.int32)


def _largest_lit_region(small: Rgb) -> NDArray[np.uint8]:
    """uint8[h,w], 1 on the largest region that is brighter than a fifth of the 90th percentile of brightness, else 0.

    The threshold is kept between 6 and 40.
    """
    red, green, blue = cv2.split(small)
    brightest = cv2.GaussianBlur(cv2.max(cv2.max(red, green), blue), (0, 0), 1.5)
    threshold = np.clip(0.2 * np.percentile(brightest[::4, ::4], 90), 6, 40)
    lit = _largest((brightest > threshold).astype(np.uint8))
    padded = cv2.copyMakeBorder(lit, 16, 16, 16, 16, cv2.BORDER_REPLICATE)
    opened = cv2.erode(padded, _DISC)
    return _largest(np.asarray(cv2.dilate(opened, _DISC)[16:-16, 16:-16], np.uint8))


def _largest(regions: NDArray[np.uint8]) -> NDArray[np.uint8]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(regions)
    if count < 2:
        return np.zeros_like(regions)
    return np.asarray(labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])), np.uint8)


def _outline(region: NDArray[np.uint8]) -> cv2.typing.MatLike:
    """int32[N,1,2]: the outer contour (x, y) of the single region in uint8[h,w]."""
    contours, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return contours[0]


def _roundness(inside: NDArray[np.uint8]) -> tuple[float, float]:
    """The roundness of the part of the outline that the frame does not cut, and that part's share of the outline.

    The circle is Kasa's least-squares fit (IEEE Trans. Instrum. Meas. 1976, doi 10.1109/TIM.1976.6312298).
    """
    height, width = inside.shape
    points = _outline(inside)[:, 0].astype(np.float64)
    x, y = points.T
    free = points[(x > 2) & (x < width - 3) & (y > 2) & (y < height - 3)]
    if len(free) < 20:
        return 0.0, len(free) / len(points)
    system = np.column_stack([2 * free, np.ones(len(free))])
    (centre_x, centre_y, c), *_ = np.linalg.lstsq(system, (free**2).sum(axis=1), rcond=None)
    radius = np.sqrt(max(c + centre_x**2 + centre_y**2, 1.0))
    off = np.abs(np.hypot(free[:, 0] - centre_x, free[:, 1] - centre_y) - radius) / radius
    return float((off < 0.03).mean()), len(free) / len(points)
