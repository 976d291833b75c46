"""Usage: credits left, and charges by day and API key."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from retina.accounts.ledger import LOW
from retina.accounts.schemas import BatchLimits, DayCharged, HistoryLimits, Usage
from retina.api.callers import Owner
from retina.api.dependencies import ServicesDep
from retina.api.pagination import Cursor, cursor_of, place_of
from retina.api.problems import documented
from retina.tables import described, lines, within

COLUMNS = {"day": "in UTC", "key_id": "the API key; empty for a person", "credits": "charged on that day"}
"""Each with its meaning."""

From = Annotated[date | None, Query(alias="from", description="the first day, in UTC")]
To = Annotated[date | None, Query(alias="to", description="the last day, in UTC")]

router = APIRouter(tags=["usage"], responses=documented({401: "Neither a valid sign-in nor an API key"}))


@router.get("/api/v1/usage", summary="Credits left and charged")
def usage(
    services: ServicesDep,
    caller: Owner,
    first: From = None,
    last: To = None,
    limit: Annotated[int, Query(ge=1, le=10_000, description="at most this many charges")] = 1000,
    cursor: Cursor = None,
) -> Usage:
    """Returns the credits left and the charges. A prediction by API key and a finished batch item cost one credit each.

    Rejected and failed ones cost nothing.
    """
    credits = services.credits
    charges, place = credits.charged(caller.account, first, last, limit, place_of(cursor))
    left, reserved = credits.left(caller.account)
    return Usage(
        account=caller.account,
        credits=left,
        reserved=reserved,
        limits=BatchLimits(**services.batches.limits(caller.account)._asdict()),
        history=HistoryLimits(**services.history.stored.limits(caller.account)._asdict()),
        low=left - reserved <= LOW,
        charges=[DayCharged(**charge._asdict()) for charge in charges],
        next=cursor_of(place),
    )


@router.get(
    "/api/v1/usage.csv",
    summary="Charges as CSV",
    response_class=Response,
    responses=described(COLUMNS) | documented({413: "The table would be too large"}),
)
def usage_table(services: ServicesDep, caller: Owner, first: From = None, last: To = None) -> Response:
    """A table with one row per day and API key, newest day first: day, key_id (empty for a signed-in user), credits."""
    charges = services.credits.used(caller.account, first, last)
    rows = ({name: str(value) for name, value in charge._asdict().items()} for charge in charges)
    instead = "Ask for fewer days with “from” and “to”, for example from=2026-01-01&to=2026-12-31."
    table = within(lines(COLUMNS, rows), services.settings.inline_bytes, instead)
    headers = {"Content-Disposition": 'attachment; filename="usage.csv"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)
