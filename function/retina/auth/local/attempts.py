"""Rate limits on password attempts: by account and sender together, and more loosely by each alone.

Someone who guesses from elsewhere cannot lock out the owner: the owner's network address is counted separately, and an
address from which the owner has signed in recently is not held back by what others do. Addresses are stored as keyed
hashes.
"""

import hashlib
import hmac
import math
import secrets
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from retina.accounts.rate_limits import HOUR, network
from retina.auth.local.secret import secret_for
from retina.errors import BusyError, SignInRefusedError
from retina.storage.port import DAY
from retina.storage.records import (
    NEW,
    Add,
    ConditionError,
    Delete,
    Key,
    Put,
    Record,
    Records,
    ensure,
)

FREE_FAILURES = 5
"""Wrong passwords for one account from one sender before waiting times begin."""
LONGEST_WAIT = 900
"""In seconds. The waiting time doubles with each failure up to this."""
FORGOTTEN_SECONDS = DAY
"""Failures are forgotten after this long without another one."""
KNOWN_SECONDS = 30 * DAY
"""How long a sender stays known to an account after a sign-in."""
UNDER_ATTACK = 20
"""Failures for one account in an hour, from all senders, after which an unknown sender has one free failure and then
waits 1, 2, 4, ... minutes. The right password on the first try is never refused."""
UNDER_ATTACK_WAIT = 60
MOST_OF_SENDER = 60
"""Failures of one sender in an hour, for any accounts, after which only accounts that know the sender let it in."""
ATTEMPTS = 10
"""How often counting an attempt is tried while others count theirs."""


@dataclass(frozen=True)
class Attempt:
    """The records of one password attempt."""

    pair: Key
    account: Key
    sender: Key


class Attempts:
    """The attempts in `records`. The secret in `folder` is the key of the hashes of network addresses."""

    def __init__(self, records: Records, folder: Path) -> None:
        self._records, self._folder = records, folder

    @cached_property
    def _secret(self) -> bytes:
        return secret_for("senders", self._folder)

    def begin(self, address: str, sender: str) -> Attempt:
        """Count an attempt as failed until its outcome is known, so that many at once cannot exceed the limits.

        Raises `SignInRefusedError` with the remaining waiting time, and `BusyError` if too many come at once.
        """
        attempt = self._attempt(address, sender)
        for _ in range(ATTEMPTS):
            pair, by_account, by_sender = self._records.get(attempt.pair, attempt.account, attempt.sender)
            now = time.time()
            known = _is_known(pair, now)
            failures = pair.data["failures"] if pair and now - pair.data["last"] < FORGOTTEN_SECONDS else 0
            wait = pair.data["until"] - now if pair else 0.0
            if not known and _failures(by_sender) >= MOST_OF_SENDER:
                wait = max(wait, HOUR - now % HOUR)
            if wait > 0:
                raise SignInRefusedError(f"Too many wrong attempts. Wait {math.ceil(wait):d} s, then try again.")
            under_attack = not known and _failures(by_account) >= UNDER_ATTACK
            pause = _pause(failures + 1, under_attack)
            good = pair.data["good"] if pair else 0
            facts = {"failures": failures + 1, "last": now, "until": now + pause, "good": good}
            facts |= {"mark": secrets.token_hex(8)}  # unique to this attempt
            expires = int(max(now + FORGOTTEN_SECONDS, good + KNOWN_SECONDS))
            try:
                ensure(self._records, Put(attempt.pair, facts, pair.version if pair else NEW, expires=expires))
            except ConditionError:
                continue
            return attempt
        raise BusyError("Too many people are signing in at once.")

    def failed(self, attempt: Attempt) -> None:
        """Record that the password was wrong."""
        expires = int(time.time()) + 2 * HOUR
        both = (attempt.account, attempt.sender)
        self._records.write(*(Add(key, {"failures": 1}, upsert=True, expires=expires) for key in both))

    def succeeded(self, attempt: Attempt) -> None:
        """Record that the password was right: the sender's failures are forgotten, and it is known from now on."""
        now = time.time()
        facts = {"failures": 0, "last": 0, "until": 0, "good": now}
        self._records.write(Put(attempt.pair, facts, expires=int(now) + KNOWN_SECONDS))

    def knows(self, address: str, sender: str) -> bool:
        """Whether someone has recently signed in to this account from this sender."""
        [pair] = self._records.get(self._attempt(address, sender).pair)
        return _is_known(pair, time.time())

    def forget(self, address: str) -> None:
        """Delete the failures and the known senders of this account."""
        for kind in ("attempts", "failures:account"):
            while found := self._records.query(f"{kind}:{_sha256(address)}", limit=50):
                self._records.write(*(Delete(record.key) for record in found))

    def _attempt(self, address: str, sender: str) -> Attempt:
        account, hour = _sha256(address), str(int(time.time()) // HOUR)
        hashed = hmac.new(self._secret, network(sender).encode(), hashlib.sha256).hexdigest()[:32]
        return Attempt(
            Key(f"attempts:{account}", f"from:{hashed}"),
            Key(f"failures:account:{account}", hour),
            Key(f"failures:sender:{hashed}", hour),
        )


def _is_known(pair: Record | None, now: float) -> bool:
    return pair is not None and bool(now - pair.data["good"] < KNOWN_SECONDS)


def _failures(record: Record | None) -> int:
    return record.counts["failures"] if record else 0


def _pause(failures: int, under_attack: bool) -> float:
    """Seconds until the next attempt is allowed."""
    free, first = (1, UNDER_ATTACK_WAIT) if under_attack else (FREE_FAILURES, 1)
    return min(first * 2 ** min(failures - free, 20), LONGEST_WAIT) if failures >= free else 0


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
