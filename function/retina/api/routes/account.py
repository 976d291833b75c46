"""The account as a whole."""

from fastapi import APIRouter, Response

from retina.api.auditing import Audited
from retina.api.callers import Person
from retina.api.dependencies import CallersDep, ServicesDep
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
    """History, batches, exports, stored answers and API keys are gone, and so is the way to sign in.

    It cannot be undone. The receipt says how much was deleted, and what remains for how long: backups of records, where
    the service keeps any, lose them within 35 days; of photographs there are none. A keyed hash of the mail address
    stays for a year: whoever makes an account with it again in that time starts without credits.
    """
    entry, mail = log.entry(caller, "account.deleted"), callers.directory.address(caller.subject)
    return close(
        services, caller.account, caller.subject, callers.verifier.issuer, mail, callers.directory.forget, entry
    )


@router.post("/api/v1/account/sign-out", status_code=204, summary="Sign out everywhere")
def sign_out_everywhere(callers: CallersDep, caller: Person, log: Audited) -> Response:
    """Ends every session of this person, this one included: no refresh token is good any more.

    Access tokens end at once where this service signs people in, and within their ten minutes with Cognito. API keys
    stay good: revoke them one by one.
    """
    log.note(caller, "sessions.ended")
    callers.directory.end_sessions(caller.subject)
    return Response(status_code=204)
