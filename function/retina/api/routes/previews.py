"""Previews: a photograph as a JPEG, for browsers that cannot show its file. Nothing is analysed or stored."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, File, Request, Response, UploadFile

from retina.api.callers import OPTIONAL, Anyone
from retina.api.dependencies import PredictorDep, ServicesDep
from retina.api.photographs import DESCRIPTION, FILE, UploadId, sent_photograph
from retina.api.problems import documented
from retina.api.rate_limits import PreviewLimit
from retina.imaging.rendering import photograph_jpeg
from retina.storage.port import UPLOADS

router = APIRouter(
    tags=["predictions"],
    responses=documented(
        {
            401: "The key or token is not valid",
            404: "There is no such upload",
            413: "Too many bytes or pixels",
            415: "Not a supported image format",
            422: "A photograph that cannot be decoded",
            429: "This hour's free requests are used up; see Retry-After",
            503: "The service is busy; see Retry-After",
        }
    ),
)


@router.post(
    "/api/v1/previews",
    summary="Show one photograph",
    openapi_extra=OPTIONAL,
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def create_preview(
    request: Request,
    services: ServicesDep,
    predictor: PredictorDep,
    caller: Anyone,
    rate_limit: PreviewLimit,
    file: Annotated[UploadFile | None, FILE, File(description=DESCRIPTION)] = None,
    upload_id: UploadId = None,
) -> Response:
    """Returns the photograph as a JPEG of at most 2,048 pixels a side: upright and without metadata, the first frame.

    For formats that browsers do not show, such as TIFF and DICOM. Free up to an hourly limit. Nothing is stored, and
    an upload stays for its prediction.
    """
    data = await sent_photograph(request, services.settings, file, upload_id)
    if data is None:
        data = await to_thread.run_sync(services.uploads.read, f"{UPLOADS}{upload_id}")
    await to_thread.run_sync(rate_limit.count_free, caller)
    return Response(await predictor.from_photograph(request, data, photograph_jpeg), media_type="image/jpeg")
