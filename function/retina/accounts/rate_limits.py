"""Rate limits: how many requests per hour callers who do not pay may make, each and together, and how many accounts of
a network get sign-up credits per day.

Callers are counted by address and, if signed in, by account. An address is stored as a hash for at most a day (for
requests: two hours), with a salt that changes daily, so that nobody can find out later whose it was. The limits are
exact: each count changes only within its limit, and all counts of a request change together.
"""

import hashlib
import hmac
import ipaddress
import time

from retina import clock
from retina.errors import RateLimitError
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
"""Length of an IPv6 prefix that counts as one address, because its holder has the rest of that network too."""
SITE_BITS, SITES = 48, 4
"""Prefix length of the largest network that a customer usually gets, and its limit as a multiple of an address's."""
PEOPLE = 5
"""Limit for all signed-in people at one address, as a multiple of the limit of each. Their own limits also apply."""
SCARCE = 10
"""Once half of the shared limit is used up, each caller's limit is divided by this; the rest is for new callers."""


class RateLimits:
    """At most `each` requests an hour from an address or a person, and `together` from all; 0 means no limit.

    People who are signed in are counted separately from anonymous callers, so neither group can use up the other's
    limit.
    """

    def __init__(self, records: Records, each: int, together: int) -> None:
        self._records, self._each, self._together = records, each, together
        self._salt: tuple[str, bytes] = ("", b"")

    def count(self, what: str, address: str, account: str = "") -> None:
        """Count a request of the kind `what`, each of which has its own limits; raises `RateLimitError`."""
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
            advice = RateLimitError.SIGNED_IN if account else RateLimitError.ANONYMOUS
            raise RateLimitError(HOUR - now % HOUR, advice) from None

    def count_paying(self, what: str, account: str, credits: int) -> None:
        """Count a request of a paying account, whose limit is the number of `credits` left, but at least `each`."""
        if not self._each:
            return
        now = int(time.time())
        key, most = Key(f"fair:{what}:paying:{account}", str(now // HOUR)), max(self._each, credits)
        try:
            self._records.write(Add(key, {"asked": 1}, True, now + 2 * HOUR, {"asked": most}))
        except ConditionError:
            raise RateLimitError(HOUR - now % HOUR, RateLimitError.PAYING) from None

    def of_day(self, what: str, address: str, most: int) -> list[Add]:
        """The changes that count one of at most `most` events per address and day."""
        day, expires = clock.today(), int(time.time()) + DAY
        return [
            Add(Key(f"fair:{what}:{self._hashed(name)}", day), {"asked": 1}, True, expires, {"asked": most * times})
            for name, times in _networks(address)
        ]

    def _shares(self, total: Key, address: str, account: str) -> list[tuple[str, int]]:
        """The callers that a request is counted for, and the limit of each."""
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
    """The name under which an address is counted: the address itself or, for IPv6, its network."""
    return _networks(address)[0][0]


def _networks(address: str) -> list[tuple[str, int]]:
    """The networks that an address is counted for, each with its limit as a multiple of an address's."""
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
