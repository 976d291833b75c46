"""The pictures of an answer: masks, maps, overlay and previews, encoded.

Enters: a photograph and its segmentation. Leaves: the bytes of PNG and JPEG files, without metadata.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import CERTAIN, Mask, Rgb
from retina.imaging.downsampling import downsample
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import Segmentation, over
from retina.imaging.skeleton import skeletonise

PREVIEW = (128, 128)
"""Width and height of the previews, whatever the photograph's shape: the first version's contract."""

OVERLAY_SIDE = 2048
"""Longest side of the overlay in an answer, in pixels."""

VESSEL_COLOUR = (0, 229, 255)
"""RGB. Cyan: what a retina never is."""

VESSEL_OPACITY = 0.6


def original_preview(photograph: Photograph) -> bytes:
    """The photograph stretched to 128x128, an RGB PNG."""
    return _png(downsample(photograph.rgb, PREVIEW)[..., ::-1])


def prediction_preview(segmentation: Segmentation) -> bytes:
    """The probability map area-averaged to 128x128, then thresholded: a PNG of 0 and 255.

    Taken from the network's own map where that shows the whole photograph: 128x128 pixels then stay as they are.
    """
    source = segmentation.probability if segmentation.whole is None else segmentation.whole
    small = cv2.resize(source, PREVIEW, interpolation=cv2.INTER_AREA)
    return _png(over(small, segmentation.threshold).view(np.uint8) * 255)  # type: ignore[arg-type]


def mask(vessels: Mask) -> bytes:
    """bool[H,W] as a 1-bit PNG: black 0, white 255."""
    return _png(vessels.view(np.uint8) * 255, cv2.IMWRITE_PNG_BILEVEL, 1)


def probability(segmentation: Segmentation) -> bytes:
    """The probability map as an 8-bit gray PNG: 0 is 0, 255 is 1."""
    return _png(cv2.convertScaleAbs(segmentation.probability, alpha=255 / CERTAIN))


def overlay(photograph: Photograph, segmentation: Segmentation, side: int | None = None) -> Rgb:
    """The photograph with its vessels tinted, uint8[h,w,3], its longer side at most `side` pixels."""
    rgb: cv2.typing.MatLike = photograph.rgb
    vessels: cv2.typing.MatLike = segmentation.vessels.view(np.uint8) * np.uint8(255)
    scale = min(1.0, side / max(vessels.shape)) if side else 1.0
    if scale < 1:
        size = (max(1, round(vessels.shape[1] * scale)), max(1, round(vessels.shape[0] * scale)))
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
        vessels = cv2.resize(vessels, size, interpolation=cv2.INTER_AREA)
    tinted = rgb.copy()
    touched = vessels > 0
    opacity = vessels[touched].astype(np.float32)[:, None] * (VESSEL_OPACITY / 255)
    tinted[touched] = np.rint(rgb[touched] * (1 - opacity) + np.array(VESSEL_COLOUR, np.float32) * opacity).astype(
        np.uint8
    )
    return np.asarray(tinted, np.uint8)


def overlay_jpeg(photograph: Photograph, segmentation: Segmentation) -> bytes:
    """The overlay as a JPEG of at most `OVERLAY_SIDE` pixels."""
    picture = overlay(photograph, segmentation, OVERLAY_SIDE)
    return _encode(".jpg", picture[..., ::-1], cv2.IMWRITE_JPEG_QUALITY, 90)


def overlay_png(photograph: Photograph, segmentation: Segmentation) -> bytes:
    """The overlay as a PNG of the photograph's own size."""
    return _png(overlay(photograph, segmentation)[..., ::-1])


OUTPUTS: dict[str, dict[str, Callable[[Photograph, Segmentation], bytes]]] = {
    "preview": {
        "original_image": lambda photograph, _: original_preview(photograph),
        "prediction_image": lambda _, segmentation: prediction_preview(segmentation),
    },
    "mask": {"mask": lambda _, segmentation: mask(segmentation.vessels)},
    "probability": {"probability": lambda _, segmentation: probability(segmentation)},
    "overlay": {"overlay": overlay_jpeg},
    "skeleton": {"skeleton": lambda _, segmentation: mask(skeletonise(segmentation.vessels))},
}
"""What can be asked for, and the pictures that each output puts into the answer."""

FILES = {
    "mask": ("mask.png", "image/png"),
    "probability": ("probability.png", "image/png"),
    "overlay": ("overlay.jpg", "image/jpeg"),
    "skeleton": ("skeleton.png", "image/png"),
}
"""What can be stored of a batch's photographs, under which name and as what."""

KEPT: dict[str, Callable[[Photograph, Segmentation], bytes]] = {
    "photograph": lambda photograph, _: _png(photograph.rgb[..., ::-1]),
    "mask": OUTPUTS["mask"]["mask"],
    "probability": OUTPUTS["probability"]["probability"],
    "overlay": lambda photograph, segmentation: _png(overlay(photograph, segmentation, OVERLAY_SIDE)[..., ::-1]),
    "skeleton": OUTPUTS["skeleton"]["skeleton"],
}
"""What is kept of a saved prediction, all PNG: the photograph as it was decoded, upright and without its metadata."""


def _png(pixels: NDArray[np.uint8] | cv2.typing.MatLike, *parameters: int) -> bytes:
    return _encode(".png", pixels, *parameters)


def _encode(suffix: str, pixels: NDArray[np.uint8] | cv2.typing.MatLike, *parameters: int) -> bytes:
    encoded, data = cv2.imencode(suffix, pixels, parameters)
    if not encoded:
        raise RuntimeError(f"OpenCV could not encode a {suffix} of shape {pixels.shape}")
    return data.tobytes()
