"""Preprocessing as the model card specifies it: a photograph onto the network's canvas, and a probability map back.

`prepare` takes RGB uint8[H,W,3], the field of view and the card's `Preparation`, and returns the network's input.
`restore` uses the same `Placement` to map the network's output back to the photograph. Running the network and
thresholding happen elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from retina.imaging.arrays import (
    CERTAIN,
    Canvas,
    Gray,
    Mask,
    ProbabilityMap,
    Rgb,
)
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.model_card import (
    CanvasSize,
    Clahe,
    Divide,
    GlobalHistogram,
    Preparation,
    Standardise,
)


@dataclass(frozen=True)
class Placement:
    """Position of the crop on the canvas: `height` x `width` pixels starting at (`top`, `left`)."""

    canvas: CanvasSize
    left: int
    top: int
    width: int
    height: int


def place(view: FieldOfView, canvases: Sequence[CanvasSize], aspect: Literal["keep", "stretch"] = "keep") -> Placement:
    """The first canvas that serves the field of view, and the position of the crop on it.

    The crop keeps its shape and is as large as fits; with "stretch" it fills the canvas.
    """
    canvas = next(canvas for canvas in canvases if canvas.serves(view.width, view.height))
    if aspect == "stretch":
        return Placement(canvas, 0, 0, canvas.width, canvas.height)
    scale = min(canvas.width / view.width, canvas.height / view.height)
    width = max(1, min(canvas.width, round(view.width * scale)))
    height = max(1, min(canvas.height, round(view.height * scale)))
    return Placement(canvas, (canvas.width - width) // 2, (canvas.height - height) // 2, width, height)


def prepare(rgb: Rgb, view: FieldOfView, placement: Placement, preparation: Preparation) -> Canvas:
    """The network's input, float32[canvas height, canvas width], for a photograph uint8[H,W,3]."""
    crop = rgb[view.top : view.top + view.height, view.left : view.left + view.width]
    size = (placement.width, placement.height)
    if preparation.gray == "green":  # resampling does not mix channels, so this one can be taken first
        gray = resample(np.ascontiguousarray(crop[..., 1]), size, preparation.resampling)
    else:
        gray = np.asarray(cv2.cvtColor(resample(crop, size, preparation.resampling), cv2.COLOR_RGB2GRAY), np.uint8)
    inside = np.zeros(gray.shape, np.uint8)
    corner, zoom = (view.left - 0.5, view.top - 0.5), (size[0] / view.width, size[1] / view.height)
    cv2.fillPoly(inside, [np.rint((view.outline - corner) * zoom - 0.5).astype(np.int32)], (1,))
    canvas = np.zeros((placement.canvas.height, placement.canvas.width), np.float32)
    canvas[placement.top : placement.top + size[1], placement.left : placement.left + size[0]] = normalise(
        gray, inside.view(np.bool_), preparation
    )
    return canvas


def resample(pixels: NDArray[Any], size: tuple[int, int], how: Literal["area", "bicubic"] = "area") -> NDArray[Any]:
    """Resample [h,w] or [h,w,3] (bicubic: uint8) to `size` (width, height) by the card's `resampling` method."""
    if how == "bicubic":
        return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))
    smaller = size[0] < pixels.shape[1]
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)


def normalise(gray: Gray, inside: Mask, preparation: Preparation) -> Canvas:
    """Equalise the contrast of uint8[h,w] and scale it to float32[h,w], as the card says."""
    if preparation.outside == "field-of-view mean":
        gray = gray.copy()
        gray[~inside] = round(float(gray[inside].mean())) if inside.any() else 0
    match preparation.equalisation:
        case Clahe(clip_limit=clip_limit, tiles=tiles):
            gray = cv2.createCLAHE(clip_limit, tiles).apply(gray)  # type: ignore[assignment]
        case GlobalHistogram():
            gray = cv2.equalizeHist(gray)  # type: ignore[assignment]
    values = gray.astype(np.float32)
    match preparation.scaling:
        case Standardise(clip=clip):
            lit = values[inside]
            mean, deviation = (float(lit.mean()), float(lit.std())) if lit.size else (0.0, 1.0)
            values = np.clip((values - mean) / max(deviation, 1.0), -clip, clip)
            values[~inside] = 0.0
        case Divide(by=by):
            values = values / np.float32(by)
    return np.asarray(values, np.float32)


def levels(probability: Canvas) -> ProbabilityMap:
    """Convert float32[h,w], 0 to 1, to uint16[h,w], 0 to `CERTAIN`."""
    # Rounded down so that exactly one half does not exceed a threshold of one half.
    return (np.clip(probability, 0, 1) * np.float32(CERTAIN)).astype(np.uint16)


def restore(probability: Canvas, view: FieldOfView, placement: Placement, shape: tuple[int, int]) -> ProbabilityMap:
    """Map the canvas's probability float32[h,w] to the photograph's `shape` (H, W), 0 outside the field of view."""
    rows = slice(placement.top, placement.top + placement.height)
    crop = levels(probability[rows, placement.left : placement.left + placement.width])
    native = np.zeros(shape, np.uint16)
    window = native[view.top : view.top + view.height, view.left : view.left + view.width]
    # In place, because every copy counts at 64 megapixels.
    cv2.resize(crop, (view.width, view.height), dst=window, interpolation=cv2.INTER_LINEAR)
    np.multiply(native, view.mask(shape), out=native)
    return native
