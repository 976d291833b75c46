"""Convert a prediction to the findings that are returned and stored: everything but the images."""

from collections.abc import Callable
from typing import Any

from retina.imaging.correction_schemas import CorrectedFindings
from retina.imaging.measurements.regional import RegionalValue
from retina.imaging.model_card import ModelCard
from retina.imaging.pipeline import Prediction
from retina.imaging.regional_schemas import RegionalMeasurement
from retina.imaging.schemas import (
    Box,
    Findings,
    MeasurementValues,
    ModelName,
    PhotographFacts,
    Quality,
    QualityScore,
)
from retina.imaging.structures.disc import NOT_IN_VIEW
from retina.imaging.structures.finding import NO_COLOUR, Structures
from retina.imaging.structures.fovea import NOT_SEEN
from retina.imaging.structures.schemas import FoveaPlace, OpticDisc, Point, StructuresFound
from retina.imaging.structures.shipped import shipped_sha256


def findings_of(prediction: Prediction, card: ModelCard, id: str, *, software: str) -> Findings:
    """The findings of `prediction`, made by the network of `card` in this version of the `software`, with this `id`."""
    view, fitted = prediction.field_of_view, card.confidence
    report, expected = prediction.quality, prediction.expected
    return Findings(
        id=id,
        model=ModelName(name=card.name, sha256=card.sha256),
        software_version=software,
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
            fundus_like=prediction.verdict.retina != "no",
            retina=prediction.verdict.retina,
            grade=report.grade,
            score=report.score,
            reasons=list(report.reasons),
            scores={
                name: QualityScore(score=each.score, sentence=each.sentence) for name, each in report.scores.items()
            },
            expected_dice=expected.dice,
            expected_dice_error=fitted.mean_absolute_error if fitted and expected.dice is not None else None,
            expected_dice_interval=expected.interval,
            expected_dice_reason=expected.reason,
        ),
        measurements=MeasurementValues(**prediction.measured.values),
        measurement_reasons=prediction.measured.reasons,
        **({} if prediction.intervals is None else {"measurement_intervals": prediction.intervals}),
        **_structures_found(prediction.structures),
        **_regional(prediction.regional),
    )


def corrected_findings_of(
    prediction: Prediction, model: ModelName, by: Callable[[], str | None], at: str
) -> CorrectedFindings | None:
    """What was measured on the corrected masks of `prediction`, None if there were none. They correct a mask of
    `model`, and were sent by somebody at some time.
    """
    corrected = prediction.corrected
    if corrected is None:
        return None
    return CorrectedFindings(
        kinds=corrected.kinds,
        by=by(),
        at=at,
        model=model,
        measurements=MeasurementValues(**corrected.measured.values),
        measurement_reasons=corrected.measured.reasons,
        **_structures_found(corrected.structures),
        **_regional(corrected.regional),
    )


def _regional(regional: list[RegionalValue] | None) -> dict[str, Any]:
    """`regional_measurements` of the findings, if they were made."""
    if regional is None:
        return {}
    return {"regional_measurements": [RegionalMeasurement(**vars(each)) for each in regional]}


def _structures_found(structures: Structures | None) -> dict[str, Any]:
    """`structures` of the findings, if they were looked for. A tenth of a pixel is more than they are known to."""
    if structures is None:
        return {}
    disc, fovea = structures.disc, structures.fovea
    found = StructuresFound(
        sha256=shipped_sha256(),
        artery_vein_reason=None if structures.colour else NO_COLOUR,
        disc=OpticDisc(
            centre=Point(x=round(disc.x, 1), y=round(disc.y, 1)),
            long_axis=round(disc.long, 1),
            short_axis=round(disc.short, 1),
            angle=round(disc.angle, 1) % 180,
            diameter=round(disc.diameter, 1),
            confidence=round(disc.confidence, 3),
        )
        if disc
        else None,
        disc_reason=None if disc else NOT_IN_VIEW,
        fovea=FoveaPlace(
            centre=Point(x=round(fovea.x, 1), y=round(fovea.y, 1)), confidence=round(min(1.0, fovea.confidence), 3)
        )
        if fovea
        else None,
        fovea_reason=None if fovea else NOT_SEEN,
    )
    return {"structures": found}
