"""Limits of API keys through the API: what a key may spend, and the addresses it may be used from."""

from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient

from retina import clock
from support.house import BATCHES, PREDICTIONS, House, problem

KEYS = "/api/v1/keys"
PROOF = "planted-proof"


def made(house: House, who: dict[str, str], **limits: Any) -> tuple[str, dict[str, str]]:
    """The id of a new key, and the header with it."""
    answer = house.client.post(KEYS, json={"name": "test", **limits}, headers=who).raise_for_status().json()
    return answer["id"], {"X-API-Key": answer["key"]}


def listed(house: House, who: dict[str, str]) -> dict[str, Any]:
    [key] = house.client.get(KEYS, headers=who).raise_for_status().json()["keys"]
    return dict(key)


def predict(house: House, photo: bytes, key: dict[str, str], **headers: str) -> Any:
    return house.client.post(PREDICTIONS, files={"file": photo}, headers=key | headers)


def test_a_call_beyond_the_limit_is_refused_and_costs_nothing(
    house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: "2026-11-27T23:00:00.000000Z")
    anna = house.person()
    _, key = made(house, anna, credits_per_day=2, credits_per_month=3)
    assert predict(house, tiny, key).status_code == 200
    first = predict(house, tiny, key, **{"Idempotency-Key": "a"})
    assert first.headers["X-Credits-Left"] == "18"
    refused = predict(house, tiny, key)
    assert problem(refused) == (429, "key_limit_reached")
    assert refused.headers["Retry-After"] == "3601"
    assert "2 credits per day (UTC)" in refused.json()["detail"]
    assert "2026-11-28 00:00 UTC" in refused.json()["detail"]
    again = predict(house, tiny, key, **{"Idempotency-Key": "a"})
    assert (again.status_code, again.content) == (200, first.content), "an answered request is still answered"
    assert problem(house.client.post("/predict", files={"file": tiny}, headers=key)) == (429, "key_limit_reached")
    items = {"items": [{"name": "a", "size": 9}]}
    assert problem(house.client.post(BATCHES, json=items, headers=key)) == (429, "key_limit_reached")
    assert house.credits(anna) == 18
    assert house.client.get("/api/v1/usage", headers=key).status_code == 200, "reading costs nothing"
    assert (listed(house, anna)["spent_today"], listed(house, anna)["spent_this_month"]) == (2, 2)
    monkeypatch.setattr(clock, "now", lambda: "2026-11-28T00:00:00.000000Z")
    assert predict(house, tiny, key).status_code == 200
    assert "2026-12-01 00:00 UTC" in predict(house, tiny, key).json()["detail"]


def test_a_batch_counts_when_it_is_started_and_is_done_although_the_limit_is_reached(house: House, tiny: bytes) -> None:
    anna = house.person()
    id, key = made(house, anna, credits_per_month=3)
    items = {"items": [{"name": name, "size": len(tiny)} for name in "abc"], "outputs": "mask"}
    batch = house.client.post(BATCHES, json=items, headers=key | {"Idempotency-Key": "b"}).raise_for_status().json()
    assert problem(predict(house, tiny, key)) == (429, "key_limit_reached")
    replayed = house.client.post(BATCHES, json=items, headers=key | {"Idempotency-Key": "b"})
    assert replayed.raise_for_status().json()["id"] == batch["id"]
    house.client.patch(f"{KEYS}/{id}", json={"credits_per_month": 1}, headers=anna).raise_for_status()
    assert house.send(batch["upload"], "0", tiny).status_code == 204
    assert house.send(batch["upload"], "1", b"GIF89a").status_code == 204
    house.work_off()
    counts = house.client.get(f"{BATCHES}/{batch['id']}", headers=key).json()["counts"]
    assert (counts["done"], counts["rejected"]) == (1, 1)
    assert listed(house, anna)["spent_this_month"] == 2, "what is rejected is given back"
    house.client.patch(f"{KEYS}/{id}", json={"credits_per_month": 3}, headers=anna).raise_for_status()
    assert predict(house, tiny, key).status_code == 200
    assert listed(house, anna)["spent_this_month"] == 3


