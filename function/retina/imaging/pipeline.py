"""One prediction, from the bytes of a file to everything an answer needs. Routes and command line both call it.

Enters: bytes, limits and the network. Leaves: a `Prediction`, small: the large arrays stay inside.
"""

from collections.abc import Callable
from dataclasses import dataclass

from retina.errors import NotAFundusPhotographError
from retina.imaging.confidence import expected_dice
from retina.imaging.decoding.decoder import decoder
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.measurements import Measurements, measure
from retina.imaging.model_card import CanvasSize
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.segmentation import Segmentation, segment

Picture = Callable[[Photograph, Segmentation], bytes]


@dataclass(frozen=True)
class Prediction:
    """What was found in one photograph. Sizes in pixels; `pictures` are encoded files by name.

    `expected_dice`, 0 to 1, is the agreement with a human observer to expect; None where it is not known.
    """

    width: int
    height: int
    field_of_view: FieldOfView
    sha256: str
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
    """Decode, segment and measure the photograph `data`, and encode the `pictures` asked for.

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
    """Segment and measure `photograph`, and encode the `pictures` asked for.

    Raises `NotAFundusPhotographError`; with `force` a photograph unlike a retina is segmented all the same. With
    `flips` the mean over mirror images is taken, for four times the network's time.
    """
    if not (photograph.field_of_view.fundus_like or force):
        raise NotAFundusPhotographError(
            "This does not look like a photograph of the back of an eye. If it is one, choose to segment it anyway."
        )
    segmentation = segment(photograph, network, threshold, flips=flips)
    height, width = segmentation.vessels.shape
    # It was fitted at the card's threshold: another one would make a larger mask look like a better one.
    fitted = network.card.confidence if segmentation.threshold == network.card.threshold else None
    return Prediction(
        width=width,
        height=height,
        field_of_view=photograph.field_of_view,
        sha256=photograph.sha256,
        threshold=segmentation.threshold,
        canvas=segmentation.canvas,
        flips=flips,
        expected_dice=expected_dice(segmentation.probability, segmentation.vessels, fitted),
        network_seconds=segmentation.network_seconds,
        measurements=measure(segmentation.vessels, photograph.field_of_view),
        pictures={name: draw(photograph, segmentation) for name, draw in pictures.items()},
    )
