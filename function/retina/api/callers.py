"""Who is asking, as dependencies of routes: anybody, an account's owner (by either way), or a person.

A key needs the scope of the route, see `accounts.scopes`; routes need not say so themselves.
"""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from retina.accounts.scopes import scope_of
from retina.api.addresses import Viewer
from retina.api.dependencies import CallersDep
from retina.auth.callers import Caller
from retina.auth.tokens import REFUSED
from retina.errors import (
    InvalidRequestError,
    PersonRequiredError,
    SignInRequiredError,
    TokenRefusedError,
)

API_KEY = APIKeyHeader(name="X-API-Key", auto_error=False, description="made by POST /api/v1/keys; rk_<id>_<secret>")
BEARER = HTTPBearer(auto_error=False, description="an access token of the issuer that GET /api/v1/sign-in names")


def identified(
    request: Request,
    callers: CallersDep,
    address: Viewer,
    token: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
) -> Caller | None:
    """The caller, or None for somebody who does not say who it is. What is said wrongly is refused, not ignored."""
    key = request.headers.get("x-api-key")
    if key is not None and "authorization" in request.headers:
        raise InvalidRequestError("Send either X-API-Key or Authorization, not both.")
    if key is not None:
        return callers.by_key(key)
    if token is not None:
        return callers.by_token(token.credentials, address)
    if "authorization" in request.headers:
        raise TokenRefusedError(REFUSED)
    return None


Identified = Annotated[Caller | None, Depends(identified)]

OPTIONAL: dict[str, Any] = {"security": [{}]}
"""What OpenAPI has to be told of a route that answers `Anyone`, besides the two above."""


async def anyone(request: Request, caller: Identified, _: Annotated[str | None, Security(API_KEY)]) -> Caller | None:
    """The same, with the scope that the route demands of a key; raises `ScopeRequiredError`."""
    if caller:
        caller.demand(scope_of(request.method, request.scope["route"].path))
    return caller


Anyone = Annotated[Caller | None, Depends(anyone)]


async def owner(caller: Anyone) -> Caller:
    """A person or a key; raises `SignInRequiredError`."""
    if caller is None:
        raise SignInRequiredError("Sign in, or send an API key as X-API-Key.")
    return caller


async def person(caller: Identified) -> Caller:
    """A person who has signed in; raises `SignInRequiredError`, and `PersonRequiredError` for a key."""
    if caller is None:
        raise SignInRequiredError("Sign in first.")
    if caller.key_id:
        raise PersonRequiredError("API keys cannot do this. Sign in as a person.")
    return caller


Owner = Annotated[Caller, Depends(owner)]
Person = Annotated[Caller, Depends(person)]


def describe_scopes(app: FastAPI) -> None:
    """Have the OpenAPI document of `app` say which scope each route demands of a key."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        document = plain()
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                for way in operation.get("security", []):
                    if API_KEY.scheme_name in way:
                        way[API_KEY.scheme_name] = [scope_of(method.upper(), path)]
        return document

    app.openapi = described  # type: ignore[method-assign]
