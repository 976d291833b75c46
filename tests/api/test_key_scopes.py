"""Scopes and expiry of API keys, on every route and in both stores."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from retina import clock
from retina.accounts.scopes import SCOPES
from retina.errors import KeyRefusedError
from retina.storage.records import Key, Put, Records
from support.account import accounts_of
from support.house import (
    BATCHES,
    EXPORTS,
    PREDICTIONS,
    House,
    problem,
)

KEYS = "/api/v1/keys"
NEEDED = {
    "POST /predict": "predict",
    f"POST {PREDICTIONS}": "predict",
    f"GET {PREDICTIONS}": "read",
    f"GET {PREDICTIONS}/{{id}}": "read",
    f"PATCH {PREDICTIONS}/{{id}}": "predict",
    f"DELETE {PREDICTIONS}/{{id}}": "delete",
    f"GET {PREDICTIONS}/{{id}}/{{image}}.png": "read",
    f"GET {PREDICTIONS}/{{id}}/graph": "read",
    f"GET {PREDICTIONS}/{{id}}/field-of-view": "read",
    f"POST {PREDICTIONS}/{{id}}/recompute": "predict",
    f"PUT {PREDICTIONS}/{{id}}/correction": "predict",
    f"DELETE {PREDICTIONS}/{{id}}/correction": "delete",
    "GET /api/v1/trends": "read",
    f"POST {BATCHES}": "predict",
    f"GET {BATCHES}": "read",
    f"GET {BATCHES}/{{id}}": "read",
    f"DELETE {BATCHES}/{{id}}": "delete",
    f"GET {BATCHES}/{{id}}/items": "read",
    f"GET {BATCHES}/{{id}}/items/{{number}}/{{picture}}": "read",
    f"GET {BATCHES}/{{id}}/results.csv": "read",
    f"GET {BATCHES}/{{id}}/statistics": "read",
    f"POST {BATCHES}/{{id}}/upload": "predict",
    f"POST {BATCHES}/{{id}}/cancel": "predict",
    f"POST {BATCHES}/{{id}}/retry": "predict",
    f"POST {EXPORTS}": "read",
    f"GET {EXPORTS}/{{id}}": "read",
    f"DELETE {EXPORTS}/{{id}}": "delete",
    "POST /api/v1/previews": "predict",
    "POST /api/v1/uploads": "predict",
    "GET /api/v1/usage": "read",
    "GET /api/v1/usage.csv": "read",
}
"""The scope that each route demands of a key. New routes are to be thought about."""
ANONYMOUS = {"POST /predict", f"POST {PREDICTIONS}", "POST /api/v1/previews", "POST /api/v1/uploads"}
PEOPLE_ONLY = {f"POST {KEYS}", f"GET {KEYS}", f"PATCH {KEYS}/{{id}}", f"DELETE {KEYS}/{{id}}", "DELETE /api/v1/account"}
PEOPLE_ONLY |= {"POST /api/v1/purchases", "GET /api/v1/purchases"}
PEOPLE_ONLY |= {"GET /api/v1/audit", "POST /api/v1/account/sign-out", "POST /api/v1/account/password"}


def walked(client: Any) -> dict[str, list[dict[str, list[str]]]]:
    """Every route that asks who is there, with the ways to say so."""
    paths: dict[str, Any] = client.get("/api/v1/openapi.json").json()["paths"]
    return {
        f"{method.upper()} {path}": operation["security"]
        for path, operations in paths.items()
        for method, operation in operations.items()
        if "security" in operation
    }


def ask(house: House, route: str, who: dict[str, str]) -> tuple[int, str]:
    method, path = route.split(" ")
    filled = path.format(id="0" * 32, number="0", picture="mask.png", image="mask")
    answer = house.client.request(method, filled, headers=who, follow_redirects=False)
    kind = answer.headers.get("content-type", "")
    return (answer.status_code, answer.json()["code"] if kind == "application/problem+json" else "")


def test_every_route_documents_the_scope_it_requires(client: TestClient) -> None:
    found = walked(client)
    assert set(found) == set(NEEDED) | PEOPLE_ONLY
    for route, ways in found.items():
        by_key = [{"APIKeyHeader": [NEEDED[route]]}] if route in NEEDED else []
        nobody: list[dict[str, list[str]]] = [{}] if route in ANONYMOUS else []
        assert ways == [{"HTTPBearer": []}, *by_key, *nobody], route


def test_every_route_requires_its_scope(house: House) -> None:
    anna = house.person("anna")
    with_one: dict[str, Any] = {scope: house.key(anna, scopes=[scope]) for scope in SCOPES}
    without: dict[str, Any] = {}
    for scope in SCOPES:
        without[scope] = house.key(anna, scopes=[other for other in SCOPES if other != scope])
    for route, needed in NEEDED.items():
        assert ask(house, route, without[needed]) == (403, "scope_required"), route
        assert ask(house, route, with_one[needed])[1] not in ("scope_required", "person_required"), route
        assert ask(house, route, anna)[1] != "scope_required", route
    for route in PEOPLE_ONLY:
        for who in with_one.values():
            assert ask(house, route, who) == (403, "person_required"), route


def test_the_sentence_names_the_scope(house: House, tiny: bytes) -> None:
    key = house.key(house.person("anna"), scopes=["read"])
    answer = house.client.post(PREDICTIONS, files={"file": tiny}, headers=key)
    assert problem(answer) == (403, "scope_required")
    assert "“predict”" in answer.json()["detail"]
    assert house.client.get("/api/v1/usage", headers=key).json()["credits"] == 20


def test_by_default_a_key_has_all_scopes_and_does_not_expire(house: House) -> None:
    anna = house.person("anna")
    house.key(anna)
    house.key(anna, scopes=["delete", "read", "read"])
    first, second = house.client.get(KEYS, headers=anna).json()["keys"]
    assert (first["scopes"], first["expires"], first["used"]) == (["predict", "read", "delete"], None, None)
    assert second["scopes"] == ["read", "delete"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"scopes": ["write"]},
        {"scopes": ["read"] * 4},
        {"expires": "2020-01-01"},
        {"expires": "2020-01-01T00:00:00Z"},
        {"expires": "9999-12-31"},
        {"expires": "soon"},
        {"expires": 30},
    ],
    ids=str,
)
def test_invalid_scopes_and_expiry_times_are_refused(house: House, wrong: dict[str, Any]) -> None:
    anna = house.person("anna")
    answer = house.client.post(KEYS, json={"name": "test", **wrong}, headers=anna)
    assert problem(answer) == (422, "invalid_request")
    assert house.client.get(KEYS, headers=anna).json() == {"keys": []}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2090-06-30", "2090-07-01T00:00:00.000000Z"),
        ("2090-06-30T12:00:00", "2090-06-30T12:00:00.000000Z"),
        ("2090-06-30T00:00:00Z", "2090-06-30T00:00:00.000000Z"),
        ("2090-06-30T01:30:00+02:00", "2090-06-29T23:30:00.000000Z"),
    ],
)
def test_the_expiry_of_a_key_is_in_utc(house: House, said: str, expected: str) -> None:
    anna = house.person("anna")
    made = house.client.post(KEYS, json={"name": "test", "expires": said}, headers=anna).json()
    [listed] = house.client.get(KEYS, headers=anna).json()["keys"]
    assert made["expires"] == listed["expires"] == expected


def test_an_expired_key_is_refused_and_stays_in_the_list(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, end = house.person("anna"), datetime.now(UTC) + timedelta(hours=1)
    key = house.key(anna, expires=end.isoformat())
    assert house.client.get("/api/v1/usage", headers=key).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: clock.formatted(end))
    answer = house.client.get("/api/v1/usage", headers=key)
    assert problem(answer) == (401, "key_refused")
    assert f"expired at {end:%Y-%m-%d %H:%M} UTC" in answer.json()["detail"]
    [listed] = house.client.get(KEYS, headers=anna).json()["keys"]
    assert house.client.delete(f"{KEYS}/{listed['id']}", headers=anna).status_code == 204


def test_the_day_of_the_last_use_is_listed(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = accounts_of(records, 20)
    account = accounts.of_user("issuer", "anna")
    _, text = accounts.make_key(account, "test", ("read",), "2099-01-01T00:00:00.000000Z")
    for day in ("2026-11-25", "2026-11-26", "2026-11-26"):
        monkeypatch.setattr(clock, "now", lambda day=day: f"{day}T12:00:00.000000Z")
        accounts.of_key(text)
        [key] = accounts.keys(account)
        assert key.used == day
    assert (key.scopes, key.expires) == (("read",), "2099-01-01T00:00:00.000000Z")
    [row] = records.get(Key(f"key:{key.id}", "key"))
    assert row is not None
    assert row.version == 3, "one write a day"


def test_a_key_works_although_its_last_use_cannot_be_recorded(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = accounts_of(records, 20)
    _, text = accounts.make_key(accounts.of_user("issuer", "anna"), "test")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(records, "write", full)
    assert accounts.of_key(text)[1].name == "test"


def test_recording_the_last_use_does_not_restore_a_revoked_key(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = accounts_of(records, 20)
    account = accounts.of_user("issuer", "anna")
    key, text = accounts.make_key(account, "test")
    write = records.write

    def revoked_before(*changes: Any) -> None:
        monkeypatch.setattr(records, "write", write)
        accounts.revoke(account, key.id)
        write(*changes)

    monkeypatch.setattr(records, "write", revoked_before)
    accounts.of_key(text)
    with pytest.raises(KeyRefusedError):
        accounts.of_key(text)


def test_keys_of_older_versions_have_every_scope(records: Records) -> None:
    accounts = accounts_of(records, 20)
    account = accounts.of_user("issuer", "anna")
    key, text = accounts.make_key(account, "old")
    [row] = records.get(Key(f"key:{key.id}", "key"))
    assert row is not None
    facts = {name: row.data[name] for name in ("account", "name", "created", "sha256")}
    records.write(Put(row.key, facts))
    [listed] = accounts.keys(account)
    assert (listed.scopes, listed.expires, listed.used) == (SCOPES, "", "")
    assert accounts.of_key(text) == (account, listed)
