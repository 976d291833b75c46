"""Signing in, API keys and charges through the API."""

import base64
import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from PIL import Image

from retina.app import create_app
from retina.imaging.arrays import Rgb
from retina.settings import Settings
from support.account import (
    bearer,
    enter,
    new_key,
    redeem,
    sign_in,
    sign_in_query,
)
from support.specimens import encode

PREDICTIONS = "/api/v1/predictions"
VERIFIER = "v" * 43


@pytest.fixture
def service(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(data=tmp_path, signup_credits=3)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def photo(quick_rgb: Rgb) -> bytes:
    return encode(Image.fromarray(quick_rgb), "JPEG")


def predict(service: TestClient, photo: bytes, headers: dict[str, str], **fields: str) -> httpx.Response:
    answer: httpx.Response = service.post(PREDICTIONS, files={"file": ("a.jpg", photo)}, data=fields, headers=headers)
    return answer


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


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
    assert "<script" not in page
    refused = enter(service, '"><script>@x', "wrong password", "sign-in")
    assert refused.status_code == 403
    assert "<script" not in refused.text


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


def test_keys_are_created_listed_and_revoked_by_their_owner(service: TestClient, photo: bytes) -> None:
    anna, berta = (bearer(sign_in(service, f"{name}@example.org")) for name in ("anna", "berta"))
    made = service.post("/api/v1/keys", json={"name": "clinic"}, headers=anna)
    assert made.status_code == 201
    key = made.json()
    assert re.fullmatch(rf"rk_{key['id']}_[0-9a-f]{{64}}", key["key"])
    listed = service.get("/api/v1/keys", headers=anna).json()
    assert listed == {"keys": [{name: value for name, value in key.items() if name != "key"}]}
    by_key = {"X-API-Key": key["key"]}
    for answer in (
        service.get("/api/v1/keys", headers=by_key),
        service.post("/api/v1/keys", json={"name": "more"}, headers=by_key),
        service.delete(f"/api/v1/keys/{key['id']}", headers=by_key),
    ):
        assert problem(answer) == (403, "person_required")
    assert problem(service.delete(f"/api/v1/keys/{key['id']}", headers=berta)) == (404, "not_found")
    assert service.get("/api/v1/usage", headers=by_key).json()["credits"] == 3
    assert service.delete(f"/api/v1/keys/{key['id']}", headers=anna).status_code == 204
    assert problem(service.get("/api/v1/usage", headers=by_key)) == (401, "key_refused")
    assert problem(predict(service, photo, by_key)) == (401, "key_refused")
    for wrong in ({"name": ""}, {"name": "x" * 101}, {}):
        assert problem(service.post("/api/v1/keys", json=wrong, headers=anna)) == (422, "invalid_request")


def test_account_routes_require_authentication(service: TestClient, photo: bytes) -> None:
    for method, path in (("GET", "/api/v1/usage"), ("GET", "/api/v1/keys"), ("POST", "/api/v1/keys")):
        answer = service.request(method, path)
        assert problem(answer) == (401, "sign_in_required")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    for wrong in ({"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}, {"Authorization": ""}):
        assert problem(predict(service, photo, wrong)) == (401, "token_refused")
    both = {"Authorization": "Bearer x", "X-API-Key": "rk_"}
    assert problem(predict(service, photo, both)) == (422, "invalid_request")


def test_a_prediction_by_key_costs_one_credit_and_a_rejected_photograph_none(service: TestClient, photo: bytes) -> None:
    key = new_key(service, "anna@example.org")
    answer = predict(service, photo, key)
    assert answer.status_code == 200
    replies = answer.headers
    assert (replies["X-Credits-Charged"], replies["X-Credits-Left"]) == ("1", "2")
    assert problem(predict(service, b"no photograph", key)) == (415, "unsupported_media_type")
    assert problem(predict(service, photo, key, outputs="nonsense")) == (422, "invalid_request")
    usage = service.get("/api/v1/usage", headers=key).json()
    [charged] = usage["charges"]
    assert (usage["credits"], charged["credits"], charged["key_id"]) == (2, 1, key["X-API-Key"].split("_")[1])
    table = service.get("/api/v1/usage.csv", headers=key)
    assert table.text.splitlines() == ["\ufeffday,key_id,credits", f"{charged['day']},{charged['key_id']},1"]
    free = predict(service, photo, {})
    assert "X-Credits-Charged" not in free.headers


def test_the_route_of_the_first_version_is_charged_by_key_too(service: TestClient, photo: bytes) -> None:
    key = new_key(service, "anna@example.org")
    for left in ("2", "1", "0"):
        answer = service.post("/predict", files={"file": photo}, headers=key)
        assert set(answer.json()) == {"original_image", "prediction_image"}
        assert (answer.headers["X-Credits-Charged"], answer.headers["X-Credits-Left"]) == ("1", left)
    assert problem(service.post("/predict", files={"file": photo}, headers=key)) == (402, "out_of_credits")


def test_without_credits_a_request_is_refused_before_any_work(service: TestClient, photo: bytes) -> None:
    key = new_key(service, "anna@example.org")
    for left in ("2", "1", "0"):
        assert predict(service, photo, key).headers["X-Credits-Left"] == left
    named = key | {"Idempotency-Key": "one"}
    for _ in range(2):
        assert problem(predict(service, photo, named)) == (402, "out_of_credits")
    assert service.get("/api/v1/usage", headers=key).json()["credits"] == 0


def test_a_repeated_request_gets_the_same_response_and_is_charged_once(service: TestClient, photo: bytes) -> None:
    key = new_key(service, "anna@example.org") | {"Idempotency-Key": "visit 7, left"}
    first, again = (predict(service, photo, key) for _ in range(2))
    assert first.content == again.content
    replies = [
        [answer.headers.get(name) for name in ("X-Credits-Charged", "X-Credits-Left", "Idempotency-Replayed")]
        for answer in (first, again)
    ]
    assert replies == [["1", "2", None], ["0", "2", "true"]]
    assert problem(predict(service, photo, key, outputs="mask")) == (422, "idempotency_key_reused")
    assert problem(predict(service, photo + b"\0", key)) == (422, "idempotency_key_reused")
    rejected = key | {"Idempotency-Key": "broken"}
    for _ in range(2):
        assert problem(predict(service, b"no photograph", rejected)) == (415, "unsupported_media_type")
    assert predict(service, photo, rejected).headers["X-Credits-Charged"] == "1"
    assert service.get("/api/v1/usage", headers=key).json()["credits"] == 1


def test_a_repeated_request_for_a_deleted_upload_gets_the_same_response(service: TestClient, photo: bytes) -> None:
    key = new_key(service, "anna@example.org") | {"Idempotency-Key": "upload"}
    form = service.post("/api/v1/uploads", json={"content_type": "image/jpeg"}).json()
    service.post(form["url"], data=form["fields"], files={"file": ("a.jpg", photo)}).raise_for_status()
    first, again = (service.post(PREDICTIONS, data={"upload_id": form["upload_id"]}, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert service.get("/api/v1/usage", headers=key).json()["credits"] == 2
    # The form is good for some minutes more: what is sent by it now is another photograph.
    service.post(form["url"], data=form["fields"], files={"file": ("b.jpg", photo + b"\0")}).raise_for_status()
    other = service.post(PREDICTIONS, data={"upload_id": form["upload_id"]}, headers=key)
    assert problem(other) == (422, "idempotency_key_reused")
    service.post(form["url"], data=form["fields"], files={"file": ("a.jpg", photo)}).raise_for_status()
    assert service.post(PREDICTIONS, data={"upload_id": form["upload_id"]}, headers=key).content == first.content
