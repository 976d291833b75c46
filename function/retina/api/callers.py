"""The caller as a dependency of routes: anyone, the owner of an account (signed in or by API key), or a signed-in user.

An API key needs the scope that `accounts.scopes` gives for the route; routes need not name it themselves.
"""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from retina.accounts.scopes import scope_of
from retina.api.addresses import Viewer
from retina.api.parts import CallersDep
from retina.auth.callers import Caller
from retina.auth.tokens import REFUSED
from retina.errors import (
    InvalidRequestError,
    PersonRequiredError,
    SignInRequiredError,
    TokenRefusedError,
)

API_KEY = APIKeyHeader(
    name="X-API-Key", auto_error=False, description="created with POST /api/v1/keys; rk_<id>_<secret>"
)
BEARER = HTTPBearer(auto_error=False, description="an access token of the issuer that GET /api/v1/sign-in names")


def identified(
    request: Request,
    callers: CallersDep,
    address: Viewer,
    token: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
) -> Caller | None:
    """The caller, or None without credentials. Invalid credentials are refused, not ignored."""
    key = request.headers.get("x-api-key")
    if key is not None and "authorization" in request.headers:
        raise InvalidRequestError("Send either X-API-Key or Authorization, not both.")
    if key is not None:
        return callers.by_key(key, address)
    if token is not None:
        return callers.by_token(token.credentials, address)
    if "authorization" in request.headers:
        raise TokenRefusedError(REFUSED)
    return None


Identified = Annotated[Caller | None, Depends(identified)]

PERSON_REQUIRED = "API keys cannot do this. Sign in as a person."
OPTIONAL: dict[str, Any] = {"security": [{}]}
"""OpenAPI's security entry for routes that accept `Anyone`, in addition to the two schemes above."""


async def anyone(request: Request, caller: Identified, _: Annotated[str | None, Security(API_KEY)]) -> Caller | None:
    """The caller, whose API key must have the route's scope; raises `ScopeRequiredError`."""
    if caller:
        caller.demand(scope_of(request.method, request.scope["route"].path))
    return caller


Anyone = Annotated[Caller | None, Depends(anyone)]


async def owner(caller: Anyone) -> Caller:
    """A signed-in user or an API key; raises `SignInRequiredError`."""
    if caller is None:
        raise SignInRequiredError("Sign in, or send an API key as X-API-Key.")
    return caller


async def person(caller: Identified) -> Caller:
    """A signed-in user; raises `SignInRequiredError`, and `PersonRequiredError` for an API key."""
    if caller is None:
        raise SignInRequiredError("Sign in first.")
    if caller.key_id:
        raise PersonRequiredError(PERSON_REQUIRED)
    return caller


Owner = Annotated[Caller, Depends(owner)]
Person = Annotated[Caller, Depends(person)]


def describe_scopes(app: FastAPI) -> None:
    """Add to `app`'s OpenAPI document which scope each route requires of an API key."""
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
