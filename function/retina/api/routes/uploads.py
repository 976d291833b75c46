"""Uploads of photographs that are too large for one request. The form is sent to the store directly, except for the
embedded store.
"""

from dataclasses import replace
from typing import cast

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from retina.api.addresses import ServiceUrl
from retina.api.callers import OPTIONAL, Anyone
from retina.api.dependencies import ArrivalsDep, ServicesDep
from retina.api.problems import documented
from retina.api.rate_limits import UploadLimit
from retina.api.streamed_form import StreamedForm
from retina.errors import UnsupportedFormatError
from retina.ids import new_id
from retina.imaging.decoding.header import ANY_FORMAT
from retina.jobs.arrivals import enqueue
from retina.services import Services
from retina.storage.local import LocalUploads
from retina.storage.port import (
    BATCH,
    CONTENT_TYPES,
    FORM_SECONDS,
    UPLOADS,
)
from retina.storage.schemas import UploadCreate, UploadResponse

RECEIVED_AT = "/uploads"
"""The path at which the embedded store receives upload forms."""

router = APIRouter(
    tags=["uploads"], responses=documented({415: "Not a supported image format", 422: "A field is missing"})
)
embedded = APIRouter(include_in_schema=False)


@router.post("/api/v1/uploads", status_code=201, summary="Where to send a large photograph", openapi_extra=OPTIONAL)
def create_upload(
    services: ServicesDep, url: ServiceUrl, body: UploadCreate, caller: Anyone, rate_limit: UploadLimit
) -> UploadResponse:
    """Returns an upload form for one photograph, valid for a few minutes. Then request a prediction with its
    `upload_id`.

    The upload is deleted after the prediction, and after a day at the latest.
    """
    content_type = body.content_type.lower()
    if content_type not in CONTENT_TYPES:
        raise UnsupportedFormatError(f"Files of this type cannot be read. Send {ANY_FORMAT}.")
    rate_limit.count()
    if caller and caller.key_id:  # a form is free, but can store a large file for a day
        services.rate_limits.count_paying("uploads", caller.account, services.credits.available(caller.account))
    upload_id = new_id()
    form = services.uploads.form(UPLOADS + upload_id, content_type, url + RECEIVED_AT)
    return UploadResponse(
        upload_id=upload_id,
        url=form.url,
        fields=form.fields,
        max_bytes=services.settings.upload_bytes,
        expires_in=FORM_SECONDS,
    )


def _announced(services: Services, key: str) -> int | None:
    """The announced size of a photograph of a batch in bytes; None if unknown.

    Raises `UploadRefusedError` if the batch does not expect it. S3 would accept it, and the worker delete it.
    """
    if not key.startswith(BATCH):
        return None
    _, batch, number = key.split("/")
    return services.claims.demand_awaited(batch, int(number))


@embedded.post(RECEIVED_AT, status_code=204)
async def receive_upload(request: Request, services: ServicesDep, arrivals: ArrivalsDep) -> Response:
    """Receives an upload form for the embedded store, as S3 does in the cloud, and queues photographs of batches.

    The form is checked before its file is read, and the file is written to disk as it arrives.
    """
    uploads = cast(LocalUploads, services.uploads)  # `create_app` adds this route for the embedded store only
    form = StreamedForm(request.headers.get("content-type", ""), request.stream())
    fields, name = await form.head()
    grant = await to_thread.run_sync(uploads.granted, fields, name)
    grant = replace(grant, announced=await to_thread.run_sync(_announced, services, grant.key))
    incoming = await to_thread.run_sync(uploads.incoming, grant)
    try:
        with arrivals.of(grant.key) as add:
            async for piece in form.file():
                add(len(piece))
                await to_thread.run_sync(incoming.write, piece)
        await to_thread.run_sync(_announced, services, grant.key)  # the batch may have been cancelled in the meantime
        await to_thread.run_sync(incoming.commit)
    finally:
        incoming.close()
    if grant.key.startswith(BATCH):
        await to_thread.run_sync(enqueue, services, grant.key)
    return Response(status_code=204)
