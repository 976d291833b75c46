"""The correction of a saved prediction: masks that a person has drawn, beside those of the network."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import APIRouter, Request, Response

from retina import clock, deletion
from retina.api.auditing import Audited
from retina.api.callers import Owner
from retina.api.charged_responses import Answer, ChargedRequest
from retina.api.corrections import DemandedCorrection, sender
from retina.api.dependencies import NetworkDep, PredictorDep, ServicesDep
from retina.api.idempotency_key import Keyed
from retina.api.parts import CallersDep
from retina.api.preconditions import ToDelete, ToReplace
from retina.api.problems import documented
from retina.api.rate_limits import PredictionLimit
from retina.api.routes import predictions
from retina.api.saved_predictions import made_with, repeated, to_repeat
from retina.deletion.schemas import DeletionReceipt
from retina.history.answers import saved_response
from retina.history.records import PredictionRecord
from retina.history.schemas import SavedPrediction
from retina.imaging.findings import corrected_findings_of
from retina.imaging.pipeline import Prediction
from retina.imaging.rendering import corrected as corrected_pictures
from retina.imaging.schemas import ModelName

AT = "/api/v1/predictions/{id}/correction"

CHANGED = "The correction is not the one named in If-Match, or there is one in spite of If-None-Match"

router = APIRouter(tags=["history"])


@router.put(
    AT,
    response_model=SavedPrediction,
    summary="Correct a saved prediction",
    responses=predictions.router.responses
    | documented(
        {
            401: "Neither a valid sign-in nor an API key",
            404: "There is no such saved prediction",
            412: CHANGED,
        }
    ),
)
async def correct(
    request: Request,
    services: ServicesDep,
    predictor: PredictorDep,
    network: NetworkDep,
    callers: CallersDep,
    caller: Owner,
    log: Audited,
    rate_limit: PredictionLimit,
    id: str,
    keyed: Keyed,
    files: DemandedCorrection,
    precondition: ToReplace,
) -> Response:
    """Stores the masks of a person beside the network's, in place of an earlier correction, and measures them.

    `corrected_mask` is required; without `corrected_model`, it is a correction of the present mask. Costs as much as
    a prediction, since the photograph is looked at again. Send If-Match with the `etag` of the correction that you
    have seen, or `If-None-Match: *` if there was none, so that you do not replace one that you have not.
    """

    @contextmanager
    def photograph() -> Iterator[tuple[PredictionRecord, bytes]]:
        before = services.history.get(caller.account, id)
        precondition.demand(before.correction)
        services.history.stored.demand_room(caller.account)
        data = services.history.photograph(caller.account, id)
        rate_limit.count()
        yield before, data
        if before.correction:
            services.history.leftovers.sweep(caller.account, before.correction_folder)

    async def predict(saved: tuple[PredictionRecord, bytes]) -> tuple[PredictionRecord, Prediction]:
        before, data = saved
        drawn = corrected_pictures(kinds=files.has_kinds)
        return before, await predictor.predict(
            request,
            data,
            drawn,
            corrected=files,
            threshold=before.findings.threshold,
            structures=before.findings.structures is not None,
            **made_with(before),
        )

    def answer(result: tuple[PredictionRecord, Prediction]) -> Answer:
        before, prediction = result
        known = [ModelName(name=network.card.name, sha256=network.card.sha256)]
        known += [before.correction.model] if before.correction else []
        model = files.model_of(before.findings.model, *known)
        made = corrected_findings_of(prediction, model, lambda: sender(caller, callers), clock.now())
        if made is None:
            raise TypeError("nothing was measured on the masks")
        saved, changes = services.corrections.prepare(caller.account, id, made, prediction.pictures, precondition)
        changes.append(log.entry(caller, "prediction.corrected", id))
        response = saved_response(saved)
        return Answer(response.model_dump_json().encode(), changes, source=id, stored=to_repeat(response))

    def replay(stored: bytes) -> bytes:
        return repeated(services, caller, id, stored)

    asked = ChargedRequest(services, caller, keyed, f"prediction {id} corrected", photograph, predict, answer, replay)
    return await asked.response()


@router.delete(
    AT,
    summary="Delete the correction of a saved prediction",
    responses=documented(
        {
            401: "Neither a valid sign-in nor an API key",
            404: "There is no such saved prediction, or no correction of it",
            412: "The correction is not the one named in If-Match",
        }
    ),
)
def delete_correction(
    services: ServicesDep, caller: Owner, log: Audited, id: str, precondition: ToDelete
) -> DeletionReceipt:
    """Deletes the corrected masks and their measurements, stored responses about the prediction, and exports of the
    history. What the network found stays.
    """
    entry = log.entry(caller, "correction.deleted", id)
    return deletion.delete_correction(services, caller.account, id, entry, precondition=precondition)