def test_a_key_fills_and_retries_only_its_own_batches(house: House, tiny: bytes) -> None:
    anna = house.person()
    _, own = made(house, anna, credits_per_day=1)
    _, other = made(house, anna)
    items = {"items": [{"name": "a", "size": len(tiny)}]}
    for owner, stranger in ((own, other), (anna, other)):
        batch = f"{BATCHES}/{house.client.post(BATCHES, json=items, headers=owner).raise_for_status().json()['id']}"
        for action in ("upload", "retry"):
            refused = house.client.post(f"{batch}/{action}", headers=stranger)
            assert problem(refused) == (403, "batch_of_another_key"), action
            assert house.client.post(f"{batch}/{action}", headers=owner).status_code == 200
            assert house.client.post(f"{batch}/{action}", headers=anna).status_code == 200, "people may do all"
        assert house.client.get(batch, headers=stranger).status_code == 200, "it may be read"


def test_a_person_who_retries_the_batch_of_a_key_is_told_whose_limit_it_is(house: House, tiny: bytes) -> None:
    anna = house.person()
    _, key = made(house, anna, credits_per_day=1)
    items = {"items": [{"name": "a", "size": len(tiny)}]}
    batch = f"{BATCHES}/{house.client.post(BATCHES, json=items, headers=key).raise_for_status().json()['id']}"
    house.client.post(f"{batch}/cancel", headers=anna).raise_for_status()
    assert predict(house, tiny, key).status_code == 200
    refused = house.client.post(f"{batch}/retry", headers=anna)
    assert problem(refused) == (429, "key_limit_reached")
    assert refused.headers["Retry-After"]
    detail = refused.json()["detail"]
    assert detail.startswith("The API key that started this batch may spend 1 credit per day (UTC). Spent or reserved")
    assert "Raise its limit, or wait until" in detail
    assert "another key" not in detail
    assert "Use another key" in house.client.post(f"{batch}/retry", headers=key).json()["detail"]


def test_limits_are_shown_and_changed(house: House) -> None:
    anna, berta = house.person("anna"), house.person("berta")
    limits = {"credits_per_day": 5, "addresses": ["203.0.113.7", " 2001:DB8::/32 ", "::ffff:198.51.100.0/120"]}
    id, key = made(house, anna, **limits)
    shown = listed(house, anna)
    assert (shown["credits_per_day"], shown["credits_per_month"]) == (5, None)
    assert shown["addresses"] == ["203.0.113.7/32", "2001:db8::/32", "198.51.100.0/24"]
    change = {"credits_per_day": None, "credits_per_month": 50, "scopes": ["read"], "expires": "2090-06-30"}
    changed = house.client.patch(f"{KEYS}/{id}", json=change, headers=anna).raise_for_status().json()
    assert changed == listed(house, anna)
    assert changed == shown | change | {"expires": "2090-07-01T00:00:00.000000Z"}
    again = house.client.patch(f"{KEYS}/{id}", json={"name": "new", "addresses": []}, headers=anna).json()
    assert again == changed | {"name": "new", "addresses": []}
    assert house.client.get("/api/v1/usage", headers=key).status_code == 200, "from anywhere now"
    with_nothing = house.client.patch(f"{KEYS}/{id}", json={"expires": None, "scopes": None}, headers=anna).json()
    assert (with_nothing["expires"], with_nothing["scopes"]) == (None, ["read"])
    for path in (f"{KEYS}/{id}", f"{KEYS}/{'0' * 16}", f"{KEYS}/x"):
        assert problem(house.client.patch(path, json={"name": "theirs"}, headers=berta)) == (404, "not_found")
    audit = house.client.get("/api/v1/audit", headers=anna).json()["entries"]
    assert [entry["action"] for entry in audit if entry["record"] == id] == ["key.changed"] * 3 + ["key.made"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"credits_per_day": 0},
        {"credits_per_month": -1},
        {"credits_per_month": 10**10},
        {"credits_per_day": 1.5},
        {"credit_per_day": 5},
        {"addresses": ["everywhere"]},
        {"addresses": ["203.0.113.7/24"]},
        {"addresses": ["fe80::1%eth0"]},
        {"addresses": [7]},
        {"addresses": ["203.0.113.7"] * 21},
    ],
    ids=str,
)
def test_invalid_limits_are_refused(house: House, wrong: dict[str, Any]) -> None:
    anna = house.person()
    id, _ = made(house, anna)
    known = listed(house, anna)
    assert problem(house.client.post(KEYS, json={"name": "test", **wrong}, headers=anna)) == (422, "invalid_request")
    assert problem(house.client.patch(f"{KEYS}/{id}", json=wrong, headers=anna)) == (422, "invalid_request")
    assert listed(house, anna) == known


