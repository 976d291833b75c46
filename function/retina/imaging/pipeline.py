"""One prediction, from the bytes of a file to everything a response needs. The API and the command line both use it.

Takes the bytes, limits and the network, and returns a `Prediction`. This holds only encoded images and numbers; the
large arrays are dropped.
"""

from collections.abc import Callable
from dataclasses import dataclass

from retina.errors import NotAFundusPhotographError
from retina.imaging.confidence import expected_dice
from retina.imaging.decoding.decoder import decoder
from retina.imaging.decoding.facts import Facts
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.measurements.registry import Measurements, measure
from retina.imaging.model_card import CanvasSize
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.retina_gate import fundus_like
from retina.imaging.segmentation import Segmentation, segment

Picture = Callable[[Photograph, Segmentation], bytes]


@dataclass(frozen=True)
class Prediction:
    """The findings of one photograph. Sizes are in pixels; `pictures` are encoded image files by name.

    `fundus_like` is false only if a photograph that does not look like a retina was segmented by `force`.
    `expected_dice`, 0 to 1, is the expected agreement with a human observer, or None if unknown.
    """

    width: int
    height: int
    field_of_view: FieldOfView
    fundus_like: bool
    sha256: str
    facts: Facts
    threshold: float
    canvas: CanvasSize
    flips: bool
    expected_dice: float | None
    measurements: Measurements
    network_seconds: float
    pictures: dict[str, bytes]


def predict(
    data: bytes,
    network: VesselNetwork,
    pictures: dict[str, Picture],
    *,
    max_pixels: int,
    min_side: int,
    threshold: float | None = None,
    flips: bool = False,
    force: bool = False,
) -> Prediction:
    """Decode, segment and measure the photograph in the file `data`, and render `pictures`.

    Raises the `PhotographError`s; for the rest see `predict_photograph`.
    """
    with decoder().photograph(data, max_pixels=max_pixels, min_side=min_side) as photograph:
        return predict_photograph(photograph, network, pictures, threshold=threshold, flips=flips, force=force)


def predict_photograph(
    photograph: Photograph,
    network: VesselNetwork,
    pictures: dict[str, Picture],
    *,
    threshold: float | None = None,
    flips: bool = False,
    force: bool = False,
) -> Prediction:
    """Segment and measure `photograph`, and render `pictures`.

    Raises `NotAFundusPhotographError` if it does not look like a retina, unless `force` is set. `flips` turns on
    test-time augmentation: the mean over four mirror images, in four times the network's time.
    """
    like = fundus_like(photograph.rgb, photograph.field_of_view)
    if not (like or force):
        raise NotAFundusPhotographError(
            "This does not look like a photograph of the back of an eye. If it is one, choose to segment it anyway."
        )
    segmentation = segment(photograph, network, threshold, flips=flips)
    height, width = segmentation.vessels.shape
    # The confidence was fitted at the card's threshold. At a lower one the larger mask would look like a better one.
    fitted = network.card.confidence if segmentation.threshold == network.card.threshold else None
    return Prediction(
        width=width,
        height=height,
        field_of_view=photograph.field_of_view,
        fundus_like=like,
        sha256=photograph.sha256,
        facts=photograph.facts,
        threshold=segmentation.threshold,
        canvas=segmentation.canvas,
        flips=flips,
        expected_dice=expected_dice(segmentation.probability, segmentation.vessels, fitted),
        network_seconds=segmentation.network_seconds,
        measurements=measure(segmentation.vessels, photograph.field_of_view),
        pictures={name: draw(photograph, segmentation) for name, draw in pictures.items()},
    )
