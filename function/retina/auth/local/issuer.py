"""The embedded issuer, for a service that runs without Cognito: the same codes and tokens, by the same rules.

For a subject that has signed in it issues an authorization code (RFC 6749) bound to a challenge (PKCE, RFC 7636), and
for the code access, identity and refresh tokens. Passwords and pages are handled elsewhere.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from retina.auth.local.people import People
from retina.auth.local.sessions import INVALID, Session, Sessions
from retina.auth.tokens import ALGORITHM
from retina.errors import GrantRefusedError
from retina.storage.files import own_secret
from retina.storage.records import (
    NEW,
    ConditionError,
    Delete,
    Key,
    Put,
    Records,
    ensure,
)

ISSUER = "urn:retina:embedded"
CLIENT = "retina-page"
CODE_SECONDS = 300
TOKEN_SECONDS = 600
"""Lifetime of an access token, unless its session ends before."""


class Issuer:
    """Signs with the key in `folder`, created on first use and private to its owner. Codes are stored in `records`."""

    def __init__(self, records: Records, people: People, folder: Path) -> None:
        self._records, self._people, self._folder = records, people, folder
        self._sessions = Sessions(records, folder)

    def code(self, subject: str, back: str, challenge: str) -> str:
        """A code that can be redeemed once, within five minutes."""
        code = secrets.token_urlsafe(32)
        facts = {"subject": subject, "back": back, "challenge": challenge, "generation": self._generation(subject)}
        ensure(self._records, Put(_code(code), facts, NEW, expires=int(time.time()) + CODE_SECONDS))
        return code

    def redeem(self, code: str, verifier: str, back: str) -> dict[str, Any]:
        """The tokens for a code; raises `GrantRefusedError` if `verifier` does not match its challenge."""
        [known] = self._records.get(_code(code))
        if known is None:
            raise GrantRefusedError(INVALID)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        right = hmac.compare_digest(challenge, known.data["challenge"]) and back == known.data["back"]
        session, begun, refresh = self._sessions.new(known.data["subject"], known.data.get("generation", 0))
        used = Delete(known.key, known.version)
        try:
            if not right:
                self._records.write(used)
                raise GrantRefusedError(INVALID)
            ensure(self._records, begun, used)
        except ConditionError:
            raise GrantRefusedError(INVALID) from None
        return self._tokens(session, refresh)

    def begin(self, subject: str) -> dict[str, Any]:
        """The tokens of a new session, for a person whose password has just been checked."""
        session, begun, refresh = self._sessions.new(subject, self._generation(subject))
        ensure(self._records, begun)
        return self._tokens(session, refresh)

    def refresh(self, token: str) -> dict[str, Any]:
        """New tokens, including a new refresh token; raises `GrantRefusedError` if the token is not valid."""
        if (old := self._of_older_version(token)) is not None:
            return old
        session, following = self._sessions.renew(token)
        return self._tokens(session, following)

    def revoke(self, token: str) -> None:
        """End the session of a refresh token, if there is one."""
        self._records.write(Delete(_refresh(token)))
        with suppress(GrantRefusedError):
            self._sessions.end(self._sessions.of_token(token))

    def accepts(self, claims: Mapping[str, Any]) -> bool:
        """Whether the session of an access token is still active."""
        session = self._sessions.get(str(claims.get("origin_jti", "")))
        return session is not None and session.subject == claims["sub"] and self._is_current(session)

    def key(self, key_id: str) -> rsa.RSAPublicKey | None:
        """The public key with this id."""
        return self._key.public_key() if key_id == self._key_id else None

    def published(self) -> dict[str, Any]:
        """The public key as JWKS."""
        described = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [described | {"kid": self._key_id, "use": "sig", "alg": ALGORITHM}]}

    def _of_older_version(self, token: str) -> dict[str, Any] | None:
        """Start a session for a refresh token from a version before 26 November 2026; None for any other token."""
        [known] = self._records.get(_refresh(token))
        if known is None:
            return None
        session, begun, refresh = self._sessions.new(known.data["subject"], 0)
        try:
            ensure(self._records, begun, Delete(known.key, known.version))
        except ConditionError:
            raise GrantRefusedError(INVALID) from None
        return self._tokens(session, refresh)

    def _generation(self, subject: str) -> int:
        person = self._people.person(subject)
        return person.generation if person else 0

    def _is_current(self, session: Session) -> bool:
        person = self._people.person(session.subject)
        return person is not None and person.generation == session.generation

    def _tokens(self, session: Session, refresh: str) -> dict[str, Any]:
        person = self._people.person(session.subject)
        if person is None or person.generation != session.generation:
            raise GrantRefusedError(INVALID)
        subject, address, now = session.subject, person.address, int(time.time())
        shared = {"iss": ISSUER, "sub": subject, "iat": now, "exp": now + TOKEN_SECONDS, "jti": secrets.token_hex(16)}
        shared |= {"origin_jti": session.id}
        access = {"token_use": "access", "client_id": CLIENT, "scope": "openid email", "username": subject}
        identity = {"token_use": "id", "aud": CLIENT, "email": address}
        return {
            "access_token": self._signed(shared | access),
            "refresh_token": refresh,
            "id_token": self._signed(shared | identity),
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
        }

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self._key, ALGORITHM, headers={"kid": self._key_id})

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        found = serialization.load_pem_private_key(own_secret(self._folder / "issuer.pem", _new_key), None)
        if not isinstance(found, rsa.RSAPrivateKey):
            raise TypeError("issuer.pem holds no RSA key")
        return found

    @cached_property
    def _key_id(self) -> str:
        numbers = self._key.public_key().public_numbers()
        return hashlib.sha256(f"{numbers.n} {numbers.e}".encode()).hexdigest()[:16]


def _new_key() -> bytes:
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)


def _code(code: str) -> Key:
    return Key(f"code:{hashlib.sha256(code.encode()).hexdigest()}", "code")


def _refresh(token: str) -> Key:
    return Key(f"refresh:{hashlib.sha256(token.encode()).hexdigest()}", "refresh")
