"""Predictions: a photograph in one multipart form or uploaded before, its vessels in the answer; saved where asked."""

import base64
import functools
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from retina.accounts.idempotency import REUSED
from retina.api.auditing import Audited
from retina.api.callers import OPTIONAL, Anyone, Owner
from retina.api.charged_responses import Answer, once
from retina.api.dependencies import NetworkDep, PredictorDep, ServicesDep
from retina.api.idempotent_creation import IdempotencyKey
from retina.api.photographs import (
    FILE,
    FORMATS,
    Data,
    photograph_of,
)
from retina.api.problems import documented
from retina.api.rate_limits import FairPredictions
from retina.errors import (
    IdempotencyKeyReusedError,
    InvalidRequestError,
    PhotographError,
    ResponseTooLargeError,
    SignInRequiredError,
    UploadNotFoundError,
)
from retina.history.answers import image_urls, told
from retina.history.records import PHOTOGRAPH, Labels
from retina.history.schemas import (
    Eye,
    Note,
    SavedPrediction,
    Subject,
)
from retina.ids import new_id
from retina.imaging.findings import found
from retina.imaging.pipeline import Picture
from retina.imaging.rendering import KEPT, OUTPUTS
from retina.imaging.schemas import Images, PredictionResponse, PreviewResponse
from retina.services import Services
from retina.storage.port import UPLOADS

