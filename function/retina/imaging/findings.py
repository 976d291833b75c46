"""Convert a prediction to the findings that are returned and stored: everything but the images."""

from retina.imaging.model_card import ModelCard
from retina.imaging.pipeline import Prediction
from retina.imaging.schemas import (
    Box,
    Findings,
    MeasurementValues,
    ModelName,
    PhotographFacts,
    Quality,
)


def findings_of(prediction: Prediction, card: ModelCard, id: str) -> Findings:
    """The findings of `prediction`, made by the network of `card`, with this `id`."""
    view, fitted = prediction.field_of_view, card.confidence
    return Findings(
        id=id,
        model=ModelName(name=card.name, sha256=card.sha256),
        threshold=prediction.threshold,
        canvas=str(prediction.canvas),
        flips=prediction.flips,
        photograph=PhotographFacts(
            width=prediction.width,
            height=prediction.height,
            field_of_view=Box(left=view.left, top=view.top, width=view.width, height=view.height),
            sha256=prediction.sha256,
            frames=prediction.facts.frames,
            pixel_size_um=prediction.facts.pixel_size_um,
            laterality=prediction.facts.laterality,
        ),
        quality=Quality(
            field_of_view=view.frame,
            roundness=view.roundness,
            fundus_like=prediction.fundus_like,
            expected_dice=prediction.expected_dice,
            expected_dice_error=fitted.mean_absolute_error if fitted and prediction.expected_dice is not None else None,
        ),
        measurements=MeasurementValues(**prediction.measurements),
    )
