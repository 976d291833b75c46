"""Verify access tokens of either issuer: Cognito, or the embedded one.

A token is a JSON Web Token (RFC 7519) as Cognito issues them: RS256, with `token_use` and `client_id` in place of an
audience. The result is its subject; accounts are looked up elsewhere.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.exceptions import PyJWKClientConnectionError, PyJWKClientError

from retina.errors import BusyError, TokenRefusedError

ALGORITHM = "RS256"
REFRESH_SECONDS = 30
"""Minimum interval between requests for the issuer's keys because of an unknown key id, which anyone can make up."""
LEEWAY_SECONDS = 30
"""Permitted difference between the issuer's clock and this one, for every time in a token."""
REFUSED = "You are no longer signed in. Sign in again."

SigningKeys = Callable[[str], RSAPublicKey | None]
"""From a key id to the issuer's public key; None if the issuer has no such key."""


class Verifier:
    """Accepts the access tokens of one `issuer` for one `client_id`."""

    def __init__(
        self, keys: SigningKeys, issuer: str, client_id: str, accepts: Callable[[Mapping[str, Any]], bool] | None = None
    ) -> None:
        """`accepts`, if given, tells whether the issuer still accepts a token with these claims."""
        self._keys, self.issuer, self.client_id, self._accepts = keys, issuer, client_id, accepts

    def subject(self, token: str) -> str:
        """The subject of a valid token. Raises `TokenRefusedError`, or `BusyError` if the issuer cannot be reached."""
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            key = self._keys(key_id) if isinstance(key_id, str) else None
            if key is None:
                raise TokenRefusedError(REFUSED)
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=self.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "sub"], "verify_aud": False},
            )
        except jwt.InvalidTokenError:
            raise TokenRefusedError(REFUSED) from None
        if claims.get("token_use") != "access" or claims.get("client_id") != self.client_id:
            raise TokenRefusedError(REFUSED)
        if self._accepts and not self._accepts(claims):
            raise TokenRefusedError(REFUSED)
        return str(claims["sub"])


class PublishedKeys:
    """The keys that an issuer publishes at `address` (JWKS, RFC 7517), cached for an hour."""

    def __init__(self, address: str) -> None:
        self._published = jwt.PyJWKClient(address, lifespan=3600, timeout=5)
        self._asked = float("-inf")

    def __call__(self, key_id: str) -> RSAPublicKey | None:
        """The public key called `key_id`; raises `BusyError` if the issuer does not respond."""
        try:
            found = self._published.match_kid(self._published.get_signing_keys(), key_id)
            if found is None and time.monotonic() - self._asked > REFRESH_SECONDS:
                self._asked = time.monotonic()
                found = self._published.match_kid(self._published.get_signing_keys(refresh=True), key_id)
        except PyJWKClientConnectionError:
            raise BusyError("Sign-ins cannot be checked at the moment.") from None
        except PyJWKClientError:
            return None
        return found.key if found and isinstance(found.key, RSAPublicKey) else None
