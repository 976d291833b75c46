"""No account can read, list, change or infer another account's data: every route, in both stores.

The response is the same as for something that does not exist: status, code, message and headers.
"""

import json
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import numpy as np
import pytest

from support.corrections import png
from support.house import (
    BATCHES,
    EXPORTS,
    PREDICTIONS,
    House,
    problem,
)

KEYS = "/api/v1/keys"
PEOPLES = (KEYS, "/api/v1/audit", "/api/v1/purchases")
"""Lists that are for people, not for API keys."""
WHOSE = "P-17"
PLACES = {"number": "0", "picture": "mask.png", "image": "mask"}
ASKED: dict[str, dict[str, Any]] = {
    f"GET {PREDICTIONS}/{{id}}": {},
    f"GET {PREDICTIONS}/{{id}}/{{image}}.png": {},
    f"GET {PREDICTIONS}/{{id}}/graph": {},
    f"GET {PREDICTIONS}/{{id}}/field-of-view": {},
    f"PATCH {PREDICTIONS}/{{id}}": {"json": {"note": "was here"}},
    f"POST {PREDICTIONS}/{{id}}/recompute": {},
    f"PUT {PREDICTIONS}/{{id}}/correction": {"files": {"corrected_mask": png(np.ones((177, 177)))}},
    f"DELETE {PREDICTIONS}/{{id}}/correction": {},
    f"GET {BATCHES}/{{id}}": {},
    f"GET {BATCHES}/{{id}}/items": {},
    f"GET {BATCHES}/{{id}}/items/{{number}}/{{picture}}": {},
    f"GET {BATCHES}/{{id}}/results.csv": {},
    f"GET {BATCHES}/{{id}}/statistics": {},
    f"POST {BATCHES}/{{id}}/upload": {},
    f"POST {EXPORTS}": {"json": {"batch": "{id}"}},
    f"GET {EXPORTS}/{{id}}": {},
    f"POST {BATCHES}/{{id}}/cancel": {},
    f"POST {BATCHES}/{{id}}/retry": {},
    f"DELETE {EXPORTS}/{{id}}": {},
    f"DELETE {PREDICTIONS}/{{id}}": {},
    f"DELETE {BATCHES}/{{id}}": {},
    f"PATCH {KEYS}/{{id}}": {"json": {"name": "was here"}},
    f"DELETE {KEYS}/{{id}}": {},
}
"""How each route that takes an id is asked; in this order they work for whom the things belong to."""
NO_IDS = {
    *("file", "outputs", "threshold", "flips", "force", "save", "subject", "eye", "taken_on", "note", "file_name"),
    *("corrected_mask", "corrected_arteries", "corrected_veins", "corrected_model"),
    *("items", "name", "size", "history", "training", "content_type", "Idempotency-Key"),
    *("If-Match", "If-None-Match"),  # tags of what the id names
    *("taken_from", "taken_to", "from", "to", "first", "limit", "cursor"),
    *("scopes", "expires", "credits_per_day", "credits_per_month", "addresses"),
    *("credits", "Stripe-Signature"),
    *("current", "new"),  # passwords, of whoever asks
    "upload_id",  # belongs to no account: whoever knows it has uploaded it
}
"""What requests may name without a route's having to be asked here. New names are to be thought about."""


@pytest.fixture(scope="module")
def description(client: Any) -> dict[str, Any]:
    content_of: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    return content_of


@pytest.fixture
def anna(house: House) -> dict[str, str]:
    return house.person("anna")


@pytest.fixture
def berta(house: House) -> dict[str, str]:
    return house.person("berta")


def save(house: House, who: dict[str, str], photo: bytes, **more: str) -> str:
    fields = {"save": "true", "outputs": "mask"} | more
    made = house.client.post(PREDICTIONS, files={"file": ("a.jpg", photo)}, data=fields, headers=who)
    return str(made.raise_for_status().json()["id"])


def batch_of(house: House, who: dict[str, str], photo: bytes) -> str:
    items = [{"name": "left.jpg", "size": len(photo)}, {"name": "right.jpg", "size": len(photo)}]
    batch = house.client.post(BATCHES, json={"items": items, "outputs": "mask"}, headers=who).raise_for_status().json()
    assert house.send(batch["upload"], "0", photo).status_code == 204
    house.work_off()
    return str(batch["id"])


def things_of(house: House, who: dict[str, str], photo: bytes) -> dict[str, str]:
    """Somebody's things, an id of each kind: a saved prediction, a batch with one photograph done, and so on."""
    house.key(who)
    [key] = house.client.get(KEYS, headers=who).json()["keys"]
    prediction = save(house, who, photo, subject=WHOSE, eye="left")
    batch = batch_of(house, who, photo)
    export = house.client.post(EXPORTS, json={"batch": batch}, headers=who).raise_for_status().json()["id"]
    house.work_off()
    return {"predictions": prediction, "batches": batch, "exports": export, "keys": key["id"]}


def kind_of(route: str) -> str:
    return "batches" if route == f"POST {EXPORTS}" else route.split("/")[3]


def ask(house: House, route: str, id: str, who: dict[str, str]) -> httpx.Response:
    method, path = route.split(" ")
    filled = path.format(id=quote(id, safe=""), **PLACES)
    more = {name: {**value, "batch": id} if "batch" in value else value for name, value in ASKED[route].items()}
    answer: httpx.Response = house.client.request(method, filled, headers=who, follow_redirects=False, **more)
    return answer


