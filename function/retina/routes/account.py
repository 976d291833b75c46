"""The account as a whole."""

from fastapi import APIRouter, Request

from retina.closing import close
from retina.identity.callers import Callers
from retina.problems import documented
from retina.routes.audited import Audited
from retina.routes.callers import Person
from retina.schemas.deletion import DeletionReceipt
from retina.services import Services

router = APIRouter(
    tags=["account"],
    responses=documented(
        {
            401: "Nobody has signed in",
            403: "An API key may not do this",
            503: "It is too much for one request: ask again, which goes on",
        }
    ),
)


@router.delete("/api/v1/account", summary="Delete the account")
def delete_account(request: Request, caller: Person, log: Audited) -> DeletionReceipt:
    """History, batches, exports, stored answers and API keys are gone, and so is the way to sign in.

    It cannot be undone. The receipt says how much was deleted, and what remains for how long: backups of records, where
    the service keeps any, lose them within 35 days; of photographs there are none. A keyed hash of the mail address
    stays for a year: whoever makes an account with it again in that time starts without credits.
    """
    services: Services = request.app.state.services
    callers: Callers = request.app.state.callers
    entry, mail = log.entry(caller, "account.deleted"), callers.mail(caller.subject)
    return close(services, caller.account, caller.subject, callers.verifier.issuer, mail, callers.forget, entry)
