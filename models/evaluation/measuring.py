"""Measures the served pipeline on one labelled photograph, in one or several variants of using a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.evaluation import metrics
from models.evaluation.agreement import Measured, agreement
from models.training.labelled import LabelledPhotograph, LabelledSetError, read_mask
from retina.errors import ModelCardError, PhotographError
from retina.imaging.model_card import CanvasSize
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph, decode_photograph, open_photograph
from retina.imaging.segmentation import segment
from retina.settings import Settings


@dataclass(frozen=True)
class Variant:
    """One way of using a network: its canvases, and whether test-time augmentation (flips) is used."""

    name: str
    network: VesselNetwork
    flips: bool = False


def variants(card: Path, widths: Sequence[int], flips: bool) -> list[Variant]:
    """The card as it is, or at each of `widths` in pixels; with `flips` each also with test-time augmentation."""
    found = [Variant("as the card says", VesselNetwork(card))]
    if widths:
        stride = found[0].network.card.stride
        found = [Variant(f"{width} wide", VesselNetwork(card, canvases_of(width, stride))) for width in widths]
    if flips:
        found += [Variant(f"{variant.name}, flips averaged", variant.network, True) for variant in found]
    return found


def canvases_of(width: int, stride: int) -> list[CanvasSize]:
    """Canvases of one width for any field of view: a square and a landscape one, multiples of `stride`.

    The landscape one serves fields of view from 1.16 times as wide as high on, and shows those below 1.33 a little
    narrower.
    Raises `ModelCardError` if `width` is not a multiple of `stride`.
    """
    if width % stride:
        raise ModelCardError(f"the width {width} is no multiple of the network's stride {stride}")
    height = -(-width * 3 // 4 // stride) * stride
    return [
        CanvasSize(height=height, width=width, field_of_view_aspect_from=1.16),
        CanvasSize(height=width, width=width),
    ]


def read_photograph(path: Path) -> Photograph:
    """Decode the photograph with the service's decoder and limits, in this process."""
    settings, data = Settings(), path.read_bytes()
    return decode_photograph(open_photograph(data, max_pixels=settings.max_pixels, min_side=settings.min_side), data)


def measure(labelled: LabelledPhotograph, variant: Variant) -> Measured:
    """Segment one photograph as the service does and compare it with its references.

    Raises `LabelledSetError` if a reference has a different size or the service would reject the photograph.
    """
    try:
        photograph = read_photograph(labelled.photograph)
    except PhotographError as error:
        raise LabelledSetError(f"{labelled.photograph}: {error}") from error
    result = segment(photograph, variant.network, flips=variant.flips)
    truth, inside = read_mask(labelled.vessels), read_mask(labelled.field_of_view)
    if not truth.shape == inside.shape == result.vessels.shape:
        raise LabelledSetError(f"{labelled.photograph} and its references differ in size")
    histogram = metrics.histogram(result.probability, truth, inside)
    second = agreement(read_mask(labelled.second), truth, inside) if labelled.second else None
    return Measured(labelled.id, str(result.canvas), agreement(result.vessels, truth, inside, histogram), second)
