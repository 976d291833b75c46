"""Who is asking, as dependencies of routes: anybody, an account's owner (by either way), or a person."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from retina.errors import InvalidRequestError, PersonRequiredError, SignInRequiredError, TokenRefusedError
from retina.identity.callers import Caller, Callers
from retina.identity.tokens import REFUSED

API_KEY = APIKeyHeader(name="X-API-Key", auto_error=False, description="made by POST /api/v1/keys; rk_<id>_<secret>")
BEARER = HTTPBearer(auto_error=False, description="an access token of the issuer that GET /api/v1/sign-in names")


def anyone(
    request: Request,
    key: Annotated[str | None, Security(API_KEY)],
    token: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
) -> Caller | None:
    """The caller, or None for somebody who does not say who it is. What is said wrongly is refused, not ignored."""
    callers: Callers = request.app.state.callers
    if key is not None and "authorization" in request.headers:
        raise InvalidRequestError("Send either X-API-Key or Authorization, not both.")
    if key is not None:
        return callers.by_key(key)
    if token is not None:
        return callers.by_token(token.credentials)
    if "authorization" in request.headers:
        raise TokenRefusedError(REFUSED)
    return None


Anyone = Annotated[Caller | None, Depends(anyone)]


def owner(caller: Anyone) -> Caller:
    """A person or a key; raises `SignInRequiredError`."""
    if caller is None:
        raise SignInRequiredError("Sign in, or send an API key as X-API-Key.")
    return caller


def person(caller: Anyone) -> Caller:
    """A person who has signed in; raises `SignInRequiredError`, and `PersonRequiredError` for a key."""
    if caller is None:
        raise SignInRequiredError("Sign in first.")
    if caller.key_id:
        raise PersonRequiredError("An API key may not do this. Sign in as a person.")
    return caller


Owner = Annotated[Caller, Depends(owner)]
Person = Annotated[Caller, Depends(person)]
