"""Fair use: how much callers who do not pay may ask for in an hour, each and together.

Enters: a caller's address; leaves: nothing, or `FairUseError`. An address is kept as a hash for two hours at most,
salted anew each day, so that nobody can tell later whose it was.
"""

import hashlib
import hmac
import ipaddress
import secrets
import time

from retina import clock
from retina.errors import FairUseError
from retina.store.port import DAY
from retina.store.records import NEW, Add, ConditionError, Key, Put, Record, Records

HOUR = 3600
NETWORK_BITS = 64
"""Of an IPv6 address: whoever has one has the rest of its network, too."""


class FairUse:
    """At most `each` requests an hour from an address and `together` from all, counted in `records`; 0: no limit."""

    def __init__(self, records: Records, each: int, together: int) -> None:
        self._records, self._each, self._together = records, each, together
        self._salt: tuple[str, bytes] = ("", b"")

    def count(self, what: str, address: str) -> None:
        """Count a request for `what`, of which each kind has limits of its own; raises `FairUseError`."""
        if not (self._each or self._together):
            return
        now = int(time.time())
        hour = str(now // HOUR)
        mine, all_ = Key(f"fair:{what}:{self._hashed(address)}", hour), Key(f"fair:{what}:all", hour)
        for limit, known in zip((self._each, self._together), self._records.get(mine, all_), strict=True):
            if limit and known and known.counts["asked"] >= limit:
                raise FairUseError(HOUR - now % HOUR)
        # Not one at a time: a few more than the limit do no harm.
        expires = now + 2 * HOUR
        self._records.write(*(Add(key, {"asked": 1}, upsert=True, expires=expires) for key in (mine, all_)))

    def _hashed(self, address: str) -> str:
        day = clock.today()
        if self._salt[0] != day:
            self._salt = (day, self._salt_of(day))
        return hmac.new(self._salt[1], network(address).encode(), hashlib.sha256).hexdigest()[:32]

    def _salt_of(self, day: str) -> bytes:
        key = Key(f"salt:{day}", "salt")
        new = Put(key, {"salt": secrets.token_hex(32)}, NEW, expires=int(time.time()) + 2 * DAY)
        try:
            self._records.write(new)
        except ConditionError:  # made by another process, or by this one's own write
            known: Record | None
            [known] = self._records.get(key)
            if known is None:
                raise
            return bytes.fromhex(known.data["salt"])
        return bytes.fromhex(new.data["salt"])


def network(address: str) -> str:
    """What counts as one sender: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, NETWORK_BITS), strict=False)) if parsed.version == 6 else address
