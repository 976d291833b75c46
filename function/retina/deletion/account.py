"""Account deletion: deletes everything an account holds and makes the issuer forget the person.

The ledger stays, under an id that no longer leads to anybody.
"""

import math
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from retina.accounts.reservations import settle
from retina.accounts.service import CLOSED
from retina.accounts.signup_credits import RETENTION_SECONDS
from retina.deletion.items import receipt, remainder
from retina.deletion.schemas import DeletionReceipt, Remainder
from retina.errors import BusyError, NotFoundError, TokenRefusedError
from retina.services import Services
from retina.storage.port import DAY, HISTORY
from retina.storage.records import Put

SECONDS = 20
"""The time limit for one request: Lambda's own time is limited."""
PORTION = 50
STRIPE = "Stripe keeps what it was told about your payments, for as long as the law demands of it."
PAYABLE = "Do not pay on a payment page that you have left open: it could not be closed, and works for up to a day."
EMAIL_HASH = "A keyed hash of your email address is stored for {days}, so that sign-up credits are given only once."


def close(
    services: Services,
    account: str,
    subject: str,
    issuer: str,
    email: str | None,
    forget: Callable[[str], None],
    entry: Put,
) -> DeletionReceipt:
    """Delete what `account` holds, have the issuer `forget` its person (`subject`), and store the audit `entry` with
    that.

    If the account got sign-up credits, a keyed hash of its `email` address is stored for a year, so that they are given
    only once. Raises `BusyError` if there is too much for one request; sending it again continues where it stopped.
    """
    ends, counts = time.monotonic() + SECONDS, Counter[str]()
    _clear(services, account, counts, ends)
    remembered = bool(email) and services.accounts.remember(account, str(email))
    closing = services.selling.close_for_deletion(account)
    forget(subject)
    services.accounts.close(account, issuer, subject, entry)
    # Whatever another request has saved in the meantime. A closed account's token is refused, so that nobody could send
    # this request again; and nothing new is added to it, so that this ends.
    _clear_closed(services, account, counts)
    closing = services.selling.close_for_deletion(account, closing)
    deleted = receipt(services, counts)
    if closing.bought:
        deleted.remains.append(Remainder(what=STRIPE, days=None))
    if closing.payable:
        deleted.remains.append(Remainder(what=PAYABLE, days=1))
    if remembered:
        deleted.remains.append(remainder(EMAIL_HASH, RETENTION_SECONDS // DAY))
    return deleted


def leave_nothing(services: Services, account: str) -> None:
    """Call this after storing something for `account`: if the account was deleted in the meantime, deletes it again.

    Account deletion clears the account once more after closing it, and others check after storing; so at least one of
    them sees the other. Raises `TokenRefusedError` if the account is closed.
    """
    if services.accounts.closed(account):
        _clear_closed(services, account, Counter())
        services.records.erase()
        raise TokenRefusedError(CLOSED)


def _clear_closed(services: Services, account: str, counts: Counter[str]) -> None:
    _clear(services, account, counts, math.inf)
    services.history.stored.forget(account)


def _clear(services: Services, account: str, counts: Counter[str], ends: float) -> None:
    counts += services.copies.of_account(account)
    while keys := services.accounts.keys(account):
        for key in keys:
            with suppress(NotFoundError):  # here and below: another request that clears this account was faster
                services.accounts.revoke(account, key.id)
                counts["keys"] += 1
    while batches := services.batches.of(account, PORTION)[0]:
        for batch in batches:
            _still_time(ends)
            with suppress(NotFoundError):
                counts += services.batches.delete(batch)
    while predictions := services.history.of(account, limit=PORTION)[0]:
        for saved in predictions:
            _still_time(ends)
            with suppress(NotFoundError):
                counts += services.history.delete(account, saved.id)
    counts += services.history.leftovers.sweep(account, everything=True)
    counts["pictures"] += services.results.delete_all(f"{HISTORY}{account}/")
    counts += services.copies.of_account(account)
    settle(services.records, account, everything=True)


def _still_time(ends: float) -> None:
    if time.monotonic() > ends:
        raise BusyError("Part of the account was deleted, and the same request deletes the rest.")
