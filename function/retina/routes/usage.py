"""Usage: the credits that are left, and what was charged by day and API key."""

import csv
import io

from fastapi import APIRouter, Request, Response

from retina.credits import Credits
from retina.problems import documented
from retina.routes.callers import Owner
from retina.schemas.accounts import DayCharged, Usage
from retina.services import Services
from retina.tables import DESCRIBED

router = APIRouter(tags=["usage"], responses=documented({401: "Neither signed in nor an API key"}))


@router.get("/api/v1/usage", summary="Credits left and charged")
def usage(request: Request, caller: Owner) -> Usage:
    """A prediction by API key and an item of a batch cost one credit each; what is rejected or fails costs none."""
    credits = _credits(request)
    return Usage(
        account=caller.account,
        credits=credits.balance(caller.account),
        reserved=credits.reserved(caller.account),
        charges=[DayCharged(day=day, key_id=key, credits=count) for day, key, count in credits.used(caller.account)],
    )


@router.get("/api/v1/usage.csv", summary="Credits charged, as a table", response_class=Response, responses=DESCRIBED)
def usage_table(request: Request, caller: Owner) -> Response:
    """A row for each day and API key: day, key_id (empty for a person), credits."""
    credits = _credits(request)
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(("day", "key_id", "credits"))
    rows.writerows(credits.used(caller.account))
    headers = {"Content-Disposition": 'attachment; filename="usage.csv"'}
    return Response(table.getvalue(), media_type="text/csv", headers=headers)


def _credits(request: Request) -> Credits:
    services: Services = request.app.state.services
    return services.credits
