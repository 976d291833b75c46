"""Turn a photograph into four channels that say little about the camera, for discs and for kinds of vessels.

Red and green, each standardised over the field of view, show the disc and the macula; the same two without their slow
changes of light, standardised again, show vessels and how much darker veins are. Blue is left out: it is the channel
that cameras treat most differently, and often empty.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import Mask, Rgb
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.preprocessing import Placement, resample

CHANNELS = 4
CLIP = 4.0
"""Standard deviations beyond which a value is clipped."""

BACKGROUND = 1 / 24
"""Deviation of the Gaussian that estimates the light, as a share of the field of view's width."""

FAINTEST = 1.0
"""Least deviation, in levels of 255, that a channel is divided by: an empty channel stays near 0."""

Channels = NDArray[np.float32]
"""float32[h,w,4]: red and green standardised, red and green flattened; 0 outside the field of view."""


def prepare_colour(rgb: Rgb, view: FieldOfView, placement: Placement) -> Channels:
    """The canvas float32[canvas height, canvas width, 4] of a photograph uint8[H,W,3]."""
    crop = rgb[view.top : view.top + view.height, view.left : view.left + view.width]
    size = (placement.width, placement.height)
    small = resample(crop, size)
    inside = np.zeros(small.shape[:2], np.uint8)
    corner, zoom = (view.left - 0.5, view.top - 0.5), (size[0] / view.width, size[1] / view.height)
    cv2.fillPoly(inside, [np.rint((view.outline - corner) * zoom - 0.5).astype(np.int32)], (1,))
    found = channels(small[..., :2].astype(np.float32), inside.view(np.bool_))
    if found.shape[:2] == (placement.canvas.height, placement.canvas.width):
        return found
    canvas = np.zeros((placement.canvas.height, placement.canvas.width, CHANNELS), np.float32)
    canvas[placement.top : placement.top + size[1], placement.left : placement.left + size[0]] = found
    return canvas


def channels(red_green: NDArray[np.float32], inside: Mask) -> Channels:
    """The channels float32[h,w,4] of red and green float32[h,w,2], 0 to 255; the field of view is bool[h,w]."""
    # Channel by channel, because numpy and OpenCV are several times faster on arrays that lie side by side.
    planes = cv2.split(red_green)
    weight = inside.astype(np.float32)
    # Blurred at a quarter of the size, because a Gaussian this wide is slow and needs no detail.
    size = (max(1, inside.shape[1] // 4), max(1, inside.shape[0] // 4))
    sigma = BACKGROUND * size[0]
    lit = cv2.merge([cv2.resize(cv2.multiply(plane, weight), size, interpolation=cv2.INTER_AREA) for plane in planes])
    share = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    light = cv2.GaussianBlur(lit, (0, 0), sigma) / np.maximum(cv2.GaussianBlur(share, (0, 0), sigma), 1e-3)[..., None]
    below = cv2.split(cv2.resize(light, inside.shape[::-1], interpolation=cv2.INTER_LINEAR))
    flat = [cv2.subtract(plane, under) for plane, under in zip(planes, below, strict=True)]
    return np.asarray(cv2.merge([_standardised(plane, inside, weight) for plane in (*planes, *flat)]))


def _standardised(plane: cv2.typing.MatLike, inside: Mask, weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32[h,w] with mean 0 and deviation 1 in `inside` bool[h,w], 0 elsewhere; `weight` is the same as float32."""
    mean, deviation = (float(each[0, 0]) for each in cv2.meanStdDev(plane, mask=inside.view(np.uint8)))
    scaled = np.subtract(plane, np.float32(mean), dtype=np.float32)
    scaled *= np.float32(1 / max(deviation, FAINTEST))
    np.clip(scaled, -CLIP, CLIP, out=scaled)
    scaled *= weight
    return scaled
