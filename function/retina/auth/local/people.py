"""People who have registered with the embedded issuer: email address and password. Cognito keeps its own.

A person's subject is random. Passwords are stored as argon2id hashes (RFC 9106). No response reveals, by its content or
its timing, whether an address has an account.
"""

import hashlib
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError, VerifyMismatchError

from retina.auth.local.attempts import Attempts
from retina.auth.local.passwords import (
    LONGEST,
    address_of,
    demand_address,
    demand_strong,
)
from retina.errors import BusyError, SignInRefusedError
from retina.storage.records import (
    NEW,
    Change,
    ConditionError,
    Delete,
    Key,
    Put,
    Record,
    Records,
    ensure,
)

WRONG = "The address or the password is wrong."
NOT_CREATED = (
    "No account can be created with this address and password. If you have an account, "
    "choose “Sign in”; otherwise use another address or password."
)


CURRENT_WRONG = "The current password is wrong."
LINK_USED = "This link was already used or has expired. Ask the operator of the service for a new one."
LINK_SECONDS = 24 * 3600
"""How long a link to choose a new password is valid."""
ATTEMPTS = 5


@dataclass(frozen=True)
class Person:
    """A person's data without the password. All sessions of lower generations have ended.

    `passwords` counts the changes of the password: links from before the last one are no longer valid.
    """

    address: str
    generation: int
    passwords: int


