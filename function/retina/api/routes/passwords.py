"""Changing the password at the embedded issuer: when signed in, or with a link from `retina account reset`.

With Cognito, its own sign-in page does both.
"""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Form
from starlette.responses import Response

from retina.accounts.schemas import PasswordUpdate, Tokens
from retina.api.auditing import Audited
from retina.api.callers import Person
from retina.api.embedded_dependencies import HashingDep, IssuerDep, PeopleDep
from retina.api.forms import page
from retina.api.problems import documented
from retina.auth.callers import Caller
from retina.auth.local.issuer import ISSUER
from retina.auth.local.people import CURRENT_WRONG
from retina.errors import SignInRefusedError

HEADING = "New password"

router = APIRouter()


@router.post(
    "/api/v1/account/password",
    tags=["account"],
    summary="Change the password",
    responses=documented(
        {401: "Not signed in", 403: ("The current password is wrong, or the new one is not acceptable")}
    ),
)
async def change_password(
    people: PeopleDep, issuer: IssuerDep, hashing: HashingDep, caller: Person, log: Audited, change: PasswordUpdate
) -> Tokens:
    """Changes the password, ends all sessions of this user, and returns the tokens of a new one.

    A wrong current password is recorded as a failed sign-in in the audit log.
    """

    def changed() -> Tokens:
        noted = log.entry(caller, "password.changed")
        try:
            people.change_password(caller.subject, change.current, change.new, log.address or "", noted)
        except SignInRefusedError as error:
            if str(error) == CURRENT_WRONG:
                log.seen(caller, "sign_in.failed")
            raise
        return Tokens(**issuer.begin(caller.subject))

    return await hashing[True].run(changed)


@router.get("/oauth2/reset", include_in_schema=False)
def reset_form(people: PeopleDep, token: str = "") -> Response:
    """The form for choosing a new password, opened with a link."""
    try:
        return _form(token, people.linked(token))
    except SignInRefusedError as error:
        return page("reset_refused", HEADING, refusal=str(error), status=403)


@router.post("/oauth2/reset", include_in_schema=False)
async def reset(
    people: PeopleDep,
    hashing: HashingDep,
    log: Audited,
    token: Annotated[str, Form()],
    password: Annotated[str, Form()],
) -> Response:
    """Sets the password, or shows the form again with an error message."""
    try:
        address = await to_thread.run_sync(people.linked, token)
    except SignInRefusedError as error:
        return page("reset_refused", HEADING, refusal=str(error), status=403)

    def set_anew() -> None:
        account = log.services.accounts.find(ISSUER, people.of_address(address) or "")
        people.reset(token, password, *([log.entry(Caller(account), "password.reset")] if account else []))

    try:
        await hashing[True].run(set_anew)
    except SignInRefusedError as error:
        return _form(token, address, str(error), 403)
    return page("reset_done", HEADING)


def _form(token: str, address: str, refusal: str = "", status: int = 200) -> Response:
    return page("reset", HEADING, refusal=refusal, hidden={"token": token}, status=status, address=address)
