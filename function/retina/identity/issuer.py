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
from functools import cached_property
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from retina.errors import GrantRefusedError
from retina.identity.people import People
from retina.identity.tokens import ALGORITHM
from retina.store.local import own_secret
from retina.store.records import NEW, ConditionError, Delete, Key, Put, Records, ensure

ISSUER = "urn:retina:embedded"
CLIENT = "retina-page"
CODE_SECONDS = 300
TOKEN_SECONDS = 3600
REFRESH_SECONDS = 30 * 24 * 3600
INVALID = "invalid_grant"


class Issuer:
    """Signs with the key in `folder`, made at first use for its owner alone; keeps codes and such in `records`."""

    def __init__(self, records: Records, people: People, folder: Path) -> None:
        self._records, self._people, self._folder = records, people, folder

    def code(self, subject: str, back: str, challenge: str) -> str:
        """A code that is good for one `redeem`, for five minutes."""
        code = secrets.token_urlsafe(32)
        facts = {"subject": subject, "back": back, "challenge": challenge}
        ensure(self._records, Put(_code(code), facts, NEW, expires=int(time.time()) + CODE_SECONDS))
        return code

    def redeem(self, code: str, verifier: str, back: str) -> dict[str, Any]:
        """The tokens for a code; raises `GrantRefusedError` where it is not `verifier` that it was given for."""
        [known] = self._records.get(_code(code))
        if known is None:
            raise GrantRefusedError(INVALID)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        right = hmac.compare_digest(challenge, known.data["challenge"]) and back == known.data["back"]
        refresh = secrets.token_urlsafe(32)
        facts = {"subject": known.data["subject"]}
        kept = Put(_refresh(refresh), facts, NEW, expires=int(time.time()) + REFRESH_SECONDS)
        used = Delete(known.key, known.version)
        try:
            if not right:
                self._records.write(used)
                raise GrantRefusedError(INVALID)
            ensure(self._records, kept, used)
        except ConditionError:
            raise GrantRefusedError(INVALID) from None
        return self._tokens(known.data["subject"]) | {"refresh_token": refresh}

    def refresh(self, token: str) -> dict[str, Any]:
        """New access and identity tokens; raises `GrantRefusedError` where the refresh token is good no more."""
        [known] = self._records.get(_refresh(token))
        if known is None:
            raise GrantRefusedError(INVALID)
        return self._tokens(known.data["subject"])

    def revoke(self, token: str) -> None:
        """A refresh token is good no more."""
        self._records.write(Delete(_refresh(token)))

    def key(self, key_id: str) -> rsa.RSAPublicKey | None:
        """The public key of this id."""
        return self._key.public_key() if key_id == self._key_id else None

    def published(self) -> dict[str, Any]:
        """The public key as JWKS."""
        described = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [described | {"kid": self._key_id, "use": "sig", "alg": ALGORITHM}]}

    def _tokens(self, subject: str) -> dict[str, Any]:
        address = self._people.address(subject)
        if address is None:
            raise GrantRefusedError(INVALID)
        now = int(time.time())
        shared = {"iss": ISSUER, "sub": subject, "iat": now, "exp": now + TOKEN_SECONDS, "jti": secrets.token_hex(16)}
        access = {"token_use": "access", "client_id": CLIENT, "scope": "openid email", "username": subject}
        told = {"token_use": "id", "aud": CLIENT, "email": address}
        return {
            "access_token": self._signed(shared | access),
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