class People:
    """The people in `records`. `attempts` limits how often their passwords can be guessed."""

    def __init__(self, records: Records, attempts: Attempts) -> None:
        self._records, self._attempts, self._hasher = records, attempts, PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def register(self, address: str, password: str, sender: str = "") -> str:
        """Register a person; returns the subject of the new person, or of the existing one if the password is right.

        Raises `SignInRefusedError` with what to do instead. A wrong password for an existing account counts as a failed
        attempt and is refused without the reason. In either case exactly one hash is computed.
        """
        address = address_of(address)
        demand_address(address)
        demand_strong(password, address)
        attempt, [known] = self._attempts.begin(address, sender), self._records.get(_person(address))
        subject = self._known(known, password) if known else self._new(address, password)
        if subject is None:
            self._attempts.failed(attempt)
            raise SignInRefusedError(NOT_CREATED)
        self._attempts.succeeded(attempt)
        return subject

    def sign_in(self, address: str, password: str, sender: str = "") -> str:
        """The subject of a person; raises `SignInRefusedError`, also while there are too many recent failures."""
        address = address_of(address)
        attempt, [known] = self._attempts.begin(address, sender), self._records.get(_person(address))
        subject = self._known(known, password)
        if subject is None:
            self._attempts.failed(attempt)
            raise SignInRefusedError(WRONG)
        self._attempts.succeeded(attempt)
        return subject

    def knows(self, address: str, sender: str) -> bool:
        """Whether someone has recently signed in with this address from this sender."""
        return self._attempts.knows(address_of(address), sender)

    def person(self, subject: str) -> Person | None:
        """The person; None if the person does not exist (any more)."""
        [known] = self._records.get(_of_subject(subject))
        if known is None:
            return None
        return Person(known.data["address"], known.data.get("generation", 0), known.data.get("passwords", 0))

    def address(self, subject: str) -> str | None:
        """The email address of a person; None if the person does not exist (any more)."""
        person = self.person(subject)
        return person.address if person else None

    def of_address(self, address: str) -> str | None:
        """The subject of the person with this email address. Only for the operator."""
        [known] = self._records.get(_person(address_of(address)))
        return str(known.data["subject"]) if known else None

    def change_password(self, subject: str, current: str, new: str, sender: str = "", *changes: Change) -> None:
        """Change the password and end all sessions, in one transaction with `changes`.

        Raises `SignInRefusedError`; a wrong current password counts as a failed attempt, as in `sign_in`.
        """
        person = self.person(subject)
        address = person.address if person else ""
        demand_strong(new, address)
        attempt, [known] = self._attempts.begin(address, sender), self._records.get(_person(address))
        if self._known(known, current) is None:
            self._attempts.failed(attempt)
            raise SignInRefusedError(CURRENT_WRONG)
        self._attempts.succeeded(attempt)
        self._set_password(address, new, *changes)

    def link(self, address: str) -> str | None:
        """A token with which a new password can be chosen once; None if nobody has this address.

        It remains valid when sessions end, until the password is changed or `LINK_SECONDS` have passed.
        """
        subject = self.of_address(address)
        person = self.person(subject) if subject else None
        if person is None:
            return None
        token = secrets.token_urlsafe(32)
        facts = {"subject": subject, "passwords": person.passwords}
        ensure(self._records, Put(_link(token), facts, NEW, expires=int(time.time()) + LINK_SECONDS))
        return token

    def linked(self, token: str) -> str:
        """The email address that a link was created for; raises `SignInRefusedError` if the link is not valid."""
        return self._linked(token)[1].address

    def reset(self, token: str, new: str, *changes: Change) -> None:
        """Set a new password, in one transaction with `changes`; raises `SignInRefusedError`.

        All sessions end, and all waiting times after failed attempts are reset.
        """
        link, person = self._linked(token)
        demand_strong(new, person.address)
        self._set_password(person.address, new, Delete(link.key, link.version), *changes)
        self._attempts.forget(person.address)

    def end_sessions(self, subject: str) -> None:
        """End all sessions of `subject`. Raises `BusyError` if other changes keep interfering."""
        for _ in range(ATTEMPTS):
            [known] = self._records.get(_of_subject(subject))
            if known is None:
                return
            with suppress(ConditionError):
                ensure(self._records, _next_generation(known))
                return
        raise BusyError("Another change is in progress.")

    def forget(self, subject: str) -> None:
        """Delete the person."""
        person = self.person(subject)
        if person is not None:
            self._records.write(Delete(_person(person.address)), Delete(_of_subject(subject)))
            self._attempts.forget(person.address)

    def _linked(self, token: str) -> tuple[Record, Person]:
        [link] = self._records.get(_link(token))
        person = self.person(link.data["subject"]) if link else None
        if link is None or person is None or not _is_valid(link, person):
            raise SignInRefusedError(LINK_USED)
        return link, person

    def _set_password(self, address: str, new: str, *changes: Change) -> None:
        hashed = self._hasher.hash(new)
        for _ in range(ATTEMPTS):
            [known] = self._records.get(_person(address))
            subject = known.data["subject"] if known else ""
            [link] = self._records.get(_of_subject(subject))
            if known is None or link is None:
                raise SignInRefusedError(WRONG)
            with suppress(ConditionError):
                changed = Put(known.key, {**known.data, "password": hashed}, known.version)
                ensure(self._records, changed, _next_generation(link, passwords=1), *changes)
                return
        raise SignInRefusedError(LINK_USED)

    def _known(self, known: Record | None, password: str) -> str | None:
        """The subject if the password is right. Takes as long if there is no such person."""
        try:
            self._hasher.verify(known.data["password"] if known else self._nobody, password[: LONGEST + 1])
        except (VerifyMismatchError, VerificationError):
            return None
        return str(known.data["subject"]) if known else None

    def _new(self, address: str, password: str) -> str | None:
        """The subject of a new person; None if another request registered the address first."""
        subject = secrets.token_hex(16)
        facts = {"subject": subject, "address": address, "password": self._hasher.hash(password)}
        person, link = Put(_person(address), facts, NEW), Put(_of_subject(subject), {"address": address}, NEW)
        try:
            ensure(self._records, person, link)
        except ConditionError:
            return None
        return subject


def _is_valid(link: Record, person: Person) -> bool:
    """Whether the password is still the one that the `link` was created for."""
    if "passwords" not in link.data:  # from an older version, whose links end with the sessions
        return bool(link.data["generation"] == person.generation)
    return bool(link.data["passwords"] == person.passwords)


def _next_generation(known: Record, passwords: int = 0) -> Put:
    """The change that ends all sessions; `passwords` is 1 if the password changes as well."""
    counts = {
        "generation": known.data.get("generation", 0) + 1,
        "passwords": known.data.get("passwords", 0) + passwords,
    }
    return Put(known.key, {**known.data, **counts, "mark": secrets.token_hex(8)}, known.version)


def _link(token: str) -> Key:
    return Key(f"reset:{hashlib.sha256(token.encode()).hexdigest()}", "reset")


def _person(address: str) -> Key:
    return Key(f"person:{hashlib.sha256(address.encode()).hexdigest()}", "person")


def _of_subject(subject: str) -> Key:
    return Key(f"subject:{subject}", "person")
