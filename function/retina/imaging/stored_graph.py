"""The vessel graph of a saved prediction, made again from the images that are stored with it: no network is asked.

Probabilities are stored in 255 steps, so calibres may differ by two hundredths of a pixel from those measured at first.
"""

from collections.abc import Mapping

import cv2
import numpy as np

from retina.imaging.arrays import CERTAIN, Gray, Mask
from retina.imaging.correction import Correction
from retina.imaging.graph.features import as_json
from retina.imaging.graph.vessel_graph import vessel_graph
from retina.imaging.photograph import Photograph
from retina.imaging.rendering import CORRECTED_KINDS, KIND_COLOURS
from retina.imaging.structures.artery_vein import ARTERY, UNKNOWN, VEIN, Kinds

NEEDED = frozenset({"mask", "probability", "artery_vein", "corrected-mask", *CORRECTED_KINDS})
"""The stored images that a graph is made from, as far as there are any."""

STEP = CERTAIN // 255
"""What one step of a stored probability is in a `ProbabilityMap`."""


def stored_graph(photograph: Photograph, images: Mapping[str, bytes]) -> bytes:
    """The graph as JSON, as `GraphFeatures`, from the stored `images`, PNG by name: of a person's vessels if these are
    among them. Segments have kinds if those of the same vessels are stored.
    """
    vessels, changed = _mask(images["mask"]), None
    probability = _levels(images["probability"]).astype(np.uint16) * np.uint16(STEP)
    kinds = _kinds(images["artery_vein"]) if "artery_vein" in images else None
    if "corrected-mask" in images:
        corrected = _mask(images["corrected-mask"])
        vessels, changed, kinds = corrected, corrected != vessels, None
        if images.keys() >= CORRECTED_KINDS:
            arteries, veins = (_mask(images[name]) for name in sorted(CORRECTED_KINDS))
            kinds = Correction(vessels, arteries, veins).kinds()
    return as_json(vessel_graph(vessels, probability, photograph.field_of_view, changed), kinds)


def _kinds(data: bytes) -> Kinds:
    """uint8[H,W], from the colours of `rendering.artery_vein`."""
    blue, _, red = cv2.split(_decoded(data, cv2.IMREAD_COLOR))
    kinds = np.full(red.shape, UNKNOWN, np.uint8)
    for kind, (wanted_red, _, wanted_blue) in zip((ARTERY, VEIN), KIND_COLOURS[1:], strict=True):
        kinds[(red == wanted_red) & (blue == wanted_blue)] = kind
    return kinds


def _mask(data: bytes) -> Mask:
    """bool[H,W]."""
    return np.asarray(_levels(data) > 0)


def _levels(data: bytes) -> Gray:
    """uint8[H,W]."""
    return np.asarray(_decoded(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def _decoded(data: bytes, how: int) -> cv2.typing.MatLike:
    """The pixels of a PNG that this service wrote."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), how)
    if pixels is None:
        raise ValueError("a stored image is damaged")
    return pixels
