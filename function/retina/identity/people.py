"""People who have made an account at the issuer in this service: mail address and password. Cognito keeps its own.

Enters: what somebody typed, and from where; leaves: their subject, which is random. Passwords are kept as argon2id
hashes (RFC 9106). No answer says whether an address has an account, and none takes longer for it.
"""

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError, VerifyMismatchError

from retina.errors import SignInRefusedError
from retina.identity.attempts import Attempts
from retina.identity.passwords import LONGEST, address_of, demand_address, demand_strong
from retina.store.records import NEW, ConditionError, Delete, Key, Put, Record, Records, ensure

WRONG = "The address or the password is wrong."
NOT_MADE = (
    "No account can be made with this address and this password. If you have an account, choose “Sign in”; otherwise "
    "use another address, or another password."
)


class People:
    """The people in `records`; `attempts` limits how often their passwords are guessed."""

    def __init__(self, records: Records, attempts: Attempts) -> None:
        self._records, self._attempts, self._hasher = records, attempts, PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def register(self, address: str, password: str, sender: str = "") -> str:
        """The subject of a new person, or, where the password is right, of the one who has the address already.

        Raises `SignInRefusedError` with what to do instead. An address that has an account is like any other: a wrong
        password for it counts as one, and is refused without saying why; either way one hash is computed.
        """
        address = address_of(address)
        demand_address(address)
        demand_strong(password, address)
        attempt, [known] = self._attempts.begin(address, sender), self._records.get(_person(address))
        subject = self._known(known, password) if known else self._new(address, password)
        if subject is None:
            self._attempts.failed(attempt)
            raise SignInRefusedError(NOT_MADE)
        self._attempts.succeeded(attempt)
        return subject

    def sign_in(self, address: str, password: str, sender: str = "") -> str:
        """The subject of a person; raises `SignInRefusedError`, also while too many failures are recent."""
        address = address_of(address)
        attempt, [known] = self._attempts.begin(address, sender), self._records.get(_person(address))
        subject = self._known(known, password)
        if subject is None:
            self._attempts.failed(attempt)
            raise SignInRefusedError(WRONG)
        self._attempts.succeeded(attempt)
        return subject

    def knows(self, address: str, sender: str) -> bool:
        """Whether somebody has signed in with this address from there lately."""
        return self._attempts.knows(address_of(address), sender)

    def address(self, subject: str) -> str | None:
        """The mail address of a person; None where there is no such person any more."""
        [known] = self._records.get(_of_subject(subject))
        return str(known.data["address"]) if known else None

    def forget(self, subject: str) -> None:
        """There is no such person any more."""
        address = self.address(subject)
        if address is not None:
            self._records.write(Delete(_person(address)), Delete(_of_subject(subject)))
            self._attempts.forget(address)

    def _known(self, known: Record | None, password: str) -> str | None:
        """The subject where the password is right; takes as long for nobody."""
        try:
            self._hasher.verify(known.data["password"] if known else self._nobody, password[: LONGEST + 1])
        except (VerifyMismatchError, VerificationError):
            return None
        return str(known.data["subject"]) if known else None

    def _new(self, address: str, password: str) -> str | None:
        """The subject of a new person; None where somebody else was quicker."""
        subject = secrets.token_hex(16)
        facts = {"subject": subject, "address": address, "password": self._hasher.hash(password)}
        person, link = Put(_person(address), facts, NEW), Put(_of_subject(subject), {"address": address}, NEW)
        try:
            ensure(self._records, person, link)
        except ConditionError:
            return None
        return subject


def _person(address: str) -> Key:
    return Key(f"person:{hashlib.sha256(address.encode()).hexdigest()}", "person")


def _of_subject(subject: str) -> Key:
    return Key(f"subject:{subject}", "person")
