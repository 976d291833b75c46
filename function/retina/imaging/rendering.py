"""Render the images of a response: masks, probability maps, overlays and previews; and the vessel graph.

Functions take a photograph, a segmentation or both, and return the bytes of a PNG or JPEG file without metadata; those
of the graph are JSON.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from retina.imaging.arrays import CERTAIN, Mask
from retina.imaging.correction import Correction
from retina.imaging.downsampling import downsample
from retina.imaging.graph.features import as_json
from retina.imaging.graph.vessel_graph import vessel_graph
from retina.imaging.overlay import OVERLAY_SIDE, overlay
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import Segmentation, over
from retina.imaging.skeleton import skeletonise
from retina.imaging.structures.artery_vein import ARTERY, UNKNOWN, VEIN
from retina.imaging.structures.finding import OF_STRUCTURES, Structures

PREVIEW = (128, 128)
"""Width and height of the previews, whatever the photograph's shape. `POST /predict` promises this size."""

THUMBNAIL = "thumbnail"
"""The photograph of a saved prediction at the size of the previews, for lists."""

GRAPH = "graph"
"""The output that is no image."""

INTERVALS = "intervals"
"""The output that adds no image, but an interval to each measurement."""

KIND_COLOURS = ((255, 255, 255), (255, 0, 0), (0, 0, 255))
"""RGB of a vessel of unknown kind, an artery, a vein in `artery_vein`, whose ground is black."""


def original_preview(photograph: Photograph) -> bytes:
    """The photograph stretched to 128x128, an RGB PNG."""
    return _png(downsample(photograph.rgb, PREVIEW)[..., ::-1])


