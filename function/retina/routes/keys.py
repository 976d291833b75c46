"""API keys: made, listed and revoked by the person they belong to."""

from fastapi import APIRouter, Request, Response

from retina.accounts import Accounts
from retina.closing import leave_nothing
from retina.problems import documented
from retina.routes.callers import Person
from retina.schemas.accounts import KeyList, KeyShown, KeyTold, KeyWish
from retina.services import Services

router = APIRouter(
    prefix="/api/v1/keys",
    tags=["keys"],
    responses=documented({401: "Nobody has signed in", 403: "An API key may not do this"}),
)


@router.post("", status_code=201, summary="Make an API key", responses=documented({409: "There are too many"}))
def make_key(request: Request, caller: Person, wish: KeyWish) -> KeyShown:
    """A new key. It is shown this once: what is kept is its SHA-256."""
    services: Services = request.app.state.services
    key, text = services.accounts.make_key(caller.account, wish.name)
    leave_nothing(services, caller.account)
    return KeyShown(id=key.id, name=key.name, created=key.created, key=text)


@router.get("", summary="List the API keys")
def list_keys(request: Request, caller: Person) -> KeyList:
    """Those that were not revoked, the oldest first, without their secrets."""
    accounts = _accounts(request)
    return KeyList(
        keys=[KeyTold(id=key.id, name=key.name, created=key.created) for key in accounts.keys(caller.account)]
    )


@router.delete(
    "/{id}", status_code=204, summary="Revoke an API key", responses=documented({404: "There is no such key"})
)
def revoke_key(request: Request, caller: Person, id: str) -> Response:
    """The key is good for nothing from now on."""
    accounts = _accounts(request)
    accounts.revoke(caller.account, id)
    return Response(status_code=204)


def _accounts(request: Request) -> Accounts:
    services: Services = request.app.state.services
    return services.accounts
