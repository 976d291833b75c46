"""Predictions: a photograph in one multipart form or uploaded before, its vessels in the answer. Nothing is kept."""

import base64
import functools
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, File, Form, Header, Request, Response, UploadFile

from retina import events
from retina.cores import Cores
from retina.errors import (
    FileMissingError,
    InvalidRequestError,
    NotAFundusPhotographError,
    PhotographError,
    PhotographTooLargeError,
    ResponseTooLargeError,
    SeveralFilesError,
    too_large_inline,
)
from retina.findings import found
from retina.pictures import OUTPUTS
from retina.prediction import Picture, Prediction, predict
from retina.problems import MISSING, documented
from retina.routes.callers import Anyone
from retina.routes.paid import paid
from retina.schemas import Images, PredictionAnswer, Preview
from retina.settings import Settings
from retina.store.port import UPLOADS, Uploads
from retina.unet import VesselNetwork

FORMATS = "the photograph: JPEG, PNG, TIFF, WebP, BMP, PNM or GIF"


async def photograph_bytes(request: Request, file: Annotated[UploadFile, File(description=FORMATS)]) -> bytes:
    """The bytes of the form's one file."""
    await _refuse_repeated_fields(request)
    return await _inline(request, file)


Data = Annotated[bytes, Depends(photograph_bytes)]


async def _refuse_repeated_fields(request: Request) -> None:
    fields = (await request.form()).multi_items()
    names = Counter(name for name, _ in fields)
    if sum(not isinstance(value, str) for _, value in fields) > 1 or names["file"] > 1:
        raise SeveralFilesError("Send one photograph a request; this one had several files.")
    if repeated := [name for name, count in names.items() if count > 1]:
        raise InvalidRequestError(f"The field “{repeated[0]}” was sent more than once. Send it once.")


async def _inline(request: Request, file: UploadFile) -> bytes:
    settings: Settings = request.app.state.settings
    data = await file.read()
    if len(data) > settings.inline_bytes:
        raise PhotographTooLargeError(too_large_inline(settings.inline_bytes))
    return data


@asynccontextmanager
async def _photograph(request: Request, file: UploadFile | None, upload_id: str | None) -> AsyncIterator[bytes]:
    """The bytes of the one photograph, sent along or uploaded before. An upload is deleted once it is answered.

    It is kept where the same photograph may be asked for again: when every core was busy, when the answer would not
    fit, and when it is unlike a retina, on which the caller may insist.
    """
    await _refuse_repeated_fields(request)
    if file and upload_id is not None:
        raise InvalidRequestError("Send either “file” or “upload_id”, not both.")
    if file:
        yield await _inline(request, file)
        return
    if upload_id is None:
        raise FileMissingError(MISSING)
    uploads: Uploads = request.app.state.uploads
    key = UPLOADS + upload_id
    data = await to_thread.run_sync(uploads.read, key)
    try:
        yield data
    except NotAFundusPhotographError:
        raise
    except PhotographError:
        await to_thread.run_sync(uploads.delete, key)
        raise
    await to_thread.run_sync(uploads.delete, key)


async def _predict(request: Request, data: bytes, pictures: dict[str, Picture], **wishes: Any) -> Prediction:
    cores: Cores = request.app.state.cores
    network: VesselNetwork = request.app.state.network
    settings: Settings = request.app.state.settings
    prediction = await cores.run(functools.partial(predict, data, network, settings, pictures, **wishes))
    events.predicted(prediction.network_seconds)
    return prediction


router = APIRouter(
    tags=["predictions"],
    responses=documented(
        {
            404: "There is no such upload",
            413: "Too many bytes or pixels, or an answer that would not fit",
            415: "No supported image format",
            422: "A photograph that cannot be decoded or is none of a retina, or a wrong parameter",
            503: "Every core is busy; Retry-After says when to try again",
        }
    ),
)


@router.post("/predict", summary="Two previews of 128x128 pixels")
async def preview(request: Request, data: Data) -> Preview:
    """The first version's contract: the photograph and its vessel mask, both stretched to 128x128 pixels."""
    prediction = await _predict(request, data, OUTPUTS["preview"])
    return Preview(**_base64(prediction.pictures))


@router.post("/api/v1/predictions", response_model=PredictionAnswer, summary="Segment one photograph")
async def create_prediction(
    request: Request,
    caller: Anyone,
    file: Annotated[UploadFile | None, File(description=FORMATS)] = None,
    upload_id: Annotated[
        str | None, Form(description="instead of file: what POST /api/v1/uploads has answered", examples=["6f1c…"])
    ] = None,
    outputs: Annotated[
        str, Form(description=f"comma-separated: {', '.join(OUTPUTS)}", examples=["preview,mask"])
    ] = "preview,mask",
    threshold: Annotated[
        float | None, Form(ge=0, le=1, description="instead of the model card's", examples=[0.4])
    ] = None,
    flips: Annotated[
        bool, Form(description="look at mirror images, too, and take the mean: slightly better, four times the work")
    ] = False,
    force: Annotated[bool, Form(description="segment it although it does not look like a fundus photograph")] = False,
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=255, description="your name for this request: repeated, it is charged once"),
    ] = None,
) -> Response:
    """The vessels of one photograph at its own resolution, with what can be measured on them.

    Free within fair use; one credit with an API key, where an Idempotency-Key makes it safe to send the request again:
    for a day the same answer is given. The photograph is not kept. For research and education, not for diagnosis.
    """
    wishes = {"threshold": threshold, "flips": flips, "force": force}
    id = uuid.uuid4().hex  # noqa: A001

    @asynccontextmanager
    async def answered() -> AsyncIterator[bytes]:
        async with _photograph(request, file, upload_id) as data:
            prediction = await _predict(request, data, _pictures(outputs), **wishes)
            _refuse_too_large(prediction, request.app.state.settings.inline_bytes)
            facts = found(prediction, request.app.state.network.card, id)
            answer = PredictionAnswer(**facts.model_dump(), images=Images(**_base64(prediction.pictures)))
            yield answer.model_dump_json(exclude_unset=True).encode()

    if caller and caller.key_id:
        return await paid(request, caller, idempotency_key, f"prediction {id}", answered)
    async with answered() as content:
        return Response(content, media_type="application/json")


def _refuse_too_large(prediction: Prediction, limit: int) -> None:
    sizes = {name: 4 * -(-len(picture) // 3) for name, picture in prediction.pictures.items()}
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
