"""The photographs of a batch: their states and results, as JSON, as a table and as statistics, and their pictures."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from starlette.responses import RedirectResponse

from retina.api.auditing import Audited
from retina.api.callers import Owner
from retina.api.dependencies import ServicesDep
from retina.api.pagination import Cursor, cursor_of, place_of
from retina.api.problems import documented
from retina.api.routes import batches
from retina.api.routes.links import LinksUrl, redirect
from retina.batches.records import LARGE, Batch, Item
from retina.batches.schemas import MOST_ITEMS, MOST_REGIONAL, MOST_WITH_INTERVALS, BatchItem, BatchItems
from retina.batches.statistics_schemas import BatchStatistics
from retina.batches.tables import COLUMNS, LONG_COLUMNS, batch_lines, batch_measurement_lines
from retina.errors import InvalidRequestError, NotFoundError
from retina.imaging.rendering import FILES
from retina.tables import described, within

PICTURE_MISSING = documented({404: "There is no such picture"})

router = APIRouter(prefix=batches.router.prefix, tags=batches.router.tags, responses=batches.router.responses)


@router.get("/{id}/items", summary="List the photographs of a batch", responses=batches.MISSING)
def list_items(
    services: ServicesDep,
    caller: Owner,
    log: Audited,
    id: str,
    limit: Annotated[int, Query(ge=1, le=1000, description="at most this many")] = 100,
    cursor: Cursor = None,
    regional: Annotated[
        bool, Query(description=f"also with regional_measurements; a page then has at most {MOST_REGIONAL}")
    ] = False,
    intervals: Annotated[
        bool, Query(description=f"also with measurement_intervals; a page then has at most {MOST_WITH_INTERVALS}")
    ] = False,
) -> BatchItems:
    """Lists the photographs by number, each with its state, and its result or the reason why there is none."""
    batch = services.batches.get(caller.account, id)
    log.seen(caller, "batch.seen", id)
    place = place_of(cursor) or "0"
    if not place.isdecimal():
        raise InvalidRequestError("This cursor is not valid here. Use “next” from the previous page.")
    wanted = {
        "regional_measurements": (regional, MOST_REGIONAL),
        "measurement_intervals": (intervals, MOST_WITH_INTERVALS),
    }
    also = [name for name, (asked, _) in wanted.items() if asked]
    first, limit = int(place), min([limit, *(most for asked, most in wanted.values() if asked)])
    items = [_item(batch, item) for item in services.batches.items.of(batch, first, limit, also)]
    return BatchItems(items=items, next=cursor_of(str(first + limit)) if first + limit < batch.total else None)


@router.get(
    "/{id}/results.csv",
    summary="Results of a batch as CSV",
    response_class=Response,
    responses=described(COLUMNS, LONG_COLUMNS) | batches.MISSING | documented({413: "The table would be too large"}),
)
def get_table(
    services: ServicesDep,
    caller: Owner,
    log: Audited,
    id: str,
    first: Annotated[int, Query(ge=0, le=MOST_ITEMS, description="the number of the first photograph")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ITEMS, description="at most this many photographs")] = MOST_ITEMS,
    form: Annotated[
        Literal["wide", "long"], Query(description="wide: a row for each photograph; long: one for each measurement")
    ] = "wide",
) -> Response:
    """A table with one row per photograph, available at any time: its state, its result, or the reason why there is
    none. In long form, one row per measurement of a photograph, or one if it has no result.
    """
    batch = services.batches.get(caller.account, id)
    log.seen(caller, "batch.seen", id)
    instead = "Ask for part of it with “first” and “limit”, or export the batch (POST /api/v1/exports)."
    items = services.batches.items.of(batch, first, limit, LARGE if form == "long" else ())
    rows, ending = (batch_lines(items), "") if form == "wide" else (batch_measurement_lines(items), "-measurements")
    table = within(rows, services.settings.inline_bytes, instead)
    headers = {"Content-Disposition": f'attachment; filename="batch-{id[:8]}{ending}.csv"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{id}/statistics", summary="Statistics of a batch", responses=batches.MISSING)
def get_statistics(services: ServicesDep, caller: Owner, log: Audited, id: str) -> BatchStatistics:
    """Returns how each measurement is distributed over the photographs that have a result, in all and by grade, and
    which photographs stand out. Available at any time.
    """
    batch = services.batches.get(caller.account, id)
    log.seen(caller, "batch.seen", id)
    return services.batches.items.statistics(batch)


@router.get(
    "/{id}/items/{number}/{picture}",
    status_code=307,
    summary="A picture of one photograph of a batch",
    response_class=RedirectResponse,
    responses=PICTURE_MISSING,
)
def get_batch_picture(
    services: ServicesDep,
    links: LinksUrl,
    caller: Owner,
    log: Audited,
    id: str,
    number: Annotated[int, Path(ge=0)],
    picture: str,
) -> Response:
    """Redirects to a download link that works for 15 minutes: mask.png, probability.png, overlay.jpg, skeleton.png,
    artery_vein.png, disc.png or graph.json, if requested for the batch.
    """
    batch = services.batches.get(caller.account, id)
    outcome = services.batches.items.outcome(batch, number)
    made = {FILES[output][0] for output in batch.order.outputs} if outcome and outcome.status == "done" else set()
    if picture not in made:
        raise NotFoundError("There is no such picture. The items of the batch list the ones there are.")
    log.seen(caller, "picture.opened", f"{id}:{number}:{picture}")
    key = f"{batch.folder}{number}/{picture}"
    return redirect(services.results.link(key, f"{number}-{picture}", links))


def _item(batch: Batch, item: Item) -> BatchItem:
    outcome = item.outcome
    folder = f"{router.prefix}/{batch.id}/items/{item.number}"
    urls = {output: f"{folder}/{FILES[output][0]}" for output in batch.order.outputs} if item.state == "done" else None
    return BatchItem(
        number=item.number,
        name=item.name,
        size=item.size,
        state=item.state,
        code=outcome.code if outcome else "",
        detail=outcome.detail if outcome else "",
        findings=outcome.findings if outcome else None,
        image_urls=urls,
    )
