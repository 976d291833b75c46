"""Sign-up credits: granted once per email address, and to a limited number of new accounts of a network per day.

The functions return the changes that record a grant, to be written in one transaction with it. An email address is
stored as a hash under a key of this store's own (HMAC-SHA256), so that nobody without the key can test addresses. The
hash is stored for `RETENTION_SECONDS` after the account's deletion. An account created again within that time starts
without credits, and so does every account beyond the network's limit.
"""

import hashlib
import hmac
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from retina.accounts.rate_limits import RateLimits
from retina.storage.record_secret import record_secret
from retina.storage.records import (
    NEW,
    Change,
    Key,
    Put,
    Records,
)

RETENTION_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True)
class Newcomer:
    """A person who may be about to get an account.

    `email` asks the issuer for the address, which may be unknown. `network` is the address that the request came from,
    None for this computer itself.
    """

    email: Callable[[], str | None] = lambda: None
    network: str | None = None


class SignupCredits:
    """`amount` credits for a new account, for at most `each` accounts of a network per day; 0 means no limit."""

    def __init__(self, records: Records, rate_limits: RateLimits, amount: int, each: int = 0) -> None:
        self._records, self._rate_limits, self._amount, self._each = records, rate_limits, amount, each

    def gifts(self, newcomer: Newcomer) -> list[tuple[int, list[Change]]]:
        """The credits that may be granted, most first, each with the changes to write. If one fails, try the next."""
        if not self._amount:
            return [(0, [])]
        email, changes = newcomer.email(), list[Change]()
        if email:
            changes.append(Put(self._mark(email), {}, NEW))
        if newcomer.network and self._each:
            changes += self._rate_limits.of_day("sign-up credits", newcomer.network, self._each)
        return [(self._amount, changes), (0, [])] if changes else [(self._amount, [])]

    def remember(self, email: str) -> Put:
        """The change that stores, for a year from now, that this address has had its credits."""
        return Put(self._mark(email), {}, expires=int(time.time()) + RETENTION_SECONDS)

    def _mark(self, email: str) -> Key:
        hashed = hmac.new(
            record_secret(self._records, "sign-up credits"), normal(email).encode(), hashlib.sha256
        ).hexdigest()
        return Key(f"credited:{hashed}", "mail")


def normal(email: str) -> str:
    """One form for all addresses of a mailbox: lower case, without the part after a plus sign (RFC 5233)."""
    name, _, host = unicodedata.normalize("NFKC", email).strip().casefold().rpartition("@")
    return f"{name.partition('+')[0] or name}@{host.rstrip('.')}"
