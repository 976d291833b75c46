"""How often a password may be guessed: limited by account and sender together, and more loosely by each alone.

Enters: a mail address and a sender's network address; leaves: nothing, or `SignInRefusedError` with how long to wait.
Whoever guesses from elsewhere cannot lock out the owner: her own address counts by itself, and one from which she has
signed in lately is not held back by what others do. Addresses are kept as keyed hashes.
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
"""Wrong passwords for one account from one sender before they are slowed down."""
LONGEST_WAIT = 900
"""Seconds; the waits before double with each failure."""
FORGOTTEN_SECONDS = DAY
"""After how long without another failure the failures are forgotten."""
KNOWN_SECONDS = 30 * DAY
"""For how long a sender is known from which somebody has signed in."""
BESIEGED = 20
"""Failures for one account in an hour, whoever sends them, from which on a sender who is not known has one free failure
and then waits for a minute, two, four ...: never so that the right password, typed at once, is refused.
"""
BESIEGED_WAIT = 60
MOST_OF_SENDER = 60
"""Failures of one sender in an hour, for whichever accounts, after which only accounts that know it are let in."""
TRIES = 10
"""Of counting an attempt while others count theirs."""


@dataclass(frozen=True)
class Attempt:
    """One password, about to be checked."""

    pair: Key
    account: Key
    sender: Key


class Attempts:
    """The attempts in `records`; the secret in `folder` keys the hashes of network addresses."""

    def __init__(self, records: Records, folder: Path) -> None:
        self._records, self._folder = records, folder

    @cached_property
    def _secret(self) -> bytes:
        return secret_for("senders", self._folder)

    def begin(self, address: str, sender: str) -> Attempt:
        """Count an attempt as failed until it is known better, so that many at once are no way round the limits.

        Raises `SignInRefusedError` while there were too many, and `BusyError` where too many come at once.
        """
        attempt = self._attempt(address, sender)
        for _ in range(TRIES):
            pair, by_account, by_sender = self._records.get(attempt.pair, attempt.account, attempt.sender)
            now = time.time()
            known = _is_known(pair, now)
            failures = pair.data["failures"] if pair and now - pair.data["last"] < FORGOTTEN_SECONDS else 0
            wait = pair.data["until"] - now if pair else 0.0
            if not known and _failures(by_sender) >= MOST_OF_SENDER:
                wait = max(wait, HOUR - now % HOUR)
            if wait > 0:
                raise SignInRefusedError(f"Too many wrong attempts. Wait {math.ceil(wait)} s, then try again.")
            besieged = not known and _failures(by_account) >= BESIEGED
            pause = _pause(failures + 1, besieged)
            good = pair.data["good"] if pair else 0
            facts = {"failures": failures + 1, "last": now, "until": now + pause, "good": good}
            facts |= {"mark": secrets.token_hex(8)}  # like no other's
            expires = int(max(now + FORGOTTEN_SECONDS, good + KNOWN_SECONDS))
            try:
                ensure(self._records, Put(attempt.pair, facts, pair.version if pair else NEW, expires=expires))
            except ConditionError:
                continue
            return attempt
        raise BusyError("Too many people are signing in at once. Please try again in a few seconds.")

    def failed(self, attempt: Attempt) -> None:
        """The password was wrong."""
        expires = int(time.time()) + 2 * HOUR
        both = (attempt.account, attempt.sender)
        self._records.write(*(Add(key, {"failures": 1}, upsert=True, expires=expires) for key in both))

    def succeeded(self, attempt: Attempt) -> None:
        """The password was right: the failures of this sender are forgotten, and it is known from now on."""
        now = time.time()
        facts = {"failures": 0, "last": 0, "until": 0, "good": now}
        self._records.write(Put(attempt.pair, facts, expires=int(now) + KNOWN_SECONDS))

    def knows(self, address: str, sender: str) -> bool:
        """Whether somebody has signed in to this account from there lately."""
        [pair] = self._records.get(self._attempt(address, sender).pair)
        return _is_known(pair, time.time())

    def forget(self, address: str) -> None:
        """No failures for this account, and no sender known to it any more."""
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


def _pause(failures: int, besieged: bool) -> float:
    """Seconds until the next attempt."""
    free, first = (1, BESIEGED_WAIT) if besieged else (FREE_FAILURES, 1)
    return min(first * 2 ** min(failures - free, 20), LONGEST_WAIT) if failures >= free else 0


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