router = APIRouter(
    tags=["predictions"],
    responses=documented(
        {
            401: "The key or token is not valid",
            402: "No credits left",
            404: "There is no such upload",
            409: "A request with the same Idempotency-Key is being processed; see Retry-After",
            413: "Too many bytes or pixels, or an answer that would be too large",
            415: "Not a supported image format",
            422: ("A photograph that cannot be decoded or does not look like a retina, or an invalid parameter"),
            429: "This hour's free requests are used up; see Retry-After",
            503: "Every core is busy; see Retry-After",
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
    share: FairPredictions,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """The first version's contract: the photograph and its vessel mask, both stretched to 128x128 pixels.

    Free within fair use; one credit with an API key.
    """

    @asynccontextmanager
    async def answered() -> AsyncIterator[Answer]:
        await to_thread.run_sync(share.count)
        prediction = await predictor.predict(request, data, OUTPUTS["preview"])
        yield Answer(PreviewResponse(**_base64(prediction.pictures)).model_dump_json().encode())

    if caller:
        return await once(request, services, caller, idempotency_key, f"preview {new_id()}", answered)
    async with answered() as answer:
        return Response(answer.content, media_type="application/json")


@router.post(
    "/api/v1/predictions", response_model=PredictionResponse, summary="Segment one photograph", openapi_extra=OPTIONAL
)
async def create_prediction(
    request: Request,
    services: ServicesDep,
    predictor: PredictorDep,
    network: NetworkDep,
    caller: Anyone,
    log: Audited,
    share: FairPredictions,
    file: Annotated[UploadFile | None, FILE, File(description=FORMATS)] = None,
    upload_id: Annotated[
        str | None, Form(description="instead of file: the upload_id from POST /api/v1/uploads", examples=["6f1c…"])
    ] = None,
    outputs: Annotated[
        str, Form(description=f"comma-separated: {', '.join(OUTPUTS)}", examples=["preview,mask"])
    ] = "preview,mask",
    threshold: Annotated[
        float | None, Form(ge=0, le=1, description="instead of the model card's", examples=[0.4])
    ] = None,
    flips: Annotated[
        bool,
        Form(description=("average over mirror images (test-time augmentation): slightly better, four times the work")),
    ] = False,
    force: Annotated[bool, Form(description=("segment it even if it does not look like a fundus photograph"))] = False,
    save: Annotated[bool, Form(description=("save it to your history, with the photograph; needs an account"))] = False,
    subject: Annotated[Subject | None, Form()] = None,
    eye: Annotated[Eye, Form()] = "unknown",
    taken_on: Annotated[date | None, Form(description="when the photograph was taken")] = None,
    note: Annotated[Note | None, Form()] = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """The vessels of one photograph at its own resolution, with what can be measured on them.

    Free within fair use; one credit with an API key, where an Idempotency-Key makes it safe to send the request again:
    for a day the same answer is given. The photograph is kept only where `save` asks for it, without its metadata; then
    `image_urls` tell where it and the pictures are. For research and education, not for diagnosis.
    """
    limit = services.settings.inline_bytes
    labels, id = Labels(subject, eye, taken_on, note), new_id()
    if save and caller is None:
        raise SignInRequiredError("Sign in, or send an API key as X-API-Key, to save a prediction.")
    if labels != Labels() and not save:
        raise InvalidRequestError(
            "Subject, eye, date and note belong to saved predictions. Send “save” as true as well."
        )
    pictures = _pictures(outputs) | (_kept() if save else {})

    @asynccontextmanager
    async def answered() -> AsyncIterator[Answer]:
        async with photograph_of(request, services, file, upload_id) as data:
            await to_thread.run_sync(share.count)
            prediction = await predictor.predict(request, data, pictures, threshold=threshold, flips=flips, force=force)
            facts = found(prediction, network.card, id)
            kept = _taken_out(prediction.pictures)
            shown = prediction.pictures if _fits(prediction.pictures, limit) or not save else {}
            _refuse_too_large(shown, limit)
            answer = PredictionResponse(**facts.model_dump(), images=Images(**_base64(shown)))
            if not (save and caller):
                yield Answer(answer.model_dump_json(exclude_unset=True).encode())
                return
            prepare = functools.partial(services.history.prepare, caller.account, facts, labels, kept)
            answer = answer.model_copy(update={"image_urls": image_urls(id)})
            changes = await to_thread.run_sync(prepare)
            changes.append(await to_thread.run_sync(log.entry, caller, "prediction.saved", id))
            yield Answer(answer.model_dump_json(exclude_unset=True).encode(), changes, source=id)

    def again(stored: bytes) -> bytes:
        if upload_id is not None:
            _demand_same_upload(services, upload_id, json.loads(stored)["photograph"]["sha256"])
        return stored

    if caller:
        return await once(request, services, caller, idempotency_key, f"prediction {id}", answered, again)
    async with answered() as answer:
        return Response(answer.content, media_type="application/json")


def _demand_same_upload(services: Services, upload_id: str, sha256: str) -> None:
    """Raises `IdempotencyKeyReusedError` where another photograph was sent since by the form of an answered upload."""
    try:
        data = services.uploads.read(UPLOADS + upload_id)
    except (UploadNotFoundError, PhotographError):  # answered, and deleted; or nothing that could have been answered
        return
    if hashlib.sha256(data).hexdigest() != sha256:
        raise IdempotencyKeyReusedError(REUSED)


@router.post(
    "/api/v1/predictions/{id}/recompute",
    response_model=SavedPrediction,
    summary="Predict anew",
    responses=documented({401: "Neither a valid sign-in nor an API key", 404: "There is no such saved prediction"}),
)
async def recompute(
    request: Request,
    services: ServicesDep,
    predictor: PredictorDep,
    network: NetworkDep,
    caller: Owner,
    log: Audited,
    share: FairPredictions,
    id: str,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """By the model that the service has now, in place of what was found before. Costs what a prediction costs."""
    superseded: list[str] = []

    @asynccontextmanager
    async def answered() -> AsyncIterator[Answer]:
        before = await to_thread.run_sync(services.history.get, caller.account, id)
        superseded.append(f"{before.folder}{before.pictures}/")
        data = await to_thread.run_sync(services.history.photograph, caller.account, id)
        pictures = {name: draw for name, draw in _kept().items() if name != KEPT_PREFIX + PHOTOGRAPH}
        await to_thread.run_sync(share.count)
        flips, like = before.findings.flips, before.findings.quality.fundus_like
        prediction = await predictor.predict(request, data, pictures, flips=flips, force=not like)
        # The photograph is the one that was sent, whatever file it is kept in.
        facts = found(prediction, network.card, id)
        photograph = facts.photograph.model_copy(update={"sha256": before.findings.photograph.sha256})
        facts = facts.model_copy(update={"photograph": photograph})
        again = functools.partial(services.history.prepare_again, caller.account, id, facts)
        saved, changes = await to_thread.run_sync(again, _taken_out(prediction.pictures))
        changes.append(await to_thread.run_sync(log.entry, caller, "prediction.recomputed", id))
        answer = told(saved)
        stored = answer.model_dump_json(exclude=LABELS).encode()
        yield Answer(answer.model_dump_json().encode(), changes, source=id, stored=stored)

    def again(stored: bytes) -> bytes:
        """With the labels of now: those of then may have been changed because nobody was to read them any more."""
        labels = told(services.history.get(caller.account, id)).model_dump(include=LABELS)
        return SavedPrediction(**json.loads(stored) | labels).model_dump_json().encode()

    answer = await once(request, services, caller, idempotency_key, f"prediction {id} recomputed", answered, again)
    for folder in superseded:
        await to_thread.run_sync(services.history.sweep, caller.account, folder)
    return answer


KEPT_PREFIX = "kept "
LABELS = {"subject", "eye", "taken_on", "note"}


def _kept() -> dict[str, Picture]:
    return {KEPT_PREFIX + name: draw for name, draw in KEPT.items()}


def _taken_out(pictures: dict[str, bytes]) -> dict[str, bytes]:
    """Those that are to be kept, by their own names; they are not in `pictures` any more."""
    names = [name for name in pictures if name.startswith(KEPT_PREFIX)]
    return {name.removeprefix(KEPT_PREFIX): pictures.pop(name) for name in names}


def _fits(pictures: dict[str, bytes], limit: int) -> bool:
    return sum(_base64_bytes(picture) for picture in pictures.values()) <= limit


def _base64_bytes(picture: bytes) -> int:
    return 4 * -(-len(picture) // 3)


def _refuse_too_large(pictures: dict[str, bytes], limit: int) -> None:
    sizes = {name: _base64_bytes(picture) for name, picture in pictures.items()}
    if sum(sizes.values()) > limit:
        largest = max(sizes, key=lambda name: sizes[name])
        raise ResponseTooLargeError(
            f"The answer would be larger than {limit / 2**20:.3g} MiB. Leave “{largest}” out of the outputs, "
            "or use the command line, which has no such limit."
        )


def _pictures(outputs: str) -> dict[str, Picture]:
    names = [name.strip() for name in outputs.split(",") if name.strip()]
    unknown = [name for name in names if name not in OUTPUTS]
    if unknown or not names:
        raise InvalidRequestError(f"“outputs” takes any of {', '.join(OUTPUTS)}, separated by commas.")
    return {name: picture for output in names for name, picture in OUTPUTS[output].items()}


def _base64(pictures: dict[str, bytes]) -> dict[str, Any]:
    return {name: base64.b64encode(picture).decode() for name, picture in pictures.items()}
