"""API keys: creating, listing and revoking them; for their signed-in owner."""

from datetime import datetime

from fastapi import APIRouter, Response

from retina import clock
from retina.accounts.schemas import (
    KeyCreate,
    KeyCreateResponse,
    KeyList,
    KeyResponse,
)
from retina.accounts.scopes import SCOPES
from retina.accounts.service import ApiKey
from retina.api.auditing import Audited
from retina.api.callers import Person
from retina.api.dependencies import ServicesDep
from retina.api.problems import documented
from retina.deletion.account import leave_nothing
from retina.errors import InvalidRequestError

router = APIRouter(
    prefix="/api/v1/keys",
    tags=["keys"],
    responses=documented({401: "Not signed in", 403: "API keys cannot do this"}),
)


@router.post(
    "", status_code=201, summary="Create an API key", responses=documented({409: "The account has too many keys"})
)
def make_key(services: ServicesDep, caller: Person, log: Audited, body: KeyCreate) -> KeyCreateResponse:
    """Creates an API key and shows it this once: only its SHA-256 is stored."""
    scopes = tuple(scope for scope in SCOPES if scope in body.scopes)
    noted = log.entry_of(caller, "key.made")
    key, text = services.accounts.make_key(caller.account, body.name, scopes, _end(body.expires), noted)
    leave_nothing(services, caller.account)
    return KeyCreateResponse(**vars(_response(key)), key=text)


@router.get("", summary="List the API keys")
def list_keys(services: ServicesDep, caller: Person) -> KeyList:
    """Lists the API keys that have not been revoked, oldest first, without their secrets."""
    return KeyList(keys=[_response(key) for key in services.accounts.keys(caller.account)])


@router.delete(
    "/{id}", status_code=204, summary="Revoke an API key", responses=documented({404: "There is no such key"})
)
def revoke_key(services: ServicesDep, caller: Person, log: Audited, id: str) -> Response:
    """Revokes an API key: from now on it is refused."""
    services.accounts.revoke(caller.account, id, log.entry(caller, "key.revoked", id))
    return Response(status_code=204)


def _end(expires: datetime | None) -> str:
    """The time at which a key expires, "" for never; raises `InvalidRequestError` for a time in the past."""
    if expires is None:
        return ""
    if (expiry := clock.formatted(expires)) <= clock.now():
        raise InvalidRequestError("The last day (“expires”) is in the past. Choose a later day, or leave it out.")
    return expiry


def _response(key: ApiKey) -> KeyResponse:
    facts = vars(key) | {"scopes": [*key.scopes], "expires": key.expires or None, "used": key.used or None}
    return KeyResponse(**facts)
