"""Predictions: a photograph sent in a form or uploaded before, analysed and, if requested, saved."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from retina import __version__, clock
from retina.accounts.idempotency import REUSED
from retina.api.auditing import Audited
from retina.api.callers import OPTIONAL, Anyone
from retina.api.charged_responses import CREDITS, Answer, ChargedRequest
from retina.api.corrections import SentCorrection, sender
from retina.api.dependencies import NetworkDep, PredictorDep, ServicesDep
from retina.api.idempotency_key import Keyed
from retina.api.parts import CallersDep
from retina.api.photographs import DESCRIPTION, FILE, MASKS, Data, UploadId, sent_photograph, uploaded_photograph
from retina.api.pictures import (
    apart,
    asked_for,
    fit,
    graph_in,
    in_base64,
    refuse_too_large,
    to_draw,
    wants_intervals,
)
from retina.api.problems import documented
from retina.api.rate_limits import PredictionLimit
from retina.auth.callers import Caller
from retina.errors import (
    IdempotencyKeyReusedError,
    InvalidRequestError,
    PhotographError,
    SignInRequiredError,
    UploadNotFoundError,
)
from retina.history.answers import image_urls
from retina.history.records import Labels
from retina.history.schemas import Eye, FileName, Note, Subject
from retina.history.service import named
from retina.ids import new_id
from retina.imaging.correction_schemas import CorrectedFindings
from retina.imaging.findings import corrected_findings_of, findings_of
from retina.imaging.pipeline import Prediction
from retina.imaging.rendering import INTERVALS, OUTPUTS
from retina.imaging.response import Images, PredictionResponse
from retina.imaging.schemas import Findings, PreviewResponse
from retina.services import Services
from retina.storage.port import UPLOADS, Uploads

router = APIRouter(
    tags=["predictions"],
    responses=CREDITS
    | documented(
        {
            401: "The key or token is not valid",
            402: "No credits left",
            404: "There is no such upload",
            409: "A request with the same Idempotency-Key is being processed; see Retry-After. Or the history is full",
            413: "Too many bytes or pixels, or an answer that would be too large",
            415: "Not a supported image format, or a corrected mask that is no gray PNG",
            422: (
                "A photograph that cannot be decoded or does not look like a retina, a corrected mask that cannot be "
                "used, or an invalid parameter"
            ),
            429: "This hour's free requests, or the credits that the API key may spend, are used up; see Retry-After",
            503: "The service is busy; see Retry-After",
        }
    ),
)


@router.post(
    "/predict", response_model=PreviewResponse, summary="Two previews of 128x128 pixels", openapi_extra=OPTIONAL
)
async def preview(
    request: Request,
    services: ServicesDep,
    predictor: PredictorDep,
    caller: Anyone,
    data: Data,
    rate_limit: PredictionLimit,
    keyed: Keyed,
) -> Response:
    """Returns the photograph and its vessel mask, both stretched to 128x128 pixels: the contract of the first version.

    Free up to an hourly limit; costs one credit with an API key.
    """

    @contextmanager
    def photograph() -> Iterator[bytes]:
        rate_limit.count()
        yield data

    async def predict(data: bytes) -> Prediction:
        return await predictor.predict(request, data, OUTPUTS["preview"])

    def answer(prediction: Prediction) -> Answer:
        return Answer(PreviewResponse(**in_base64(prediction.pictures)).model_dump_json().encode())

    asked = ChargedRequest(services, caller, keyed, f"preview {new_id()}", photograph, predict, answer)
    return await asked.response()


@router.post(
    "/api/v1/predictions", response_model=PredictionResponse, summary="Segment one photograph", openapi_extra=OPTIONAL
)
async def create_prediction(
    request: Request,
    services: ServicesDep,
    predictor: PredictorDep,
    network: NetworkDep,
    callers: CallersDep,
    caller: Anyone,
    log: Audited,
    rate_limit: PredictionLimit,
    keyed: Keyed,
    corrected: SentCorrection,
    file: Annotated[UploadFile | None, FILE, File(description=DESCRIPTION)] = None,
    upload_id: UploadId = None,
    outputs: Annotated[
        str, Form(description=f"comma-separated: {', '.join((*OUTPUTS, INTERVALS))}", examples=["preview,mask"])
    ] = "preview,mask",
    threshold: Annotated[
        float | None,
        Form(ge=0, le=1, description="instead of the model card's for this width of the field of view", examples=[0.4]),
    ] = None,
    flips: Annotated[
        bool,
        Form(description=("average over mirror images (test-time augmentation): slightly better, four times the work")),
    ] = False,
    force: Annotated[bool, Form(description=("segment it even if it does not look like a fundus photograph"))] = False,
    save: Annotated[bool, Form(description=("save it to your history, with the photograph; needs an account"))] = False,
    subject: Annotated[Subject | None, Form()] = None,
    eye: Annotated[Eye, Form(description="if unknown: as a DICOM file states it")] = "unknown",
    taken_on: Annotated[date | None, Form(description="when the photograph was taken")] = None,
    note: Annotated[Note | None, Form()] = None,
    file_name: Annotated[FileName | None, Form()] = None,
) -> Response:
    """Finds the vessels in one photograph at its own resolution, and measures them.

    With corrected masks, measurements and images are of these instead, and the answer has a `correction`.

    Free up to an hourly limit; costs one credit with an API key. An Idempotency-Key then makes it safe to repeat the
    request: for a day, it gets the same response. The photograph is only stored if `save` is true, and without its
    metadata; `image_urls` then say where the photograph and the images are. For research and education, not for
    diagnosis.
    """
    labels, id = Labels(subject, eye, taken_on, note, file_name), new_id()
    _refuse_contradictions(caller, labels, save=save)
    pictures = asked_for(outputs)
    sent = await sent_photograph(request, services.settings, file, upload_id, beside=MASKS)

    @contextmanager
    def photograph() -> Iterator[bytes]:
        _demand_room(services, caller, save=save)
        with nullcontext(sent) if sent is not None else uploaded_photograph(services.uploads, str(upload_id)) as data:
            rate_limit.count()
            yield data

    async def predict(data: bytes) -> Prediction:
        known = None if eye == "unknown" else eye
        options: dict[str, Any] = {"threshold": threshold, "flips": flips, "force": force, "eye": known}
        options |= {"intervals": wants_intervals(outputs), "corrected": corrected}
        drawn, options["of_network"] = to_draw(pictures, corrected) if save else (pictures, {})
        return await predictor.predict(request, data, drawn, **options)

    def answer(prediction: Prediction) -> Answer:
        facts = findings_of(prediction, network.card, id, software=__version__)
        limit = services.settings.inline_bytes
        shown, saved = apart(prediction.pictures)
        if save and not fit(shown, limit):  # they are at the `image_urls`
            shown = {}
        refuse_too_large(shown, limit)
        model = corrected.model_of(facts.model) if corrected else facts.model
        made = corrected_findings_of(prediction, model, by=lambda: sender(caller, callers), at=clock.now())
        correction = named(made) if save and made else made
        response = _response(facts, correction, shown)
        if not (save and caller):
            return Answer(response.model_dump_json(exclude_unset=True).encode())
        eye = labels.eye if labels.eye != "unknown" else facts.photograph.laterality or "unknown"
        changes = services.history.prepare(caller.account, facts, replace(labels, eye=eye), saved, correction)
        changes.append(log.entry(caller, "prediction.saved", id))
        response = response.model_copy(update={"image_urls": image_urls(id, saved)})
        return Answer(response.model_dump_json(exclude_unset=True).encode(), changes, source=id)

    def replay(stored: bytes) -> bytes:
        if upload_id is not None:
            _demand_same_upload(services.uploads, upload_id, json.loads(stored)["photograph"]["sha256"])
        return stored

    asked = ChargedRequest(services, caller, keyed, f"prediction {id}", photograph, predict, answer, replay)
    return await asked.response()


def _response(facts: Findings, correction: CorrectedFindings | None, shown: Mapping[str, bytes]) -> PredictionResponse:
    """The response with the images that are `shown`; only what is known is set."""
    found: dict[str, Any] = {**facts.model_dump(exclude_unset=True), "correction": None}
    if correction:
        found |= correction.instead_of(facts)
    return PredictionResponse(**found, **graph_in(shown), images=Images(**in_base64(shown)))


def _refuse_contradictions(caller: Caller | None, labels: Labels, *, save: bool) -> None:
    """Raises `SignInRequiredError` and `InvalidRequestError`."""
    if save and caller is None:
        raise SignInRequiredError("Sign in, or send an API key as X-API-Key, to save a prediction.")
    if labels != Labels() and not save:
        raise InvalidRequestError(
            "Subject, eye, date, note and file name belong to saved predictions. Send “save” as true as well."
        )


def _demand_room(services: Services, caller: Caller | None, *, save: bool) -> None:
    """Raises `HistoryFullError` before anything is done for a photograph that could not be saved."""
    if save and caller:
        services.history.stored.demand_room(caller.account)


def _demand_same_upload(uploads: Uploads, upload_id: str, sha256: str) -> None:
    """Raises `IdempotencyKeyReusedError` if another photograph was sent with the same upload form after the
    response.
    """
    try:
        data = uploads.read(UPLOADS + upload_id)
    except (UploadNotFoundError, PhotographError):  # answered and deleted, or never a photograph that could be analysed
        return
    if hashlib.sha256(data).hexdigest() != sha256:
        raise IdempotencyKeyReusedError(REUSED)
