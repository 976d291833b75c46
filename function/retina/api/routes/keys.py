"""API keys: creating, listing, changing and revoking them; for their signed-in owner."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response

from retina import clock
from retina.accounts.key_limits import KeyLimits
from retina.accounts.key_schemas import KeyCreate, KeyCreateResponse, KeyList, KeyResponse, KeyUpdate
from retina.accounts.scopes import SCOPES, Scope
from retina.accounts.service import ApiKey
from retina.api.auditing import Audited
from retina.api.callers import Person
from retina.api.dependencies import ServicesDep
from retina.api.problems import documented
from retina.deletion.account import leave_nothing
from retina.errors import InvalidRequestError
from retina.services import Services

LIMITS = {"credits_per_day": "day", "credits_per_month": "month", "addresses": "addresses"}
"""The limits' fields in requests, and in `KeyLimits`."""
MISSING = documented({404: "There is no such key"})

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
    limits = KeyLimits(body.credits_per_day, body.credits_per_month, tuple(body.addresses))
    key, text = services.accounts.make_key(
        caller.account,
        body.name,
        _ordered(body.scopes),
        _end(body.expires),
        log.entry_of(caller, "key.made"),
        limits,
    )
    leave_nothing(services, caller.account)
    [response] = _responses(services, caller.account, [key])
    return KeyCreateResponse(**vars(response), key=text)


@router.get("", summary="List the API keys")
def list_keys(services: ServicesDep, caller: Person) -> KeyList:
    """Lists the API keys that have not been revoked, oldest first, without their secrets."""
    return KeyList(keys=_responses(services, caller.account, services.accounts.keys(caller.account)))


@router.patch("/{id}", summary="Change an API key", responses=MISSING)
def change_key(services: ServicesDep, caller: Person, log: Audited, id: str, change: KeyUpdate) -> KeyResponse:
    """Changes name, scopes, expiry or limits, from the next request on. Fields that are left out stay as they are.

    Batches that the key has started go on under a lower limit.
    """
    given = {name: getattr(change, name) for name in change.model_fields_set}
    facts: dict[str, Any] = {"name": change.name} if change.name else {}
    facts |= {"scopes": _ordered(change.scopes)} if change.scopes else {}
    facts |= {"expires": _end(change.expires)} if "expires" in given else {}
    limits: dict[str, Any] = {LIMITS[name]: value for name, value in given.items() if name in LIMITS}
    limits |= {"addresses": tuple(change.addresses or ())} if "addresses" in given else {}

    def changed(key: ApiKey) -> ApiKey:
        return replace(key, **facts, limits=replace(key.limits, **limits))

    key = services.accounts.change_key(caller.account, id, changed, log.entry(caller, "key.changed", id))
    return _responses(services, caller.account, [key])[0]


@router.delete("/{id}", status_code=204, summary="Revoke an API key", responses=MISSING)
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


def _ordered(scopes: Sequence[Scope]) -> tuple[Scope, ...]:
    return tuple(scope for scope in SCOPES if scope in scopes)


def _responses(services: Services, account: str, keys: Sequence[ApiKey]) -> list[KeyResponse]:
    spent = services.credits.spending.of(account, *(key.id for key in keys))
    return [
        KeyResponse(
            id=key.id,
            name=key.name,
            created=key.created,
            scopes=[*key.scopes],
            expires=key.expires or None,
            used=key.used or None,
            credits_per_day=key.limits.day,
            credits_per_month=key.limits.month,
            addresses=[*key.limits.addresses],
            spent_today=today,
            spent_this_month=month,
        )
        for key, (today, month) in zip(keys, spent, strict=True)
    ]
