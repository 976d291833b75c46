"""The field of view of a photograph whose background was subtracted, so that what is left varies around a middle gray.

That is Graham's preparation (Kaggle Diabetic Retinopathy Detection, 2015). Its surround is the same gray as the field's
mean: the network that looks for tissue sees no difference in brightness, but only the field has any texture.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Rgb
from retina.imaging.channels import away

MIDDLE = (128, 128, 128)
"""The gray around which everything varies."""

CORNER, FLAT, CORNERS = 0.04, 4, 0.9
"""In squares of this share of the longer side, in the four corners, pixels differ from the middle gray by at most FLAT:
this share of them."""

AROUND, EVEN = 1 / 8, 0.38
"""Means over this share of the sides vary by at most this share of what pixels vary. Of 21 photographs, those with a
subtracted background on a gray surround reach .36, others on such a surround begin at .41 (.32 with contrast equalised
in tiles, which is as even).
"""

TEXTURE = 5
"""The field's pixels differ from the middle gray by more than this, on average over a small window."""

GAP = 0.05
"""Parts without texture inside the field are smaller than this share of the longer side."""

LEAST = 0.1
"""The least share of the picture that such a field takes."""

HALO, RIM = 118, 0.03
"""Where the surround was not made gray again, the field has a dark halo. Its mean level, this near the outline."""


def subtracted_field(small: Rgb) -> NDArray[np.uint8] | None:
    """uint8[h,w], 1 in the field of view of uint8[h,w,3]; None if no background was subtracted, or it has a halo."""
    if not _is_gray_in_the_corners(small) or not _is_even(small):
        return None
    side = max(small.shape[:2])
    textured = (cv2.blur(away(small, MIDDLE), (5, 5)) > TEXTURE).astype(np.uint8)
    width = max(5, round(GAP * side)) | 1
    closed = cv2.morphologyEx(
        np.pad(textured, width), cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    )[width:-width, width:-width]
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    region = np.zeros_like(textured)
    if outlines:
        cv2.fillConvexPoly(region, cv2.convexHull(max(outlines, key=cv2.contourArea)), (1,))
    if cv2.countNonZero(region) < LEAST * region.size:
        return None
    rim = region - cv2.erode(region, np.ones((3, 3), np.uint8), iterations=max(1, round(RIM * side / 2)))
    return None if small[rim > 0].mean() < HALO else region


def _is_gray_in_the_corners(small: Rgb) -> bool:
    side = max(4, round(CORNER * max(small.shape[:2])))
    ends = slice(None, side), slice(-side, None)
    corners = np.concatenate([small[rows, columns].reshape(-1, 3) for rows in ends for columns in ends])
    return bool((away(corners[:, None], MIDDLE) <= FLAT).mean() >= CORNERS)


def _is_even(small: Rgb) -> bool:
    height, width = small.shape[:2]
    means = cv2.blur(small, (max(3, round(AROUND * width)) | 1, max(3, round(AROUND * height)) | 1))
    slow, all_ = (cv2.meanStdDev(picture)[1] for picture in (means, small))
    return bool((slow <= EVEN * all_).all())
