"""Find the field of view of a fundus photograph: the lit tissue, whatever surrounds it.

`find_field_of_view` takes RGB uint8[H,W,3] and returns a `FieldOfView`. A small network finds roughly where tissue is
(`field_network`), and the outline is moved to the edge that is seen there (`field_edge`). It does not judge whether the
field of view is a retina's (see `retina_gate`), focus or exposure, and does not complete a disc that is cut off.
"""

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask, Rgb
from retina.imaging.downsampling import resized
from retina.imaging.field_edge import Points, sharpen
from retina.imaging.field_network import field_network
from retina.imaging.subtracted_background import subtracted_field

SEARCH_SIDE = 512
"""The search runs on a copy whose longer side has this many pixels, which locates the edge to about 0.1 % of that."""

SMALL_FIELD = 0.6
"""A field of view that takes less than this share of the picture's sides is looked at a second time, enlarged."""

MIN_SHARE = 0.02
"""The least share of the picture that a field of view may take. Below it nothing was found."""

WHOLE_SHARE = 0.985
"""From this share on the field of view fills the frame."""


_DENT = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))


@dataclass(frozen=True)
class FieldOfView:
    """The field of view, in pixels of its photograph.

    `outline` is int32[N,2], a polygon of (x, y). `frame` is "disc" if an edge of the field of view was found, and
    "whole" if the retina seems to fill the frame. `roundness`, 0 to 1, is the share of the outline that lies within 3 %
    of a fitted circle's radius; straight cuts at its sides are left out.
    """

    left: int
    top: int
    width: int
    height: int
    outline: NDArray[np.int32]
    frame: Literal["disc", "whole"]
    roundness: float

    @property
    def side(self) -> int:
        """Its longer side in pixels: the disc's diameter, unless it is cut all around. Turning does not change it."""
        return max(self.width, self.height)

    def widened(self, shape: tuple[int, int]) -> "FieldOfView":
        """A copy that covers a whole photograph of `shape` (H, W)."""
        return replace(self, left=0, top=0, width=shape[1], height=shape[0], outline=_frame(shape))

    def mask(self, shape: tuple[int, int]) -> Mask:
        """The field of view as bool[H,W], for a photograph of `shape` (H, W)."""
        inside = np.zeros(shape, np.uint8)
        cv2.fillPoly(inside, [self.outline], (1,))
        return inside.view(np.bool_)

    def holds(self, x: NDArray[np.float64], y: NDArray[np.float64], shape: tuple[int, int]) -> Mask:
        """Whether each place lies in it, and in the photograph of `shape` (H, W); all in arrays of one shape."""
        height, width = shape
        columns, rows = np.rint(x).astype(np.int64), np.rint(y).astype(np.int64)
        in_frame = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        return in_frame & self.mask(shape)[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]


def find_field_of_view(rgb: Rgb) -> FieldOfView:
    """Find the field of view in `rgb`, uint8[H,W,3]. Without a visible edge it is the whole frame."""
    height, width = rgb.shape[:2]
    small = search_copy(rgb)
    rough = _rough_outline(small)
    if rough is None:
        outline, roundness = _frame((height, width)), 0.0
    else:
        found = sharpen(small, rough)
        size = np.array(small.shape[1::-1], np.float32)
        found = np.where(found < 0.75, 0, np.where(found > size - 1.75, size - 1, found)).astype(np.float32)
        roundness = _roundness(found)
        # Pixel i of the copy is centred at (i + 0.5) / scale in the photograph; its frame is the photograph's.
        outline = (found + 0.5) * (width / size[0], height / size[1]) - 0.5
        outline = np.where(found == 0, 0, np.where(found == size - 1, (width - 1, height - 1), outline))
        outline = np.clip(np.rint(outline), 0, (width - 1, height - 1)).astype(np.int32)
    left, top = (int(v) for v in outline.min(axis=0))
    right, bottom = (int(v) for v in outline.max(axis=0))
    return FieldOfView(
        left=left,
        top=top,
        width=right - left + 1,
        height=bottom - top + 1,
        outline=outline,
        frame="whole" if rough is None else "disc",
        roundness=round(roundness, 3),
    )


