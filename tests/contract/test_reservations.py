"""Reservations: every open photograph of a batch has a credit reserved, and announced sizes are binding. Both
stores.
"""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from retina.accounts import reservations
from retina.accounts.reservations import account_key, reservation_key
from retina.batches.records import Order, batch_key, sizes_key
from retina.storage.records import Delete, Put
from support.batches import TEXT, come, counts, items, new
from support.house import (
    BATCHES,
    PREDICTIONS,
    House,
    in_aws,
    problem,
)

MIB = 2**20
ORDER = Order(("mask",))


def usage(house: House, who: dict[str, str]) -> tuple[int, int]:
    usage_now = house.client.get("/api/v1/usage", headers=who).json()
    return usage_now["credits"], usage_now["reserved"]


def announced(house: House, who: dict[str, str], count: int, size: int) -> Any:
    body = {"items": [{"name": f"{n}.jpg", "size": size} for n in range(count)]}
    return house.client.post(BATCHES, json=body, headers=who)


def stored_counts(house: House, who: dict[str, str]) -> dict[str, int]:
    [known] = house.services.records.get(account_key(house.account(who)))
    assert known is not None
    return known.counts


def test_an_account_with_fifty_credits_can_store_fifty_photographs(house: House, tiny: bytes) -> None:
    anna = house.person()
    house.grant(anna, 30)
    key = house.key(anna)
    for _ in range(5):
        refused = announced(house, anna, 10_000, 52_000_000)
        assert problem(refused) == (402, "out_of_credits")
        assert "10,000" in refused.json()["detail"]
        assert "50 credits" in refused.json()["detail"]
    first, second = announced(house, anna, 20, 50_000), announced(house, anna, 30, 50_000)
    assert [first.status_code, second.status_code] == [201, 201]
    assert usage(house, anna) == (50, 50)
    assert problem(announced(house, anna, 1, 1)) == (402, "out_of_credits")
    single = {"files": {"file": ("a.jpg", tiny)}, "headers": key}
    assert problem(house.client.post(PREDICTIONS, **single)) == (402, "out_of_credits")
    house.client.post(f"{BATCHES}/{first.json()['id']}/cancel", headers=anna).raise_for_status()
    assert usage(house, anna) == (50, 30)
    assert house.client.post(PREDICTIONS, **single).headers["X-Credits-Left"] == "19"
    refused = house.client.post(f"{BATCHES}/{first.json()['id']}/retry", headers=anna)
    assert problem(refused) == (402, "out_of_credits")
    assert house.client.get(f"{BATCHES}/{first.json()['id']}", headers=anna).json()["state"] == "cancelled"
    house.client.delete(f"{BATCHES}/{second.json()['id']}", headers=anna).raise_for_status()
    assert usage(house, anna) == (49, 0)
    house.client.post(f"{BATCHES}/{first.json()['id']}/retry", headers=anna).raise_for_status()
    assert usage(house, anna) == (49, 20)


def test_a_reserved_credit_is_spent_by_a_result_and_otherwise_released(house: House, tiny: bytes) -> None:
    anna = house.person()
    batch = new(house, anna, "a", "b", "c", size=len(tiny))
    assert (usage(house, anna), stored_counts(house, anna)["bytes"]) == ((20, 3), 3 * len(tiny))
    come(house, batch, tiny, TEXT)
    house.work_off()
    assert counts(house, anna, batch) == {"done": 1, "rejected": 1, "waiting": 1}
    assert (usage(house, anna), stored_counts(house, anna)["bytes"]) == ((19, 1), len(tiny))
    folder = f"batch/{batch['id']}/"
    assert house.services.uploads.keys(folder) == set(), "photographs that are no longer needed are deleted"
    house.client.delete(f"{BATCHES}/{batch['id']}", headers=anna).raise_for_status()
    left = stored_counts(house, anna)
    assert (usage(house, anna), left["bytes"], left["batches"]) == ((19, 0), 0, 0)
    assert house.services.records.query(f"reserved:{house.account(anna)}") == []
    assert house.services.records.query(f"sizes:{batch['id']}") == []


def test_a_photograph_rejected_immediately_needs_no_credit(house: House) -> None:
    anna = house.person()
    files = [{"name": f"{n}.jpg", "size": 1} for n in range(20)] + [{"name": "empty.jpg", "size": 0}]
    house.client.post(BATCHES, json={"items": files}, headers=anna).raise_for_status()
    assert usage(house, anna) == (20, 20)
    announced(house, anna, 1, 0).raise_for_status()
    refused = house.client.post(BATCHES, json={"items": files[-2:]}, headers=anna)
    assert problem(refused) == (402, "out_of_credits")
    assert "You chose 1 photograph and have 0 credits" in refused.json()["detail"]


