"""Repeats a saved prediction with the service's current model."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from retina import __version__
from retina.api.auditing import Audited
from retina.api.callers import Owner
from retina.api.charged_responses import Answer, ChargedRequest
from retina.api.dependencies import NetworkDep, PredictorDep, ServicesDep
from retina.api.idempotency_key import Keyed
from retina.api.problems import documented
from retina.api.rate_limits import PredictionLimit
from retina.api.routes import predictions
from retina.history.answers import saved_response
from retina.history.records import PHOTOGRAPH, PredictionRecord
from retina.history.schemas import SavedPrediction
from retina.imaging.findings import findings_of
from retina.imaging.pipeline import Prediction
from retina.imaging.rendering import stored

LABELS = {"subject", "eye", "taken_on", "note", "file_name"}
"""The labels of a saved prediction, which its owner may change."""

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
    """Repeats the prediction with the current model and replaces the earlier result. Costs as much as a prediction."""

    @contextmanager
    def photograph() -> Iterator[tuple[PredictionRecord, bytes]]:
        before = services.history.get(caller.account, id)
        data = services.history.photograph(caller.account, id)
        rate_limit.count()
        yield before, data
        services.history.sweep(caller.account, f"{before.folder}{before.pictures}/")

    async def predict(saved: tuple[PredictionRecord, bytes]) -> tuple[PredictionRecord, Prediction]:
        before, data = saved
        flips, like = before.findings.flips, before.findings.quality.fundus_like
        drawn = stored(structures=structures or before.findings.structures is not None)
        del drawn[PHOTOGRAPH]
        sent = before.findings.photograph
        eye = sent.laterality if before.labels.eye == "unknown" else before.labels.eye
        options = {"flips": flips, "force": not like, "eye": eye, "pixel_size": sent.pixel_size_um}
        again = bool(before.findings.measurement_intervals)
        return before, await predictor.predict(request, data, drawn, **options, intervals=again)

    def answer(result: tuple[PredictionRecord, Prediction]) -> Answer:
        before, prediction = result
        facts = findings_of(prediction, network.card, id, software=__version__)
        # The photograph counts as the one that was sent, whatever file it is stored in.
        sent = facts.photograph.model_copy(update=before.findings.photograph.model_dump(include=OF_THE_FILE))
        facts = facts.model_copy(update={"photograph": sent})
        saved, changes = services.history.prepare_again(caller.account, id, facts, prediction.pictures)
        changes.append(log.entry(caller, "prediction.recomputed", id))
        response = saved_response(saved)
        stored = response.model_dump_json(exclude=LABELS).encode()
        return Answer(response.model_dump_json().encode(), changes, source=id, stored=stored)

    def replay(stored: bytes) -> bytes:
        """With the current labels: earlier ones may have been changed because nobody should read them any more."""
        labels = saved_response(services.history.get(caller.account, id)).model_dump(include=LABELS)
        return SavedPrediction(**json.loads(stored) | labels).model_dump_json().encode()

    asked = ChargedRequest(services, caller, keyed, f"prediction {id} recomputed", photograph, predict, answer, replay)
    return await asked.response()