@pytest.fixture
def behind_proxy(tmp_path: Path) -> House:
    house = House(tmp_path, proxy_proof=PROOF)
    house.client.headers["X-Proxy-Proof"] = PROOF
    return house


def test_a_key_works_from_its_addresses_alone(behind_proxy: House) -> None:
    house = behind_proxy
    anna = house.person()
    _, key = made(house, anna, addresses=["203.0.113.0/24", "2001:db8::/32"])
    unknown = {"X-API-Key": f"rk_{'0' * 16}_{'0' * 64}"}

    def ask(forwarded: str, who: dict[str, str] = key) -> Any:
        return house.client.get("/api/v1/usage", headers=who | {"X-Forwarded-For": forwarded})

    for right in ("203.0.113.9, 10.0.0.1", "2001:db8:1::5, 10.0.0.1", "::ffff:203.0.113.9, 10.0.0.1"):
        assert ask(right).status_code == 200, right
    assert listed(house, anna)["used"]
    for wrong in ("198.51.100.1, 10.0.0.1", "203.0.113.9, 198.51.100.1, 10.0.0.1", "2001:db9::1, 10.0.0.1", "x, y"):
        refused, like = ask(wrong), ask(wrong, unknown)
        assert problem(refused) == (401, "key_refused"), wrong
        assert refused.json()["detail"] == like.json()["detail"], "a stranger does not learn that the key is right"


def test_a_key_that_expired_says_so_only_to_its_own_addresses(
    behind_proxy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = behind_proxy
    _, key = made(house, house.person(), addresses=["203.0.113.9"], expires="2090-01-01")
    monkeypatch.setattr(clock, "now", lambda: "2091-01-01T00:00:00.000000Z")
    details = [
        house.client.get("/api/v1/usage", headers=key | {"X-Forwarded-For": f"{who}, 10.0.0.1"}).json()["detail"]
        for who in ("203.0.113.9", "198.51.100.1")
    ]
    assert ["expired" in detail for detail in details] == [True, False]


@pytest.mark.parametrize(
    ("sender", "networks", "status"),
    [
        ("127.0.0.1", ["127.0.0.0/8"], 200),
        ("::1", ["127.0.0.1"], 200),
        ("127.0.0.1", ["203.0.113.0/24"], 401),
        ("203.0.113.1", ["203.0.113.0/24"], 200),
        ("203.0.113.1", ["127.0.0.1"], 401),
    ],
)
def test_this_computer_is_an_address_like_others(tmp_path: Path, sender: str, networks: list[str], status: int) -> None:
    house = House(tmp_path)
    _, key = made(house, house.person(), addresses=networks)
    from_there = TestClient(house.app, client=(sender, 50000))
    assert from_there.get("/api/v1/usage", headers=key).status_code == status


@pytest.mark.parametrize(
    ("proxy", "trusted", "forwarded", "status"),
    [
        ("127.0.0.1", "127.0.0.1", "203.0.113.1", 200),
        ("127.0.0.1", "127.0.0.1", "198.51.100.1, 203.0.113.1", 200),
        ("127.0.0.1", "127.0.0.1", "203.0.113.1, 198.51.100.1", 401),
        ("192.0.2.1", "127.0.0.1", "203.0.113.1", 401),
        ("192.0.2.1", "127.0.0.1,192.0.2.1", "203.0.113.1", 200),
    ],
)
def test_a_proxy_that_is_trusted_says_where_a_request_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxy: str, trusted: str, forwarded: str, status: int
) -> None:
    """As uvicorn wraps the application; docs/settings.md says what the proxy has to do."""
    house = House(tmp_path)
    _, key = made(house, house.person(), addresses=["203.0.113.1"])
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
    config = uvicorn.Config(house.app, log_config=None)
    config.load()
    assert config.proxy_headers
    client = TestClient(config.loaded_app, client=(proxy, 50000))
    answer = client.get("/api/v1/usage", headers=key | {"X-Forwarded-For": forwarded})
    assert answer.status_code == status


def test_nobody_else_is_believed_where_a_request_comes_from(tmp_path: Path) -> None:
    house = House(tmp_path)
    _, key = made(house, house.person(), addresses=["203.0.113.1"])
    for sender in ("127.0.0.1", "198.51.100.1"):
        forged = key | {"X-Forwarded-For": "203.0.113.1, 203.0.113.1"}
        assert TestClient(house.app, client=(sender, 50000)).get("/api/v1/usage", headers=forged).status_code == 401
