"""The account as a whole."""

from fastapi import APIRouter, Response

from retina.api.auditing import Audited
from retina.api.callers import Person
from retina.api.dependencies import ServicesDep
from retina.api.parts import CallersDep
from retina.api.problems import documented
from retina.deletion.account import close
from retina.deletion.schemas import DeletionReceipt

router = APIRouter(
    tags=["account"],
    responses=documented(
        {
            401: "Not signed in",
            403: "API keys cannot do this",
            503: "Too much for one request: repeat it to continue",
        }
    ),
)


@router.delete("/api/v1/account", summary="Delete the account")
def delete_account(services: ServicesDep, callers: CallersDep, caller: Person, log: Audited) -> DeletionReceipt:
    """Deletes history, batches, exports, stored responses, API keys and the sign-in itself.

    This cannot be undone. The receipt says how much was deleted, and what remains for how long. Backups of records, if
    the service keeps any, lose the data within 35 days; photographs are not in backups. A keyed hash of the email
    address is stored for a year: an account created with the same address in that time starts without credits.
    """
    entry, email = log.entry(caller, "account.deleted"), callers.directory.address(caller.subject)
    return close(
        services, caller.account, caller.subject, callers.verifier.issuer, email, callers.directory.forget, entry
    )


@router.post("/api/v1/account/sign-out", status_code=204, summary="Sign out everywhere")
def sign_out_everywhere(callers: CallersDep, caller: Person, log: Audited) -> Response:
    """Ends all sessions of this user, including the current one: every refresh token becomes invalid.

    If this service does the sign-in itself, access tokens end at once; with Cognito, within their ten minutes. API keys
    stay valid: revoke them one by one.
    """
    log.note(caller, "sessions.ended")
    callers.directory.end_sessions(caller.subject)
    return Response(status_code=204)
