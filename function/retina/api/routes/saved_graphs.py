"""The vessel graph of a saved prediction, for those who want to compute or draw more."""

import functools

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from retina.api.auditing import Audited
from retina.api.callers import Owner
from retina.api.dependencies import PredictorDep, ServicesDep
from retina.api.problems import documented
from retina.api.rate_limits import PreviewLimit
from retina.imaging.graph.schemas import GraphFeatures
from retina.imaging.rendering import GRAPH
from retina.imaging.stored_graph import NEEDED, stored_graph

router = APIRouter(
    tags=["history"],
    responses=documented(
        {
            401: "Neither a valid sign-in nor an API key",
            404: "There is no such saved prediction",
            429: "This hour's free requests are used up; see Retry-After",
            503: "The service is busy; see Retry-After",
        }
    ),
)


@router.get(
    "/api/v1/predictions/{id}/graph", response_model=GraphFeatures, summary="The vessel graph of a saved prediction"
)
async def get_graph(
    request: Request,
    services: ServicesDep,
    predictor: PredictorDep,
    caller: Owner,
    log: Audited,
    rate_limit: PreviewLimit,
    id: str,
) -> Response:
    """Returns what `outputs=graph` returned or would have returned, of the corrected vessels if there is a correction.

    Made again from the stored images at each request, so calibres may differ by two hundredths of a pixel. Segments
    have a `kind` where arteries and veins of the same vessels are stored. Free, up to the hourly limit of previews.
    """

    def read() -> tuple[bytes, dict[str, bytes]]:
        saved = services.history.get(caller.account, id)
        rate_limit.count_free(caller)
        images = services.history.images(saved, NEEDED)
        return services.history.photograph(caller.account, id), images

    data, images = await to_thread.run_sync(read)
    graph = await predictor.from_photograph(request, data, functools.partial(stored_graph, images=images))
    await to_thread.run_sync(log.seen, caller, "picture.opened", f"{id}:{GRAPH}")
    return Response(graph, media_type="application/json")
