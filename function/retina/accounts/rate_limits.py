"""Fair use: how much callers who do not pay may ask for in an hour, each and together, and how many accounts of a
network begin with credits in a day.

Enters: a caller's address and, where somebody has signed in, the account; leaves: nothing, or `FairUseError`. An
address is kept as a hash for a day at most (for requests: two hours), salted anew each day, so that nobody can tell
later whose it was. Limits are exact: each count is changed only within its limit, all counts of a request together.
"""

import hashlib
import hmac
import ipaddress
import time

from retina import clock
from retina.errors import FairUseError
from retina.storage.port import DAY
from retina.storage.record_secret import record_secret
from retina.storage.records import (
    Add,
    ConditionError,
    Key,
    Records,
)

HOUR = 3600
NETWORK_BITS = 64
"""Of an IPv6 address: whoever has one has the rest of its network, too."""
SITE_BITS, SITES = 48, 4
"""The largest network that one customer is usually given, and how many times the share of an address it has."""
PEOPLE = 5
"""How many times the share of an address all who have signed in from there have together, beside their own shares."""
SCARCE = 10
"""Into how many parts a share is divided once half of what there is for all is gone: the rest is for newcomers."""


class FairUse:
    """At most `each` requests an hour from an address or a person and `together` from all; 0: no limit.

    People who have signed in are counted beside the others: neither can use up what is there for both.
    """

    def __init__(self, records: Records, each: int, together: int) -> None:
        self._records, self._each, self._together = records, each, together
        self._salt: tuple[str, bytes] = ("", b"")

    def count(self, what: str, address: str, account: str = "") -> None:
        """Count a request for `what`, of which each kind has limits of its own; raises `FairUseError`."""
        if not (self._each or self._together):
            return
        now = int(time.time())
        hour = str(now // HOUR)
        total = Key(f"fair:{what}:{'people' if account else 'all'}", hour)
        limits = {Key(f"fair:{what}:{who}", hour): share for who, share in self._shares(total, address, account)}
        if self._together:
            limits[total] = self._together
        expires = now + 2 * HOUR
        counts = (Add(key, {"asked": 1}, True, expires, most={"asked": most}) for key, most in limits.items())
        try:
            self._records.write(*counts)
        except ConditionError:
            raise FairUseError(HOUR - now % HOUR) from None

    def count_paying(self, what: str, account: str, credits: int) -> None:
        """The same for somebody who pays, with a share for each of the `credits` that are left, or `each`."""
        if not self._each:
            return
        now = int(time.time())
        key, most = Key(f"fair:{what}:paying:{account}", str(now // HOUR)), max(self._each, credits)
        try:
            self._records.write(Add(key, {"asked": 1}, True, now + 2 * HOUR, {"asked": most}))
        except ConditionError:
            raise FairUseError(HOUR - now % HOUR) from None

    def of_day(self, what: str, address: str, most: int) -> list[Add]:
        """The changes that count one of at most `most` things that an address is given in a day."""
        day, expires = clock.today(), int(time.time()) + DAY
        return [
            Add(Key(f"fair:{what}:{self._hashed(name)}", day), {"asked": 1}, True, expires, {"asked": most * times})
            for name, times in _networks(address)
        ]

    def _shares(self, total: Key, address: str, account: str) -> list[tuple[str, int]]:
        """Whom a request is counted for, and how many each of them may make."""
        if not self._each:
            return []
        [known] = self._records.get(total)
        scarce = bool(self._together and known and 2 * known.counts["asked"] >= self._together)
        each = max(1, self._each // SCARCE) if scarce else self._each
        networks = [(self._hashed(name), times) for name, times in _networks(address)]
        if not account:
            return [(name, each * times) for name, times in networks]
        of_networks = [(f"people:{name}", self._each * times * PEOPLE) for name, times in networks]
        return [(f"account:{account}", each), *of_networks]

    def _hashed(self, name: str) -> str:
        day = clock.today()
        if self._salt[0] != day:
            self._salt = (day, record_secret(self._records, f"fair use {day}", int(time.time()) + 2 * DAY))
        return hmac.new(self._salt[1], name.encode(), hashlib.sha256).hexdigest()[:32]


def network(address: str) -> str:
    """What an address is known as: itself or, of IPv6, its network."""
    return _networks(address)[0][0]


def _networks(address: str) -> list[tuple[str, int]]:
    """The networks that an address counts for, each with how many shares of an address it has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return [(address, 1)]
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if parsed.version == 4:
        return [(str(parsed), 1)]
    sizes = ((NETWORK_BITS, 1), (SITE_BITS, SITES))
    return [(str(ipaddress.ip_network((parsed, bits), strict=False)), times) for bits, times in sizes]