def photograph_jpeg(photograph: Photograph) -> bytes:
    """The photograph as a JPEG whose longer side has at most `OVERLAY_SIDE` pixels."""
    height, width = photograph.rgb.shape[:2]
    scale = min(1.0, OVERLAY_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return _encode(".jpg", downsample(photograph.rgb, size)[..., ::-1], cv2.IMWRITE_JPEG_QUALITY, 85)


def prediction_preview(segmentation: Segmentation) -> bytes:
    """The probability map area-averaged to 128x128, then thresholded: a PNG with values 0 and 255.

    If the card stretches the whole photograph onto the canvas, the network's own map is used, so that a 128x128 map
    keeps its pixels. Of corrected vessels, it is their share of each pixel.
    """
    source = segmentation.probability if segmentation.whole is None else segmentation.whole
    if segmentation.correction:
        source = segmentation.vessels.astype(np.uint16) * np.uint16(CERTAIN)
    small = cv2.resize(source, PREVIEW, interpolation=cv2.INTER_AREA)
    return _png(over(small, segmentation.threshold).view(np.uint8) * 255)  # type: ignore[arg-type]


def mask(vessels: Mask) -> bytes:
    """bool[H,W] as a 1-bit PNG: false is black, true is white."""
    return _png(vessels.view(np.uint8) * 255, cv2.IMWRITE_PNG_BILEVEL, 1)


def probability(segmentation: Segmentation) -> bytes:
    """The probability map as an 8-bit gray PNG; 255 is probability 1."""
    return _png(cv2.convertScaleAbs(segmentation.probability, alpha=255 / CERTAIN))


def overlay_jpeg(photograph: Photograph, segmentation: Segmentation) -> bytes:
    """The overlay as a JPEG whose longer side has at most `OVERLAY_SIDE` pixels."""
    picture = overlay(photograph, segmentation, OVERLAY_SIDE)
    return _encode(".jpg", picture[..., ::-1], cv2.IMWRITE_JPEG_QUALITY, 90)


def overlay_png(photograph: Photograph, segmentation: Segmentation) -> bytes:
    """The overlay as a PNG at the photograph's own size."""
    return _png(overlay(photograph, segmentation)[..., ::-1])


def artery_vein(segmentation: Segmentation) -> bytes:
    """The vessels as a PNG on black: arteries red, veins blue, unknown ones white."""
    kinds = _structures(segmentation).kinds
    palette = np.zeros((256, 1, 3), np.uint8)
    palette[[UNKNOWN, ARTERY, VEIN], 0] = KIND_COLOURS
    shown = np.where(segmentation.vessels, kinds, np.uint8(255)).astype(np.uint8)
    return _png(cv2.LUT(cv2.merge([shown] * 3), palette)[..., ::-1])


def disc(segmentation: Segmentation) -> bytes:
    """The optic disc as a 1-bit PNG, white inside; all black if none is in view."""
    return mask(_structures(segmentation).disc_mask)


def field_of_view(photograph: Photograph) -> bytes:
    """Where vessels were looked for as a 1-bit PNG, white inside."""
    return mask(photograph.field_of_view.mask((photograph.rgb.shape[0], photograph.rgb.shape[1])))


def graph(photograph: Photograph, segmentation: Segmentation) -> bytes:
    """The vessel graph as JSON, as `GraphFeatures`; with the kinds of vessels if the structures were looked for."""
    found = segmentation.graph or vessel_graph(
        segmentation.vessels, segmentation.probability, photograph.field_of_view, segmentation.changed
    )
    kinds = segmentation.structures.kinds if segmentation.structures else None
    return as_json(found, kinds)


def _structures(segmentation: Segmentation) -> Structures:
    if segmentation.structures is None:
        raise ValueError("the structures of this photograph were not looked for")
    return segmentation.structures


OUTPUTS: dict[str, dict[str, Callable[[Photograph, Segmentation], bytes]]] = {
    "preview": {
        "original_image": lambda photograph, _: original_preview(photograph),
        "prediction_image": lambda _, segmentation: prediction_preview(segmentation),
    },
    "mask": {"mask": lambda _, segmentation: mask(segmentation.vessels)},
    "probability": {"probability": lambda _, segmentation: probability(segmentation)},
    "overlay": {"overlay": overlay_jpeg},
    "skeleton": {"skeleton": lambda _, segmentation: mask(skeletonise(segmentation.vessels))},
    "artery_vein": {"artery_vein": lambda _, segmentation: artery_vein(segmentation)},
    "disc": {"disc": lambda _, segmentation: disc(segmentation)},
    "field_of_view": {"field_of_view": lambda photograph, _: field_of_view(photograph)},
    GRAPH: {GRAPH: graph},
}
"""The images that each output of a request adds to the response; and the graph, which is JSON."""

FILES = {
    "mask": ("mask.png", "image/png"),
    "probability": ("probability.png", "image/png"),
    "overlay": ("overlay.jpg", "image/jpeg"),
    "skeleton": ("skeleton.png", "image/png"),
    "artery_vein": ("artery_vein.png", "image/png"),
    "disc": ("disc.png", "image/png"),
    "field_of_view": ("field_of_view.png", "image/png"),
    GRAPH: ("graph.json", "application/json"),
}
"""What can be stored for a photograph of a batch: file name and content type by output."""

STORED: dict[str, Callable[[Photograph, Segmentation], bytes]] = {
    "photograph": lambda photograph, _: _png(photograph.rgb[..., ::-1]),
    THUMBNAIL: OUTPUTS["preview"]["original_image"],
    "mask": OUTPUTS["mask"]["mask"],
    "probability": OUTPUTS["probability"]["probability"],
    "overlay": lambda photograph, segmentation: _png(overlay(photograph, segmentation, OVERLAY_SIDE)[..., ::-1]),
    "skeleton": OUTPUTS["skeleton"]["skeleton"],
    "artery_vein": OUTPUTS["artery_vein"]["artery_vein"],
    "disc": OUTPUTS["disc"]["disc"],
}
"""The images of a saved prediction, all PNG. The photograph is stored as decoded: upright and without metadata."""


CORRECTED: dict[str, Callable[[Photograph, Segmentation], bytes]] = {
    "corrected-mask": lambda _, segmentation: mask(_correction(segmentation).vessels),
    "corrected-arteries": lambda _, segmentation: _drawn(_correction(segmentation).arteries),
    "corrected-veins": lambda _, segmentation: _drawn(_correction(segmentation).veins),
    "corrected-field": lambda photograph, _: field_of_view(photograph),
}
"""The images of a correction, all 1-bit PNG. The last one says where vessels could be corrected."""

CORRECTED_KINDS = frozenset({"corrected-arteries", "corrected-veins"})


def stored(*, structures: bool) -> dict[str, Callable[[Photograph, Segmentation], bytes]]:
    """Those of them that are saved where arteries, veins and disc were looked for, or were not."""
    return {name: draw for name, draw in STORED.items() if structures or name not in OF_STRUCTURES}


def corrected(*, kinds: bool) -> dict[str, Callable[[Photograph, Segmentation], bytes]]:
    """The images that are stored of a correction; `kinds`: with arteries and veins."""
    return {name: draw for name, draw in CORRECTED.items() if kinds or name not in CORRECTED_KINDS}


def _correction(segmentation: Segmentation) -> Correction:
    if segmentation.correction is None:
        raise ValueError("nothing was corrected")
    return segmentation.correction


def _drawn(drawn: Mask | None) -> bytes:
    if drawn is None:
        raise ValueError("arteries and veins were not corrected")
    return mask(drawn)


def _png(pixels: NDArray[np.uint8] | cv2.typing.MatLike, *parameters: int) -> bytes:
    return _encode(".png", pixels, *parameters)


def _encode(suffix: str, pixels: NDArray[np.uint8] | cv2.typing.MatLike, *parameters: int) -> bytes:
    encoded, data = cv2.imencode(suffix, pixels, parameters)
    if not encoded:
        raise RuntimeError(f"OpenCV could not encode a {suffix} of shape {pixels.shape}")
    return data.tobytes()
