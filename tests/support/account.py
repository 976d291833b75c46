"""A user of the embedded issuer, who signs in as the page does and creates API keys."""

import base64
import hashlib
import re
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from argon2.exceptions import VerifyMismatchError

from retina.accounts.rate_limits import RateLimits
from retina.accounts.service import Accounts
from retina.accounts.signup_credits import SignupCredits
from retina.storage.records import Records

PASSWORD = "correct horse battery"


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def sign_in_query(client: Any, verifier: str, **changes: str) -> dict[str, str]:
    """What the page asks /oauth2/authorize for."""
    issuer = client.get("/api/v1/sign-in").json()
    return {
        "client_id": issuer["client_id"],
        "redirect_uri": f"{issuer['url']}/",
        "response_type": "code",
        "scope": "openid email",
        "state": "s",
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    } | changes


def enter(client: Any, address: str, password: str = PASSWORD, how: str = "register", verifier: str = "v" * 43) -> Any:
    """Fill in the form; the answer to it."""
    form = client.get("/oauth2/authorize", params=sign_in_query(client, verifier))
    assert form.status_code == 200, form.text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.text))
    fields = {**hidden, "address": address, "password": password, "action": how}
    return client.post("/oauth2/authorize", data=fields, follow_redirects=False)


def sign_in(client: Any, address: str, how: str = "register") -> dict[str, Any]:
    """The tokens of a person."""
    verifier = secrets.token_urlsafe(48)
    answer = enter(client, address, how=how, verifier=verifier)
    assert answer.status_code == 303, answer.text
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    return redeem(client, code, verifier).raise_for_status().json()  # type: ignore[no-any-return]


def redeem(client: Any, code: str, verifier: str, **changes: str) -> httpx.Response:
    fields = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    asked = sign_in_query(client, verifier)
    return client.post(  # type: ignore[no-any-return]
        "/oauth2/token",
        data=fields | {name: asked[name] for name in ("client_id", "redirect_uri")} | changes,
    )


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def new_key(client: Any, address: str) -> dict[str, str]:
    """The header of a new person's new key."""
    headers = bearer(sign_in(client, address))
    key = client.post("/api/v1/keys", json={"name": "test"}, headers=headers).raise_for_status().json()["key"]
    return {"X-API-Key": key}


def accounts_of(records: Records, credits: int) -> Accounts:
    """Accounts without a service around them, each with so many credits for signing up."""
    return Accounts(records, SignupCredits(records, RateLimits(records, 0, 0), credits))


def renewed(client: Any, refresh_token: str) -> httpx.Response:
    """What a refresh token is good for."""
    fields = {"grant_type": "refresh_token", "client_id": "retina-page", "refresh_token": refresh_token}
    return client.post("/oauth2/token", data=fields)  # type: ignore[no-any-return]


class QuickHasher:
    """In place of argon2, which takes a quarter of a second; it counts what it does."""

    def __init__(self) -> None:
        self.done = 0

    def hash(self, password: str) -> str:
        self.done += 1
        return f"hash of {password}"

    def verify(self, known: str, password: str) -> None:
        self.done += 1
        if known != f"hash of {password}":
            raise VerifyMismatchError