def search_copy(rgb: Rgb) -> Rgb:
    """A copy of uint8[H,W,3] whose longer side has at most `SEARCH_SIDE` pixels."""
    height, width = rgb.shape[:2]
    scale = min(1.0, SEARCH_SIDE / max(height, width))
    return np.asarray(resized(rgb, (max(1, round(width * scale)), max(1, round(height * scale)))), np.uint8)


def _frame(shape: tuple[int, int]) -> NDArray[np.int32]:
    height, width = shape
    return np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.int32)


def _rough_outline(small: Rgb) -> Points | None:
    """The outline float32[N,2] of the largest region of tissue in uint8[h,w,3]; None if it is all or nothing."""
    region = subtracted_field(small)
    if region is None:
        region = _large_tissue(small)
    if not MIN_SHARE <= cv2.countNonZero(region) / region.size <= WHOLE_SHARE:
        return None
    contours, _ = cv2.findContours(_without_dents(small, region), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(contours[0][:, 0], np.float32)


def _large_tissue(small: Rgb) -> NDArray[np.uint8]:
    """`_tissue`, looked for a second time if it is small."""
    height, width = small.shape[:2]
    region = _tissue(small)
    if not cv2.countNonZero(region):
        return region
    x, y, w, h = cv2.boundingRect(region)
    if w < SMALL_FIELD * width and h < SMALL_FIELD * height:
        left, top = max(0, x - w // 6), max(0, y - h // 6)
        window = (slice(top, y + h + h // 6), slice(left, x + w + w // 6))
        again = _tissue(np.ascontiguousarray(small[window]))
        region[:] = 0
        region[window] = again
    return region


def _tissue(small: Rgb) -> NDArray[np.uint8]:
    """uint8[h,w], 1 on the largest connected region of tissue."""
    share = field_network()(small)
    regions = (cv2.resize(share, small.shape[1::-1], interpolation=cv2.INTER_LINEAR) > 0.5).view(np.uint8)
    outlines, _ = cv2.findContours(regions, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if len(outlines) < 2:  # the usual case, which needs no labels
        return regions
    _, labels, stats, _ = cv2.connectedComponentsWithStats(regions)
    return np.asarray(labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])), np.uint8)


def _without_dents(small: Rgb, region: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The region uint8[h,w] with those of its dents filled that look more like it than like what lies beyond.

    A bright optic disc at the rim is such a dent; a notch is not.
    """
    contours, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = np.zeros_like(region)
    cv2.fillConvexPoly(hull, cv2.convexHull(contours[0]), (1,))
    deep = cv2.erode(hull - region, _DENT)
    count = 0
    if cv2.countNonZero(deep):  # mostly there is none
        count, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(deep, _DENT))
    for i in range(1, count):
        x, y, w, h = (int(v) for v in stats[i, :4])
        near = (slice(max(0, y - 12), y + h + 12), slice(max(0, x - 12), x + w + 12))
        dent, own, beyond = labels[near] == i, region[near] > 0, hull[near] == 0
        if not beyond.any() or not own.any():
            continue
        colours = [small[near][where].mean(axis=0) for where in (dent, own, beyond)]
        if np.abs(colours[0] - colours[1]).sum() < np.abs(colours[0] - colours[2]).sum():
            region[near][dent] = 1
    return np.asarray(cv2.morphologyEx(region, cv2.MORPH_CLOSE, _DENT), np.uint8)


def _roundness(outline: Points) -> float:
    """The share of the outline float32[N,2] on a circle, without what is cut straight at its four sides.

    The circle is Kasa's least-squares fit (IEEE Trans. Instrum. Meas. 1976, doi 10.1109/TIM.1976.6312298).
    """
    low, high = outline.min(axis=0), outline.max(axis=0)
    inner = (outline > low + 1.5) & (outline < high - 1.5)
    free = outline[inner[:, 0] & inner[:, 1]].astype(np.float64)
    if len(free) < 20:
        return 0.0
    system = np.column_stack([2 * free, np.ones(len(free))])
    (x, y, c), *_ = np.linalg.lstsq(system, (free**2).sum(axis=1), rcond=None)
    radius = np.sqrt(max(c + x**2 + y**2, 1.0))
    off = np.abs(np.hypot(free[:, 0] - x, free[:, 1] - y) - radius) / radius
    return float((off < 0.03).mean())
