"""API keys of an account, and what a prediction by key costs."""

import re

import httpx
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from retina.imaging.arrays import Rgb
from support.account import (
    bearer,
    new_key,
    sign_in,
)
from support.house import problem
from support.specimens import encode

PREDICTIONS = "/api/v1/predictions"


@pytest.fixture
def photo(quick_rgb: Rgb) -> bytes:
    return encode(Image.fromarray(quick_rgb), "JPEG")


def predict(service: TestClient, photo: bytes, headers: dict[str, str], **fields: str) -> httpx.Response:
    answer: httpx.Response = service.post(PREDICTIONS, files={"file": ("a.jpg", photo)}, data=fields, headers=headers)
    return answer


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