@pytest.fixture(params=["embedded", "AWS"])
def strict(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    limits = {"most_batches": 3, "most_bytes": 3 * MIB, "upload_bytes": 2 * MIB}
    if request.param == "embedded":
        return House(tmp_path, **limits)
    request.getfixturevalue("s3")
    return in_aws(tmp_path, **limits)


def test_bytes_and_batches_have_their_own_limits(strict: House, tiny: bytes) -> None:
    anna = strict.person()
    refused = announced(strict, anna, 2, 2 * MIB)
    assert problem(refused) == (409, "too_many_bytes")
    assert "3 MiB" in refused.json()["detail"]
    first = announced(strict, anna, 1, 2 * MIB).raise_for_status().json()
    assert problem(announced(strict, anna, 1, MIB + 1)) == (409, "too_many_bytes")
    strict.send(first["upload"], "0", tiny)
    strict.client.post(f"{BATCHES}/{first['id']}/cancel", headers=anna).raise_for_status()
    assert problem(announced(strict, anna, 1, MIB + 1)) == (409, "too_many_bytes"), "its photograph is still stored"
    strict.client.delete(f"{BATCHES}/{first['id']}", headers=anna).raise_for_status()
    for _ in range(3):  # of photographs that are rejected at once
        announced(strict, anna, 1, 0).raise_for_status()
    refused = announced(strict, anna, 1, 1)
    assert problem(refused) == (409, "too_many_batches")
    assert "maximum number of batches (3)" in refused.json()["detail"]
    assert len(strict.client.get(BATCHES, headers=anna).json()["batches"]) == 3


def test_the_credits_of_an_account_limit_its_bytes(tmp_path: Path) -> None:
    house = House(tmp_path, signup_credits=2, upload_bytes=MIB)
    anna = house.person()
    batches = [announced(house, anna, 1, MIB).raise_for_status().json() for _ in range(2)]
    for batch in batches:
        house.client.post(f"{BATCHES}/{batch['id']}/cancel", headers=anna).raise_for_status()
    assert problem(announced(house, anna, 1, MIB)) == (409, "too_many_bytes"), "cancelling makes no room"


def test_the_announced_size_is_binding(house: House, tiny: bytes) -> None:
    anna = house.person()
    sizes = (1, len(tiny))
    body = {"items": [{"name": "a", "size": size} for size in sizes]}
    batch = house.client.post(BATCHES, json=body, headers=anna).raise_for_status().json()
    assert batch["upload"]["max_bytes"] == len(tiny)
    policy = json.loads(base64.b64decode(batch["upload"]["fields"]["policy"]))
    ranges = policy.get("content-length-range"), *policy.get("conditions", [])
    assert any(each in ([1, len(tiny)], ["content-length-range", 1, len(tiny)]) for each in ranges)
    answer = house.send(batch["upload"], "0", tiny)
    house.send(batch["upload"], "1", tiny)
    house.work_off()
    if house.settings.uploads_bucket:  # S3 knows the largest of all alone: the worker deletes it unread
        assert counts(house, anna, batch) == {"rejected": 1, "done": 1}
        assert items(house, anna, batch)[0]["code"] == "larger_than_announced"
    else:
        assert problem(answer) == (413, "larger_than_announced")
        assert counts(house, anna, batch) == {"waiting": 1, "done": 1}
    assert house.services.uploads.keys(f"batch/{batch['id']}/") == set()


def test_a_finished_batch_accepts_no_files(house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, here = house.person(), not house.settings.uploads_bucket
    done, cancelled, deleted, expired = (new(house, anna, "a", "b") for _ in range(4))
    come(house, done, tiny)
    come(house, cancelled, tiny)
    house.client.post(f"{BATCHES}/{cancelled['id']}/cancel", headers=anna).raise_for_status()
    house.client.delete(f"{BATCHES}/{deleted['id']}", headers=anna).raise_for_status()
    house.services.records.write(Delete(batch_key(expired["id"])))
    house.work_off()
    monkeypatch.setattr("retina.batches.claims.CLOCK_SECONDS", -5)  # as if it had been cancelled a while ago
    sent = [
        house.send(batch["upload"], number, tiny)
        for batch, number in ((done, "0"), (cancelled, "1"), (deleted, "0"), (expired, "1"))
    ]
    if here:
        assert [problem(answer) for answer in sent] == [(403, "upload_refused")] * 4
    house.work_off()
    left = {batch["id"]: house.services.uploads.keys(f"batch/{batch['id']}/") for batch in (done, deleted, expired)}
    assert left == {done["id"]: set(), deleted["id"]: set(), expired["id"]: set()}
    assert house.services.uploads.keys(f"batch/{cancelled['id']}/") == {f"batch/{cancelled['id']}/0"}
    form = house.client.post(f"{BATCHES}/{cancelled['id']}/upload", headers=anna)
    assert problem(form) == (409, "batch_closed")
    again = house.client.post(f"{BATCHES}/{cancelled['id']}/retry", headers=anna).json()
    assert (again["counts"]["queued"], again["counts"]["waiting"]) == (1, 1)
    house.work_off()
    assert counts(house, anna, cancelled) == {"done": 1, "waiting": 1}


def test_batches_of_earlier_versions_still_work(house: House, tiny: bytes) -> None:
    anna = house.person()
    batch = new(house, anna, "a", "b", "c", size=1)
    records, account = house.services.records, house.account(anna)
    known, row = records.get(batch_key(batch["id"]), reservation_key(account, batch["id"]))
    assert known is not None
    assert row is not None
    facts = {name: known.data[name] for name in known.data if name not in ("reserved", "largest", "stopped")}
    old = Put(known.key, facts, known.version, expires=facts["expires"])
    records.write(old, Delete(sizes_key(batch["id"], 0)), *reservations.ended(row))
    assert usage(house, anna) == (20, 0)
    form = house.client.post(f"{BATCHES}/{batch['id']}/upload", headers=anna).raise_for_status().json()
    for number, photo in enumerate((tiny, TEXT)):
        house.send(form, str(number), photo)
    assert counts(house, anna, batch) == {"queued": 2, "waiting": 1}
    house.work_off()
    assert counts(house, anna, batch) == {"done": 1, "rejected": 1, "waiting": 1}
    house.client.post(f"{BATCHES}/{batch['id']}/cancel", headers=anna).raise_for_status()
    house.client.post(f"{BATCHES}/{batch['id']}/retry", headers=anna).raise_for_status()
    assert counts(house, anna, batch) == {"done": 1, "rejected": 1, "waiting": 1}
    house.client.delete(f"{BATCHES}/{batch['id']}", headers=anna).raise_for_status()
    assert usage(house, anna) == (19, 0)
