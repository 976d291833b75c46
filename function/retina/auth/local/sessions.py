"""Sessions of the embedded issuer: one for each sign-in, with rotating refresh tokens of which only the last is valid.

If a token is used again after its successor was, one of them was stolen, and the session ends (RFC 9700, 4.14). All
sessions of a subject end at once when its generation, stored by `people`, increases.
"""

import base64
import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from retina.auth.local.secret import secret_for
from retina.errors import GrantRefusedError
from retina.storage.port import DAY
from retina.storage.records import (
    NEW,
    ConditionError,
    Delete,
    Key,
    Put,
    Record,
    Records,
)

INVALID = "invalid_grant"
SESSION_SECONDS = 30 * DAY
"""From signing in until the person must sign in again."""
REUSE_SECONDS = 20
"""How long a refresh token may be used again, with the same successor: by another tab at the same time, or because the
response was lost."""
TOKEN = re.compile(r"([0-9a-f]{32})\.(0|[1-9][0-9]{0,8})\.([\w-]{43})", re.ASCII)
ATTEMPTS = 5


@dataclass(frozen=True)
class Session:
    """A signed-in person. Valid as long as the subject's generation is this one."""

    id: str
    subject: str
    generation: int


class Sessions:
    """The sessions in `records`. Refresh tokens are not stored, but derived from the secret in `folder`."""

    def __init__(self, records: Records, folder: Path) -> None:
        self._records, self._folder = records, folder

    def new(self, subject: str, generation: int) -> tuple[Session, Put, str]:
        """A new session, the change that begins it, and its first refresh token."""
        session, ends = Session(secrets.token_hex(16), subject, generation), int(time.time()) + SESSION_SECONDS
        facts = {"subject": subject, "generation": generation, "ends": ends, "number": 0, "renewed": 0}
        return session, Put(_key(session.id), facts, NEW, expires=ends), self._token(session.id, 0)

    def get(self, id: str) -> Session | None:
        """The session with this id, unless it has ended."""
        [known] = self._records.get(_key(id))
        return _session(known) if known else None

    def renew(self, token: str) -> tuple[Session, str]:
        """The session of a refresh token, and the next refresh token; raises `GrantRefusedError` if it is not valid.

        Ends the session if the token was used before, except for the previous one within `REUSE_SECONDS`.
        """
        id, number = self._read(token)
        for _ in range(ATTEMPTS):
            [known] = self._records.get(_key(id))
            if known is None:
                break
            now, last = time.time(), known.data["number"]
            if number == last:
                facts = {**known.data, "number": last + 1, "renewed": now}
                try:
                    self._records.write(Put(known.key, facts, known.version, expires=known.data["ends"]))
                except ConditionError:  # another tab was first, or the reply to this write was lost
                    continue
                return _session(known), self._token(id, last + 1)
            if number == last - 1 and now - known.data["renewed"] <= REUSE_SECONDS:
                return _session(known), self._token(id, last)
            if number < last:
                self.end(id)
            break
        raise GrantRefusedError(INVALID)

    def of_token(self, token: str) -> str:
        """The id of the session that a refresh token was issued for, used or not; raises `GrantRefusedError`."""
        return self._read(token)[0]

    def end(self, id: str) -> None:
        """End the session: its refresh and access tokens are refused from now on."""
        self._records.write(Delete(_key(id)))

    def _read(self, token: str) -> tuple[str, int]:
        """The session id and number of a token that was issued here; raises `GrantRefusedError`."""
        match = TOKEN.fullmatch(token)
        if not match or not hmac.compare_digest(token, self._token(match[1], int(match[2]))):
            raise GrantRefusedError(INVALID)
        return match[1], int(match[2])

    def _token(self, id: str, number: int) -> str:
        signature = hmac.new(self._secret, f"{id}.{number}".encode(), hashlib.sha256).digest()
        return f"{id}.{number}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    @cached_property
    def _secret(self) -> bytes:
        return secret_for("refresh tokens", self._folder)


def _key(id: str) -> Key:
    return Key(f"session:{id}", "session")


def _session(record: Record) -> Session:
    id = record.key.partition.removeprefix("session:")
    return Session(id, record.data["subject"], record.data["generation"])
