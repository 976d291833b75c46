"""The issuer in this service, for whoever runs it without Cognito: the same codes and tokens, by the same rules.

Enters: a subject that has signed in; leaves: an authorization code (RFC 6749) bound to a challenge (PKCE, RFC 7636),
and for it access, identity and refresh tokens. Knows neither passwords nor pages.
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
"""For how long access tokens are good, if their session does not end before."""


class Issuer:
    """Signs with the key in `folder`, made at first use for its owner alone; keeps codes and such in `records`."""

    def __init__(self, records: Records, people: People, folder: Path) -> None:
        self._records, self._people, self._folder = records, people, folder
        self._sessions = Sessions(records, folder)

    def code(self, subject: str, back: str, challenge: str) -> str:
        """A code that is good for one `redeem`, for five minutes."""
        code = secrets.token_urlsafe(32)
        facts = {"subject": subject, "back": back, "challenge": challenge, "generation": self._generation(subject)}
        ensure(self._records, Put(_code(code), facts, NEW, expires=int(time.time()) + CODE_SECONDS))
        return code

    def redeem(self, code: str, verifier: str, back: str) -> dict[str, Any]:
        """The tokens for a code; raises `GrantRefusedError` where it is not `verifier` that it was given for."""
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
        """The tokens of a new session, for somebody whose password was checked just now."""
        session, begun, refresh = self._sessions.new(subject, self._generation(subject))
        ensure(self._records, begun)
        return self._tokens(session, refresh)

    def refresh(self, token: str) -> dict[str, Any]:
        """New tokens, another refresh token among them; raises `GrantRefusedError` where the token is not good."""
        if (old := self._of_older_version(token)) is not None:
            return old
        session, following = self._sessions.renew(token)
        return self._tokens(session, following)

    def revoke(self, token: str) -> None:
        """The session of a refresh token ends; nothing happens where there is none."""
        self._records.write(Delete(_refresh(token)))
        with suppress(GrantRefusedError):
            self._sessions.end(self._sessions.of_token(token))

    def accepts(self, claims: Mapping[str, Any]) -> bool:
        """Whether the session that an access token belongs to has not ended."""
        session = self._sessions.get(str(claims.get("origin_jti", "")))
        return session is not None and session.subject == claims["sub"] and self._is_current(session)

    def key(self, key_id: str) -> rsa.RSAPublicKey | None:
        """The public key of this id."""
        return self._key.public_key() if key_id == self._key_id else None

    def published(self) -> dict[str, Any]:
        """The public key as JWKS."""
        described = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [described | {"kid": self._key_id, "use": "sig", "alg": ALGORITHM}]}

    def _of_older_version(self, token: str) -> dict[str, Any] | None:
        """A session in place of a refresh token as versions before 26 November 2026 made them; None for another."""
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
        told = {"token_use": "id", "aud": CLIENT, "email": address}
        return {
            "access_token": self._signed(shared | access),
            "refresh_token": refresh,
            "id_token": self._signed(shared | told),
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
