"""Repeats a saved prediction with the service's current model."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from retina import __version__
from retina.api.auditing import Audited
from retina.api.callers import Owner
from retina.api.charged_responses import Answer, ChargedRequest
from retina.api.corrections import CorrectionFiles
from retina.api.dependencies import NetworkDep, PredictorDep, ServicesDep
from retina.api.idempotency_key import Keyed
from retina.api.problems import documented
from retina.api.rate_limits import PredictionLimit
from retina.api.routes import predictions
from retina.api.saved_predictions import made_with, repeated, to_repeat
from retina.history.answers import saved_response
from retina.history.records import PHOTOGRAPH, PredictionRecord
from retina.history.schemas import SavedPrediction
from retina.imaging.correction_schemas import CorrectedFindings
from retina.imaging.findings import corrected_findings_of, findings_of
from retina.imaging.pipeline import Prediction
from retina.imaging.rendering import stored

OF_THE_FILE = {"sha256", "frames", "pixel_size_um", "laterality"}
"""What is known of the file that was sent, and not of the one in which its photograph is stored."""

router = APIRouter(tags=predictions.router.tags, responses=predictions.router.responses)


@router.post(
    "/api/v1/predictions/{id}/recompute",
    response_model=SavedPrediction,
    summary="Recompute a saved prediction",
    responses=documented({401: "Neither a valid sign-in nor an API key", 404: "There is no such saved prediction"}),
)
async def recompute(
    request: Request,
    services: ServicesDep,
    predictor: PredictorDep,
    network: NetworkDep,
    caller: Owner,
    log: Audited,
    rate_limit: PredictionLimit,
    id: str,
    keyed: Keyed,
    structures: Annotated[
        bool, Query(description="also find arteries, veins, disc and fovea; kept up where they were found before")
    ] = False,
) -> Response:
    """Repeats the prediction with the current model and replaces the earlier result. Costs as much as a prediction.

    A correction stays, is measured again, and still says which model's mask was corrected.
    """

    @contextmanager
    def photograph() -> Iterator[tuple[PredictionRecord, bytes, CorrectionFiles | None]]:
        before = services.history.get(caller.account, id)
        data = services.history.photograph(caller.account, id)
        masks = services.corrections.masks(before)
        rate_limit.count()
        yield before, data, CorrectionFiles.of(masks) if masks else None
        services.history.leftovers.sweep(caller.account, f"{before.folder}{before.pictures}/")

    async def predict(
        saved: tuple[PredictionRecord, bytes, CorrectionFiles | None],
    ) -> tuple[PredictionRecord, Prediction]:
        before, data, corrected = saved
        drawn = stored(structures=structures or before.findings.structures is not None)
        del drawn[PHOTOGRAPH]
        options = made_with(before) | {"intervals": bool(before.findings.measurement_intervals)}
        return before, await predictor.predict(request, data, {}, of_network=drawn, corrected=corrected, **options)

    def answer(result: tuple[PredictionRecord, Prediction]) -> Answer:
        before, prediction = result
        facts = findings_of(prediction, network.card, id, software=__version__)
        # The photograph counts as the one that was sent, whatever file it is stored in.
        sent = facts.photograph.model_copy(update=before.findings.photograph.model_dump(include=OF_THE_FILE))
        facts = facts.model_copy(update={"photograph": sent})
        saved, changes = services.history.prepare_again(before, facts, prediction.pictures, _again(before, prediction))
        changes.append(log.entry(caller, "prediction.recomputed", id))
        response = saved_response(saved)
        return Answer(response.model_dump_json().encode(), changes, source=id, stored=to_repeat(response))

    def replay(stored: bytes) -> bytes:
        return repeated(services, caller, id, stored)

    asked = ChargedRequest(services, caller, keyed, f"prediction {id} recomputed", photograph, predict, answer, replay)
    return await asked.response()


def _again(before: PredictionRecord, prediction: Prediction) -> CorrectedFindings | None:
    """The correction, measured again, of the same person at the same time; None if there is none."""
    made = before.correction
    found = made and corrected_findings_of(prediction, made.model, lambda: made.by, made.at)
    return found and made and found.model_copy(update={"pictures": made.pictures})
