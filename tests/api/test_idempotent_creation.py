"""Batches and exports are created and paid for only once per Idempotency-Key, in both stores."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from support.batches import come
from support.house import (
    BATCHES,
    EXPORTS,
    House,
    problem,
)

NAMED = {"Idempotency-Key": "visit 7"}
BATCH: dict[str, Any] = {"items": [{"name": "a.jpg", "size": 100_000}], "outputs": "mask"}
HISTORY: dict[str, Any] = {"history": True}


@pytest.mark.parametrize(("path", "creation", "other"), [(BATCHES, BATCH, "threshold"), (EXPORTS, HISTORY, "batch")])
def test_a_repeated_request_creates_one_resource_and_a_different_one_is_refused(
    house: House, path: str, creation: dict[str, Any], other: str
) -> None:
    anna, berta = house.person(), house.person("berta")
    key = house.key(anna)

    def ask(who: dict[str, str], body: dict[str, Any]) -> httpx.Response:
        answer: httpx.Response = house.client.post(path, json=body, headers=who)
        return answer

    first = ask(key | NAMED, creation)
    assert "Idempotency-Replayed" not in first.headers
    again = ask(key | NAMED, creation)
    assert again.status_code == first.status_code
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json()["id"] == first.json()["id"]
    refused = ask(key | NAMED, {other: 0.5} | creation if other == "threshold" else {"batch": "0" * 32})
    assert problem(refused) in ((422, "idempotency_key_reused"), (404, "not_found"))
    ids = {
        ask(who, creation).json()["id"] for who in (key, key, key | {"Idempotency-Key": "8"}, house.key(berta) | NAMED)
    }
    assert len(ids | {first.json()["id"]}) == 5
    assert house.credits(key) == 20, "making one costs nothing"


def test_a_replayed_batch_can_be_filled(house: House, tiny: bytes) -> None:
    anna = house.person()
    made, again = (house.client.post(BATCHES, json=BATCH, headers=anna | NAMED).json() for _ in range(2))
    come(house, again, tiny)
    house.work_off()
    counts = house.client.get(f"{BATCHES}/{made['id']}", headers=anna).json()["counts"]
    assert counts["done"] == 1
    house.client.delete(f"{BATCHES}/{made['id']}", headers=anna).raise_for_status()
    assert house.client.post(BATCHES, json=BATCH, headers=anna | NAMED).json()["id"] != made["id"], "forgotten, too"


def test_failed_requests_may_be_retried(house: House) -> None:
    anna = house.person()
    creation = {"items": [{"name": f"{n}.jpg", "size": 1} for n in range(21)]}
    for _ in range(2):
        assert problem(house.client.post(BATCHES, json=creation, headers=anna | NAMED)) == (402, "out_of_credits")
    house.services.credits.grant(house.account(anna), 5, "paid")
    assert house.client.post(BATCHES, json=creation, headers=anna | NAMED).status_code == 201


def test_one_of_many_concurrent_requests_creates_it(house: House) -> None:
    anna = house.person()

    def ask(_: int) -> tuple[int, str]:
        answer = house.client.post(BATCHES, json=BATCH, headers=anna | NAMED)
        return answer.status_code, answer.json().get("id", "")

    with ThreadPoolExecutor(4) as pool:
        answers = {*pool.map(ask, range(8))}
    assert {status for status, _ in answers} <= {201, 409}
    assert len({id for status, id in answers if status == 201}) == 1
    assert len(house.client.get(BATCHES, headers=anna).json()["batches"]) == 1
