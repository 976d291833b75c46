"""Sign-up credits: given once to a mail address, and to a few new accounts of a network a day.

Enters: who has made an account, and from where; leaves: the changes that note the gift, in one transaction with it. A
mail address is kept as a hash under a key of this store's own (HMAC-SHA256), so that nobody without the key can test
addresses; from an account's deletion on, for `KEPT_SECONDS`. Whoever makes an account anew within that time begins
without credits, and so does everybody beyond the network's limit.
"""

import hashlib
import hmac
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from retina.accounts.rate_limits import FairUse
from retina.storage.record_secret import record_secret
from retina.storage.records import (
    NEW,
    Change,
    Key,
    Put,
    Records,
)

KEPT_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True)
class Newcomer:
    """Somebody who may be about to get an account: `mail` asks the issuer for the address, which may know none;
    `network` is where the request came from, None for this computer itself.
    """

    mail: Callable[[], str | None] = lambda: None
    network: str | None = None


class SignupCredits:
    """`amount` credits for a new account, for at most `each` accounts of a network a day; 0: no such limit."""

    def __init__(self, records: Records, fair_use: FairUse, amount: int, each: int = 0) -> None:
        self._records, self._fair_use, self._amount, self._each = records, fair_use, amount, each

    def gifts(self, newcomer: Newcomer) -> list[tuple[int, list[Change]]]:
        """Credits to begin with and what has to be written with them, the best first: the next where it cannot be."""
        if not self._amount:
            return [(0, [])]
        mail, changes = newcomer.mail(), list[Change]()
        if mail:
            changes.append(Put(self._mark(mail), {}, NEW))
        if newcomer.network and self._each:
            changes += self._fair_use.of_day("sign-up credits", newcomer.network, self._each)
        return [(self._amount, changes), (0, [])] if changes else [(self._amount, [])]

    def remember(self, mail: str) -> Put:
        """The change that keeps in mind, from now on for a year, that this address had its credits."""
        return Put(self._mark(mail), {}, expires=int(time.time()) + KEPT_SECONDS)

    def _mark(self, mail: str) -> Key:
        hashed = hmac.new(
            record_secret(self._records, "sign-up credits"), normal(mail).encode(), hashlib.sha256
        ).hexdigest()
        return Key(f"credited:{hashed}", "mail")


def normal(mail: str) -> str:
    """One form for the addresses of one mailbox: lower case, and without what follows a plus sign (RFC 5233)."""
    name, _, host = unicodedata.normalize("NFKC", mail).strip().casefold().rpartition("@")
    return f"{name.partition('+')[0] or name}@{host.rstrip('.')}"
