"""The embedded issuer: registering, signing in, tokens, and what its records reveal."""

import base64
import json
import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from retina.app import create_app
from retina.settings import Settings
from support.account import (
    bearer,
    enter,
    redeem,
    sign_in,
    sign_in_query,
)
from support.house import problem

VERIFIER = "v" * 43


def test_a_registered_user_signs_in_again_to_the_same_account(service: TestClient) -> None:
    first = sign_in(service, "Anna@Example.org")
    again = sign_in(service, "anna@example.org ", how="sign-in")
    used = [service.get("/api/v1/usage", headers=bearer(tokens)).json() for tokens in (first, again)]
    assert used[0] == used[1]
    assert (used[0]["credits"], used[0]["charges"]) == (3, [])
    assert (first["token_type"], first["expires_in"]) == ("Bearer", 600)
    claims = json.loads(base64.urlsafe_b64decode(first["id_token"].split(".")[1] + "=="))
    assert claims["email"] == "anna@example.org"
    assert problem(service.get("/api/v1/usage", headers={"Authorization": f"Bearer {first['id_token']}"}))[0] == 401


def test_tokens_are_renewed_until_they_are_revoked(service: TestClient) -> None:
    tokens = sign_in(service, "anna@example.org")
    fields = {"grant_type": "refresh_token", "client_id": "retina-page", "refresh_token": tokens["refresh_token"]}
    renewed = service.post("/oauth2/token", data=fields)
    assert service.get("/api/v1/usage", headers=bearer(renewed.json())).status_code == 200
    assert renewed.headers["Cache-Control"] == "no-store"
    assert service.post("/oauth2/revoke", data={"token": tokens["refresh_token"]}).status_code == 200
    refused = service.post("/oauth2/token", data=fields)
    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_grant"})


def test_an_authorization_code_is_valid_once_and_for_its_client(service: TestClient) -> None:
    def code() -> str:
        answer = enter(service, "anna@example.org", how=how)
        query = parse_qs(urlsplit(str(answer.headers["location"])).query)
        assert query["state"] == ["s"]
        return query["code"][0]

    how = "register"
    known = code()
    how = "sign-in"
    assert redeem(service, known, VERIFIER).status_code == 200
    assert redeem(service, known, VERIFIER).status_code == 400
    for verifier, changes in (
        ("w" * 43, {}),
        (VERIFIER, {"redirect_uri": "https://evil.example/"}),
        (VERIFIER, {"client_id": "other"}),
        (VERIFIER, {"grant_type": "password"}),
    ):
        assert redeem(service, code(), verifier, **changes).status_code == 400
    assert redeem(service, "made up", VERIFIER).status_code == 400


def test_redirects_to_other_sites_are_refused(service: TestClient) -> None:
    for changes in (
        {"redirect_uri": "https://evil.example/"},
        {"client_id": "other"},
        {"response_type": "token"},
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
    ):
        answer = service.get(
            "/oauth2/authorize", params=sign_in_query(service, VERIFIER, **changes), follow_redirects=False
        )
        assert problem(answer) == (422, "invalid_request")
    query = {"client_id": "retina-page", "logout_uri": "https://evil.example/"}
    assert problem(service.get("/logout", params=query, follow_redirects=False)) == (422, "invalid_request")
    home = service.get("/logout", params=query | {"logout_uri": "http://testserver/"}, follow_redirects=False)
    assert (home.status_code, home.headers["location"]) == (303, "http://testserver/")


def test_the_form_escapes_everything_it_repeats(service: TestClient) -> None:
    page = service.get("/oauth2/authorize", params=sign_in_query(service, VERIFIER, state='"><script>')).text
    assert page.count("<script") == page.count('<script type="module" src="/js/pages/sign-in.js"') == 1
    refused = enter(service, '"><script>@x', "wrong password", "sign-in")
    assert refused.status_code == 403
    assert refused.text.count("<script") == 1


def test_refused_registrations_have_a_reason(service: TestClient) -> None:
    for address, password, sentence in (
        ("anna", "another secret one", "not a valid email address"),
        ("berta@example.org", "short", "12 to 256 characters"),
        ("berta@example.org", "x" * 257, "12 to 256 characters"),
        ("berta@example.org", "password1234", "too easy to guess"),
    ):
        answer = enter(service, address, password)
        assert answer.status_code == 403
        assert sentence in answer.text


def test_the_issuers_records_reveal_no_password(service: TestClient, tmp_path: Path) -> None:
    tokens = sign_in(service, "anna@example.org")
    assert stat.S_IMODE((tmp_path / "issuer.pem").stat().st_mode) == 0o600
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("retina.sqlite*"))
    assert b"$argon2id$" in stored
    for secret in ("correct horse battery", tokens["refresh_token"]):
        assert secret.encode() not in stored


def test_passwords_are_hashed_at_full_cost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9106's second choice, which argon2-cffi takes; the other tests hash at less (tests/conftest.py)."""
    monkeypatch.setattr("retina.auth.local.people.PasswordHasher", PasswordHasher)
    sign_in(TestClient(create_app(Settings(data=tmp_path))), "anna@example.org")
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("retina.sqlite*"))
    assert b"$argon2id$v=19$m=65536,t=3,p=4$" in stored
