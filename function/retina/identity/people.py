"""People who have made an account at the issuer in this service: mail address and password. Cognito keeps its own.

Enters: what somebody typed; leaves: their subject, which is random. Passwords are kept as argon2id hashes (RFC 9106).
"""

import hashlib
import math
import re
import secrets
import time

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError, VerifyMismatchError

from retina.errors import SignInRefusedError
from retina.store.records import NEW, ConditionError, Delete, Key, Put, Records, ensure

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
LONGEST_ADDRESS = 254
SHORTEST, LONGEST = 12, 256
"""Characters of a password."""
FREE_FAILURES = 5
"""How often somebody may err before they are slowed down."""
LONGEST_WAIT = 900
FORGOTTEN_SECONDS = 24 * 3600
"""After how long without another failure the failures are forgotten."""
WRONG = "The address or the password is wrong."


class People:
    """The people in `records`."""

    def __init__(self, records: Records) -> None:
        self._records, self._hasher = records, PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def register(self, address: str, password: str) -> str:
        """The subject of a new person; raises `SignInRefusedError` with what to do instead."""
        address = address.strip().lower()
        if not ADDRESS.fullmatch(address) or len(address) > LONGEST_ADDRESS:
            raise SignInRefusedError("This is no mail address. Write it as name@example.org.")
        if not SHORTEST <= len(password) <= LONGEST:
            raise SignInRefusedError(f"The password must have {SHORTEST} to {LONGEST} characters. Choose another one.")
        subject = secrets.token_hex(16)
        facts = {"subject": subject, "address": address, "password": self._hasher.hash(password)}
        person, link = Put(_person(address), facts, NEW), Put(_of_subject(subject), {"address": address}, NEW)
        try:
            ensure(self._records, person, link)
        except ConditionError:
            raise SignInRefusedError("There is an account of this address already. Sign in instead.") from None
        return subject

    def sign_in(self, address: str, password: str) -> str:
        """The subject of a person; raises `SignInRefusedError`, also while too many failures are recent.

        Takes as long for an address that nobody has.
        """
        address = address.strip().lower()
        attempts, [known] = _attempts(address), self._records.get(_person(address))
        [failed] = self._records.get(attempts)
        wait = failed.data["until"] - time.time() if failed else 0
        if wait > 0:
            raise SignInRefusedError(f"There were too many wrong attempts. Wait {math.ceil(wait)} s, then try again.")
        try:
            self._hasher.verify(known.data["password"] if known else self._nobody, password[: LONGEST + 1])
        except (VerifyMismatchError, VerificationError):
            known = None
        if known is None:
            self._slow_down(attempts, failed.data["failures"] + 1 if failed else 1)
            raise SignInRefusedError(WRONG)
        return str(known.data["subject"])

    def address(self, subject: str) -> str | None:
        """The mail address of a person; None where there is no such person any more."""
        [known] = self._records.get(_of_subject(subject))
        return str(known.data["address"]) if known else None

    def forget(self, subject: str) -> None:
        """There is no such person any more."""
        address = self.address(subject)
        if address is not None:
            self._records.write(Delete(_person(address)), Delete(_of_subject(subject)), Delete(_attempts(address)))

    def _slow_down(self, attempts: Key, failures: int) -> None:
        now = time.time()
        wait = min(2 ** (failures - FREE_FAILURES), LONGEST_WAIT) if failures >= FREE_FAILURES else 0
        facts = {"failures": failures, "until": now + wait}
        self._records.write(Put(attempts, facts, expires=int(now) + FORGOTTEN_SECONDS))


def _person(address: str) -> Key:
    return Key(f"person:{_sha256(address)}", "person")


def _of_subject(subject: str) -> Key:
    return Key(f"subject:{subject}", "person")


def _attempts(address: str) -> Key:
    return Key(f"attempts:{_sha256(address)}", "attempts")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
