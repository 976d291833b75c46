"""The audit log of an account, for the signed-in user it belongs to."""

from fastapi import APIRouter

from retina.accounts.audit_schemas import AuditEntry, AuditPage
from retina.api.auditing import Audited
from retina.api.callers import Person
from retina.api.dependencies import ServicesDep
from retina.api.pagination import (
    Cursor,
    Limit,
    cursor_of,
    place_of,
)
from retina.api.problems import documented

router = APIRouter(
    tags=["account"],
    responses=documented({401: "Not signed in", 403: "API keys cannot do this"}),
)


@router.get("/api/v1/audit", summary="Who did what with the account's records")
def get_audit(
    services: ServicesDep, caller: Person, log: Audited, limit: Limit = 50, cursor: Cursor = None
) -> AuditPage:
    """Lists everything that was seen, exported, changed or deleted, and every sign-in, newest first.

    Entries contain ids but no names. They cannot be changed or deleted, and expire after a time set by the service.
    """
    log.seen(caller, "audit.read")
    entries, place = services.audit.of(caller.account, limit, place_of(cursor))
    listed = [
        AuditEntry(**{name: value for name, value in vars(entry).items() if name != "place"}) for entry in entries
    ]
    return AuditPage(entries=listed, next=cursor_of(place))