def content_of(answer: httpx.Response) -> dict[str, Any]:
    """Everything that an answer tells, but for the id of the request."""
    body = json.loads(answer.content)
    assert body.pop("request_id") == answer.headers["x-request-id"]
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return {"status": answer.status_code, "headers": headers, "body": body}


def stored_of(house: House, who: dict[str, str], batch: str) -> list[Any]:
    """What somebody sees of what is theirs."""
    lists = (PREDICTIONS, BATCHES, f"{BATCHES}/{batch}/items", KEYS, "/api/v1/usage")
    return [house.client.get(path, headers=who).raise_for_status().json() for path in lists]


def named(description: dict[str, Any], operation: dict[str, Any]) -> Iterator[str]:
    """Every name by which a request of an operation says something."""
    yield from (parameter["name"] for parameter in operation.get("parameters", []))
    waiting: list[Any] = [operation.get("requestBody", {})]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield from part.get("properties", {})
            if "$ref" in part:
                waiting.append(description["components"]["schemas"][part["$ref"].rpartition("/")[2]])
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def test_every_route_that_takes_an_id_is_tested_here(description: dict[str, Any]) -> None:
    found = {
        f"{method.upper()} {path}": {*named(description, operation)}
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    }
    assert "subject" in found[f"POST {PREDICTIONS}"]
    assert {"size", "threshold"} <= found[f"POST {BATCHES}"]
    assert {route for route, names in found.items() if names - NO_IDS} == set(ASKED)


def test_data_of_another_account_seems_not_to_exist(
    house: House, anna: dict[str, str], berta: dict[str, str], tiny: bytes
) -> None:
    things, key = things_of(house, anna, tiny), house.key(berta)
    before = stored_of(house, anna, things["batches"])
    for route in ASKED:
        theirs = things[kind_of(route)]
        nobodys = secrets.token_hex(len(theirs) // 2)
        refused = (403, "person_required") if kind_of(route) == "keys" else (404, "not_found")
        for who, expected in ((berta, (404, "not_found")), (key, refused), ({}, (401, "sign_in_required"))):
            answer = ask(house, route, theirs, who)
            assert problem(answer) == expected, route
            assert content_of(answer) == content_of(ask(house, route, nobodys, who)), route
    assert stored_of(house, anna, things["batches"]) == before
    assert house.credits(berta) == 20
    assert house.client.get(PREDICTIONS, headers=berta).json()["predictions"] == []
    for route in ASKED:
        answer = ask(house, route, things[kind_of(route)], anna)
        assert answer.status_code < 400, f"{route} proves nothing: {answer.text}"


def test_no_list_reveals_data_of_another_account(
    house: House, anna: dict[str, str], berta: dict[str, str], tiny: bytes, description: dict[str, Any]
) -> None:
    things = things_of(house, anna, tiny)
    lists = [path for path, operations in description["paths"].items() if "get" in operations and "{" not in path]
    lists = [path for path in lists if "security" in description["paths"][path]["get"]]
    assert len(lists) >= 6
    secret = {*things.values(), house.account(anna), "left.jpg"}
    for who in (berta, house.key(berta)):
        for path in lists:
            answer = house.client.get(path, params={"subject": WHOSE, "eye": "left"}, headers=who)
            assert answer.status_code == 200 or (path in PEOPLES and "X-API-Key" in who), path
            assert not [word for word in secret if word in answer.text], path


def test_a_cursor_from_another_account_only_pages_through_ones_own_data(
    house: House, anna: dict[str, str], berta: dict[str, str], tiny: bytes
) -> None:
    ids: dict[str, set[str]] = {"predictions": set(), "batches": set()}
    for _ in range(2):
        save(house, anna, tiny)
        batch_of(house, anna, tiny)
        ids["predictions"].add(save(house, berta, tiny))
        ids["batches"].add(batch_of(house, berta, tiny))
    for name, path in (("predictions", PREDICTIONS), ("batches", BATCHES)):
        place = house.client.get(path, params={"limit": 1}, headers=anna).json()["next"]
        page = house.client.get(path, params={"cursor": place}, headers=berta).raise_for_status().json()
        assert {one["id"] for one in page[name]} < ids[name]


def test_an_idempotency_key_belongs_to_its_account(
    house: House, anna: dict[str, str], berta: dict[str, str], tiny: bytes
) -> None:
    same: dict[str, Any] = {"files": {"file": ("a.jpg", tiny)}, "data": {"outputs": "mask"}}
    for _ in range(2):
        answers = [
            house.client.post(PREDICTIONS, headers=house.key(who) | {"Idempotency-Key": "same"}, **same)
            for who in (anna, berta)
        ]
        assert len({answer.json()["id"] for answer in answers}) == 2
    assert [house.credits(who) for who in (anna, berta)] == [19, 19]


def test_invalid_ids_are_not_found(house: House, anna: dict[str, str]) -> None:
    for route in ASKED:
        for odd in ("x", "..", "a/b", "é\n", "\0", "0" * 31, "0" * 3000):
            answer = ask(house, route, odd, anna)
            assert answer.status_code in (404, 405), (route, odd, answer.text)
