"""Pages and endpoints of the embedded issuer, at the same paths as Cognito's: sign-in form, redirects, tokens.

Makes no decisions about passwords.
"""

from typing import Annotated, Any
from urllib.parse import urlencode

from anyio import to_thread
from fastapi import APIRouter, Form, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from retina.accounts.audit import NOBODY
from retina.accounts.signup_credits import Newcomer
from retina.api.addresses import Viewer
from retina.api.auditing import Audited, Log
from retina.api.dependencies import ServicesDep
from retina.api.embedded_dependencies import HashingDep, IssuerDep, PeopleDep
from retina.api.forms import page
from retina.auth.callers import Caller
from retina.auth.local.issuer import CLIENT, ISSUER
from retina.auth.local.people import People
from retina.error_codes import STATUS
from retina.errors import (
    BusyError,
    GrantRefusedError,
    InvalidRequestError,
    RateLimitError,
    SignInRefusedError,
)

ASKED = ("client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method")
TOO_MANY = "There were too many sign-ins from your network this hour. Please try again later."

router = APIRouter(include_in_schema=False)


@router.get("/oauth2/authorize")
def authorize(request: Request) -> Response:
    """The form for signing in or creating an account."""
    return _form(_asked(request, dict(request.query_params)))


@router.post("/oauth2/authorize")
async def signed_in(
    request: Request,
    services: ServicesDep,
    people: PeopleDep,
    issuer: IssuerDep,
    hashing: HashingDep,
    viewer: Viewer,
    log: Audited,
    action: Annotated[str, Form()],
    address: Annotated[str, Form()],
    password: Annotated[str, Form()],
) -> Response:
    """Redirects back to the page with a code, or shows the form again with an error message."""
    asked = _asked(request, {name: str(value) for name, value in (await request.form()).items()})
    enter = people.register if action == "register" else people.sign_in
    sender = viewer or ""
    known = await to_thread.run_sync(people.knows, address, sender)
    # Hashing keeps a core busy as long as a photograph does, and needs memory: one at a time leaves the other cores to
    # photographs. Users at an address they have signed in from before do not wait behind strangers.
    try:
        if sender and not known:
            await to_thread.run_sync(services.rate_limits.count, "sign-ins", sender)
        subject = await hashing[known].run(lambda: enter(address, password, sender))
    except RateLimitError:
        return _form(asked, TOO_MANY, address, STATUS[RateLimitError][0])
    except BusyError as error:
        return _form(asked, str(error), address, STATUS[BusyError][0])
    except SignInRefusedError as error:
        await to_thread.run_sync(_note_failure, log, people, address)
        return _form(asked, str(error), address, 403)
    await to_thread.run_sync(_note_sign_in, log, people, subject)
    code = await to_thread.run_sync(lambda: issuer.code(subject, asked["redirect_uri"], asked["code_challenge"]))
    query = urlencode({"code": code, "state": asked["state"]})
    return RedirectResponse(f"{asked['redirect_uri']}?{query}", 303)


@router.post("/oauth2/token")
def token(
    issuer: IssuerDep,
    grant_type: Annotated[str, Form()],
    client_id: Annotated[str, Form()],
    code: Annotated[str, Form()] = "",
    code_verifier: Annotated[str, Form()] = "",
    redirect_uri: Annotated[str, Form()] = "",
    refresh_token: Annotated[str, Form()] = "",
) -> Response:
    """Returns tokens for a code or a refresh token; errors as in RFC 6749."""
    if client_id != CLIENT:
        return JSONResponse({"error": "invalid_client"}, 400)
    try:
        if grant_type == "authorization_code":
            return JSONResponse(issuer.redeem(code, code_verifier, redirect_uri))
        if grant_type == "refresh_token":
            return JSONResponse(issuer.refresh(refresh_token))
    except GrantRefusedError as error:
        return JSONResponse({"error": str(error)}, 400)
    return JSONResponse({"error": "unsupported_grant_type"}, 400)


@router.post("/oauth2/revoke")
def revoke(issuer: IssuerDep, token: Annotated[str, Form()]) -> Response:
    """Revokes a refresh token (RFC 7009)."""
    issuer.revoke(token)
    return Response(status_code=200)


@router.get("/logout")
def logout(request: Request, client_id: str, logout_uri: str) -> Response:
    """Redirects back to the page: this issuer has no session of its own."""
    if client_id != CLIENT or logout_uri != _page(request):
        raise InvalidRequestError("This address does not belong to this service's page.")
    return RedirectResponse(logout_uri, 303)


@router.get("/.well-known/jwks.json")
def keys(issuer: IssuerDep) -> dict[str, Any]:
    """Returns the public keys of the tokens."""
    return issuer.published()


def _asked(request: Request, fields: dict[str, str]) -> dict[str, str]:
    """The page's sign-in parameters. Raises an error, without a redirect, if they are not from this service's page."""
    asked = {name: fields.get(name, "") for name in ASKED}
    right = {"client_id": CLIENT, "redirect_uri": _page(request), "response_type": "code"}
    right["code_challenge_method"] = "S256"
    if any(asked[name] != value for name, value in right.items()) or not 43 <= len(asked["code_challenge"]) <= 128:
        raise InvalidRequestError("This sign-in was not started from this page. Open the page and choose Sign in.")
    return asked


def _note_sign_in(log: Log, people: People, subject: str) -> None:
    """Record a sign-in in the account's audit log; creates the account at the user's first sign-in."""
    newcomer = Newcomer(lambda: people.address(subject), log.address)
    account = log.services.accounts.of_user(ISSUER, subject, newcomer)
    log.note(Caller(account, subject=subject), "sign_in.succeeded")


def _note_failure(log: Log, people: People, address: str) -> None:
    """Record a failed sign-in for the account with this address, or for nobody: the same work for both, one entry a
    minute.
    """
    subject = people.of_address(address) or NOBODY
    account = log.services.accounts.find(ISSUER, subject) or NOBODY
    log.seen(Caller(account), "sign_in.failed")


def _page(request: Request) -> str:
    return str(request.base_url)


def _form(asked: dict[str, str], refusal: str = "", address: str = "", status: int = 200) -> Response:
    focus = {"address_focus": "" if address else "autofocus", "password_focus": "autofocus" if address else ""}
    return page("sign_in", "Sign in", refusal=refusal, hidden=asked, status=status, address=address, **focus)
