"""The field of view of a saved prediction, for those who want to correct its vessels."""

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from retina.api.auditing import Audited
from retina.api.callers import Owner
from retina.api.dependencies import PredictorDep, ServicesDep
from retina.api.rate_limits import PreviewLimit
from retina.api.routes import saved_graphs
from retina.imaging.rendering import field_of_view

router = APIRouter(tags=["history"], responses=saved_graphs.router.responses)


@router.get(
    "/api/v1/predictions/{id}/field-of-view",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}, "description": "A 1-bit PNG, white within the field of view"}},
    summary="The field of view of a saved prediction",
)
async def get_field_of_view(
    request: Request,
    services: ServicesDep,
    predictor: PredictorDep,
    caller: Owner,
    log: Audited,
    rate_limit: PreviewLimit,
    id: str,
) -> Response:
    """Returns where vessels can be corrected, at the size of the photograph: what is outside is cleared.

    Found again in the stored photograph at each request. Free, up to the hourly limit of previews.
    """

    def read() -> bytes:
        photograph = services.history.photograph(caller.account, id)
        rate_limit.count_free(caller)
        return photograph

    data = await to_thread.run_sync(read)
    picture = await predictor.from_photograph(request, data, field_of_view)
    await to_thread.run_sync(log.seen, caller, "picture.opened", f"{id}:field_of_view")
    return Response(picture, media_type="image/png")
