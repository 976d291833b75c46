"""Batches through the API: one contract for the embedded stores and queue, and for those on AWS."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from retina.accounts.ledger import Credits
from retina.batches.schemas import MOST_ITEMS
from support.batches import TEXT, assert_balanced, come, counts, items, new, table
from support.house import BATCHES, House, problem


def test_every_photograph_is_listed_at_any_time_and_only_finished_ones_are_charged(house: House, tiny: bytes) -> None:
    anna = house.person()
    key = house.key(anna)
    batch = new(house, key, "visit 1/left.jpg", "=SUM(A1).jpg", "text.jpg", "late.jpg")
    assert counts(house, key, batch) == {"waiting": 4}
    come(house, batch, tiny, tiny, TEXT)
    assert counts(house, key, batch) == {"waiting": 1, "queued": 3}
    house.work_off()
    assert counts(house, key, batch) == {"waiting": 1, "done": 2, "rejected": 1}
    first, _, third, fourth = items(house, key, batch)
    assert (first["number"], first["name"], first["state"], first["code"]) == (0, "visit 1/left.jpg", "done", "")
    direct = house.client.post("/api/v1/predictions", files={"file": ("a", tiny)}, data={"outputs": "mask"}).json()
    for part in ("model", "photograph", "quality", "measurements", "threshold", "canvas"):
        assert first["findings"][part] == direct[part], part
    assert (third["state"], third["code"], third["findings"]) == ("rejected", "unsupported_media_type", None)
    assert third["detail"].endswith(".")
    assert fourth["state"] == "waiting"
    rows = table(house, key, batch)
    assert [row["status"] for row in rows] == ["done", "done", "rejected", "waiting"]
    assert [row["file"] for row in rows] == ["visit 1/left.jpg", "'=SUM(A1).jpg", "text.jpg", "late.jpg"]
    assert rows[0]["vascular_density"] == str(direct["measurements"]["vascular_density"])
    mask = house.follow(first["image_urls"]["mask"], key)
    assert Image.open(io.BytesIO(mask.content)).size == (177, 177)
    assert house.follow(first["image_urls"]["overlay"], key).headers["content-type"] == "image/jpeg"
    for nothing in ("2/mask.png", "0/probability.png", "9/mask.png", "0/names.json"):
        answer = house.client.get(f"{BATCHES}/{batch['id']}/items/{nothing}", headers=key)
        assert problem(answer) == (404, "not_found"), nothing
    assert house.client.get(f"{BATCHES}/{batch['id']}", headers=key).json()["state"] == "open"
    house.send(batch["upload"], "3", tiny)
    house.work_off()
    assert house.client.get(f"{BATCHES}/{batch['id']}", headers=key).json()["state"] == "done"
    assert_balanced(house, anna, 20 - 3)
    [charged] = house.client.get("/api/v1/usage", headers=key).json()["charges"]
    assert (charged["credits"], charged["key_id"]) == (3, key["X-API-Key"].split("_")[1])


def test_the_requested_outputs_are_created_for_each_photograph(house: House, tiny: bytes) -> None:
    anna = house.person()
    white = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(white, "PNG")
    batch = new(house, anna, "a", "b", outputs="probability, skeleton", threshold=0.9, flips=True, force=True)
    come(house, batch, tiny, white.getvalue())
    house.work_off()
    first, second = items(house, anna, batch)
    assert set(first["image_urls"]) == set(batch["outputs"]) == {"probability", "skeleton"}
    assert (first["findings"]["threshold"], first["findings"]["flips"]) == (0.9, True)
    assert (second["state"], second["findings"]["quality"]["fundus_like"]) == ("done", False)
    assert house.follow(first["image_urls"]["skeleton"], anna).status_code == 200
    reasons = [item["findings"]["quality"]["expected_dice_reason"] for item in (first, second)]
    assert [row["expected_dice_reason"] for row in table(house, anna, batch)] == reasons
    assert all(reasons)


def test_invalid_items_are_rejected_when_the_batch_is_created(house: House, tiny: bytes) -> None:
    anna = house.person()
    announced = [("huge.tif", 50 * 2**20 + 1), ("empty.jpg", 0), ("good.jpg", len(tiny))]
    body = {"items": [{"name": name, "size": size} for name, size in announced]}
    batch = house.client.post(BATCHES, json=body, headers=anna).json()
    assert counts(house, anna, batch) == {"waiting": 1, "rejected": 2}
    assert [(item["state"], item["code"]) for item in items(house, anna, batch)] == [
        ("rejected", "photograph_too_large"),
        ("rejected", "photograph_unreadable"),
        ("waiting", ""),
    ]
    house.send(batch["upload"], "1", tiny)  # although it was not awaited
    house.send(batch["upload"], "2", tiny)
    house.work_off()
    assert counts(house, anna, batch) == {"done": 1, "rejected": 2}
    assert_balanced(house, anna, 19)


def test_a_cancelled_batch_stops_and_continues_when_retried(house: House, tiny: bytes) -> None:
    anna = house.person()
    batch = new(house, anna, "a", "b", "c")
    come(house, batch, tiny, tiny)
    path = f"{BATCHES}/{batch['id']}"
    for _ in range(2):
        assert house.client.post(f"{path}/cancel", headers=anna).json()["state"] == "cancelled"
    house.work_off()
    assert counts(house, anna, batch) == {"failed": 3}
    assert {(row["status"], row["code"]) for row in table(house, anna, batch)} == {("failed", "cancelled")}
    assert_balanced(house, anna, 20)
    again = house.client.post(f"{path}/retry", headers=anna).json()
    assert again["state"] == "open"
    assert counts(house, anna, batch) == {"waiting": 1, "queued": 2}
    house.work_off()
    assert counts(house, anna, batch) == {"waiting": 1, "done": 2}
    house.client.post(f"{path}/cancel", headers=anna)
    assert counts(house, anna, batch) == {"done": 2, "failed": 1}
    assert_balanced(house, anna, 18)


def test_without_credits_nothing_starts_until_there_are_more(house: House, tiny: bytes) -> None:
    anna = house.person()
    account, books = house.account(anna), Credits(house.services.records)
    for n in range(18):
        books.charge(account, "", f"spent {n}")
    body = {"items": [{"name": name, "size": len(tiny)} for name in "abc"]}
    refused = house.client.post(BATCHES, json=body, headers=anna)
    assert problem(refused) == (402, "out_of_credits")
    assert "You chose 3 photographs and have 2 credits" in refused.json()["detail"]
    assert house.client.get(BATCHES, headers=anna).json()["batches"] == []
    house.grant(anna, 3)
    batch = house.client.post(BATCHES, json=body, headers=anna).raise_for_status().json()
    come(house, batch, tiny, TEXT, tiny)
    house.work_off()
    assert counts(house, anna, batch) == {"done": 2, "rejected": 1}
    assert_balanced(house, anna, 3)
    before = items(house, anna, batch)
    house.client.post(f"{BATCHES}/{batch['id']}/retry", headers=anna).raise_for_status()
    house.work_off()
    assert items(house, anna, batch) == before, "what is done or rejected stays so"
    assert_balanced(house, anna, 3)


def test_a_deleted_batch_is_gone_even_with_waiting_photographs(house: House, tiny: bytes) -> None:
    anna = house.person()
    batch, other = new(house, anna, "a", "b", "secret name.jpg"), new(house, anna, "a")
    come(house, batch, tiny)
    house.work_off()
    [link] = [
        house.client.get(items(house, anna, batch)[0]["image_urls"]["mask"], headers=anna, follow_redirects=False)
    ]
    house.send(batch["upload"], "1", tiny)
    assert house.client.delete(f"{BATCHES}/{batch['id']}", headers=anna).json()["batches"] == 1
    house.send(batch["upload"], "2", tiny)  # by somebody who did not hear of it
    house.work_off()
    for more in ("", "/items", "/results.csv", "/statistics", "/items/0/mask.png"):
        assert problem(house.client.get(f"{BATCHES}/{batch['id']}{more}", headers=anna)) == (404, "not_found")
    for method, more in (("POST", "/retry"), ("POST", "/cancel"), ("POST", "/upload"), ("DELETE", "")):
        answer = house.client.request(method, f"{BATCHES}/{batch['id']}{more}", headers=anna)
        assert problem(answer) == (404, "not_found")
    assert house.fetch(link.headers["location"]).status_code in (403, 404)
    assert [each["id"] for each in house.client.get(BATCHES, headers=anna).json()["batches"]] == [other["id"]]
    folder = f"batch/{batch['id']}/"
    assert not house.services.uploads.keys(folder)
    assert house.services.results.read(f"{folder}names.json") is None
    assert_balanced(house, anna, 19)


def test_batches_and_their_photographs_are_paginated(house: House) -> None:
    anna = house.person()
    house.grant(anna, 10)
    ids = [new(house, anna, *(f"{n}.jpg" for n in range(5)))["id"] for _ in range(5)]
    seen, cursor = [], None
    while True:
        page = house.client.get(BATCHES, params={"limit": 2} | ({"cursor": cursor} if cursor else {}), headers=anna)
        seen += [batch["id"] for batch in page.json()["batches"]]
        cursor = page.json()["next"]
        if not cursor:
            break
    assert seen == ids[::-1]
    path = f"{BATCHES}/{ids[0]}/items"
    first = house.client.get(path, params={"limit": 3}, headers=anna).json()
    rest = house.client.get(path, params={"limit": 3, "cursor": first["next"]}, headers=anna).json()
    assert [item["name"] for item in first["items"] + rest["items"]] == [f"{n}.jpg" for n in range(5)]
    assert rest["next"] is None
    for wrong in ("x", "LTE=", "Mi4w"):
        assert problem(house.client.get(path, params={"cursor": wrong}, headers=anna)) == (422, "invalid_request")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"items": []},
        {"items": [{"name": "", "size": 1}]},
        {"items": [{"name": "a", "size": -1}]},
        {"items": [{"name": "x" * 256, "size": 1}]},
        {"items": [{"name": "a", "size": 1}] * (MOST_ITEMS + 1)},
        {"items": [{"name": "a", "size": 1}], "outputs": "preview"},
        {"items": [{"name": "a", "size": 1}], "outputs": ""},
        {"items": [{"name": "a", "size": 1}], "threshold": 2},
        {"items": [{"name": "a", "size": 1}], "colour": "red"},
    ],
)
def test_an_invalid_batch_is_refused(house: House, body: dict[str, Any]) -> None:
    assert problem(house.client.post(BATCHES, json=body, headers=house.person())) == (422, "invalid_request")


def test_a_batch_of_ten_thousand_is_accepted(house: House) -> None:
    anna = house.person()
    house.grant(anna, 10_000)
    batch = new(house, anna, *(f"folder/{n}.jpg" for n in range(MOST_ITEMS)), size=1000)
    assert counts(house, anna, batch) == {"waiting": MOST_ITEMS}
    assert items(house, anna, batch, limit=2)[1]["name"] == "folder/1.jpg"
    assert len(table(house, anna, batch)) == MOST_ITEMS


def test_all_of_a_long_batch_is_queued_again(house: House, tiny: bytes) -> None:
    anna = house.person()
    house.grant(anna, 10)
    batch = new(house, anna, *(f"{n}.jpg" for n in range(25)))
    come(house, batch, *([TEXT] * 25))
    path = f"{BATCHES}/{batch['id']}"
    house.client.post(f"{path}/cancel", headers=anna)
    house.work_off()
    house.client.post(f"{path}/retry", headers=anna)
    house.work_off()
    assert counts(house, anna, batch) == {"rejected": 25}


def test_a_form_only_accepts_numbered_photographs_of_its_batch_and_can_be_renewed(tmp_path: Any, tiny: bytes) -> None:
    house = House(tmp_path)
    anna = house.person()
    batch = new(house, anna, "a", "b")
    form = batch["upload"]
    for name in ("a.jpg", "", "1/2", "-1", "../x", "1e1", "1000000", "1" * 1000, "00", "2", "${filename}"):
        assert problem(house.send(form, name, tiny)) in ((403, "upload_refused"), (422, "invalid_request")), name
    other = form | {"fields": form["fields"] | {"key": f"batch/{'0' * 32}/${{filename}}"}}
    assert problem(house.send(other, "0", tiny)) == (403, "upload_refused")
    renewed = house.client.post(f"{BATCHES}/{batch['id']}/upload", headers=anna).json()
    assert house.send(renewed, "1", tiny).status_code == 204
    assert [item["state"] for item in items(house, anna, batch)] == ["waiting", "queued"]


def test_a_form_for_s3_is_bound_to_its_batch(s3: Any, aws: str) -> None:
    import base64
    import json

    from retina.storage.port import FILE_NAME
    from retina.storage.s3 import S3Uploads

    form = S3Uploads(s3, "bucket", 1000).form(f"batch/{'1' * 32}/{FILE_NAME}", "application/octet-stream", "")
    conditions = json.loads(base64.b64decode(form.fields["policy"]))["conditions"]
    assert ["starts-with", "$key", f"batch/{'1' * 32}/"] in conditions
    assert ["content-length-range", 1, 1000] in conditions
    assert {"Content-Type": "application/octet-stream"} in conditions
    assert not isinstance(form.fields["key"], httpx.URL)


def test_the_statistics_of_a_batch_cover_what_is_done(house: House, tiny: bytes) -> None:
    anna = house.person()
    batch = new(house, anna, "a.jpg", "b.jpg", "text.jpg", "late.jpg")
    empty = house.client.get(f"{BATCHES}/{batch['id']}/statistics", headers=anna).raise_for_status().json()
    assert (empty["photographs"], empty["grades"], empty["differing"]) == (0, {}, [])
    come(house, batch, tiny, tiny, TEXT)
    house.work_off()
    done = items(house, anna, batch)[0]["findings"]
    found = house.client.get(f"{BATCHES}/{batch['id']}/statistics", headers=anna).raise_for_status().json()
    assert (found["photographs"], found["grades"]) == (2, {done["quality"]["grade"]: 2})
    density = found["measurements"][0]
    assert density["measurement"] == "vascular_density"
    assert (density["count"], density["median"]) == (2, done["measurements"]["vascular_density"])
    assert (density["lower_quartile"], density["histogram"], density["outliers"]) == (None, None, [])
    assert density["by_grade"][done["quality"]["grade"]]["count"] == 2
