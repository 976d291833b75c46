"""Exports, made by the worker and downloaded: one contract for the embedded stores and for AWS."""

import io
import json
import math
import re
import time
import zipfile
from dataclasses import replace
from typing import Any

import pytest

from retina.batches.records import batch_key
from retina.exports.service import MOST_EXPORTS
from retina.history.records import PredictionRecord
from retina.jobs.archive import pack_history
from retina.jobs.work import GivenUpError
from retina.queue.port import ATTEMPTS
from retina.storage.records import Delete
from support.batches import TEXT, come, new
from support.exports import export
from support.history import save
from support.house import EXPORTS, House, problem
from support.tables import rows_of


def test_a_batch_is_exported_with_table_and_images_under_safe_names(house: House, tiny: bytes) -> None:
    anna = house.person()
    names = ("../../etc/passwd", "C:\\photos\\left eye.jpg", "ä/ö ü.png", "text.jpg", "later.jpg")
    batch = new(house, anna, *names)
    come(house, batch, tiny, tiny, tiny, TEXT)
    house.work_off()
    archive = export(house, anna, batch=batch["id"])
    assert archive.testzip() is None
    pictures = sorted(set(archive.namelist()) - {"results.csv", "measurements.csv"})
    assert pictures == [
        "00000_passwd_mask.png",
        "00000_passwd_overlay.jpg",
        "00001_left-eye_mask.png",
        "00001_left-eye_overlay.jpg",
        "00002_ö-ü_mask.png",
        "00002_ö-ü_overlay.jpg",
    ]
    rows = rows_of(archive.read("results.csv"))
    assert [row["status"] for row in rows] == ["done", "done", "done", "rejected", "waiting"]
    mask = house.follow(f"/api/v1/batches/{batch['id']}/items/1/mask.png", anna).content
    assert archive.read("00001_left-eye_mask.png") == mask


def test_the_history_is_exported_with_everything_stored(house: House, tiny: bytes) -> None:
    anna = house.person()
    first = save(house, anna, tiny, subject="P/1", eye="left", taken_on="2026-05-04", note="=1+1")
    second = save(house, anna, tiny)
    save(house, house.person("berta"), tiny, subject="hers")
    archive = export(house, anna, history=True)
    folder = f"2026-05-04_1_left_{first['id'][:8]}"
    assert {name.split("/")[0] for name in archive.namelist()} > {folder, "history.csv", "measurements.csv"}
    assert len({name.split("/")[0] for name in archive.namelist()}) == 4
    found = json.loads(archive.read(f"{folder}/prediction.json"))
    assert (found["id"], found["note"], found["measurements"]) == (first["id"], "=1+1", first["measurements"])
    for name, path in first["image_urls"].items():
        assert archive.read(f"{folder}/{name}.png") == house.follow(path, anna).content
    rows = rows_of(archive.read("history.csv"))
    assert {row["id"] for row in rows} == {first["id"], second["id"]}
    [row] = [row for row in rows if row["id"] == first["id"]]
    assert (row["subject"], row["eye"], row["taken_on"], row["note"]) == ("P/1", "left", "2026-05-04", "'=1+1")
    assert row["vascular_density"] == str(first["measurements"]["vascular_density"])


def test_a_large_export_has_parts_that_can_each_be_opened(house: House, tiny: bytes) -> None:
    anna = house.person()
    ids = {save(house, anna, tiny, subject=f"P-{n}", taken_on=f"2026-05-0{n % 2 + 1}")["id"] for n in range(5)}
    batch = new(house, anna, "a.jpg", "b.jpg", "c.jpg", "later.jpg")
    come(house, batch, tiny, tiny, tiny)
    house.work_off()
    for body, name, column, expected, seconds in (
        ({"history": True}, "history.csv", "id", ids, math.inf),
        ({"history": True}, "history.csv", "id", ids, 0),
        ({"batch": batch["id"]}, "results.csv", "number", {"0", "1", "2", "3"}, math.inf),
        ({"batch": batch["id"]}, "results.csv", "number", {"0", "1", "2", "3"}, 0),
    ):
        # As much as one photograph's, or no time at all: each part holds one photograph.
        house.work = replace(house.work, part_bytes=10_000 if seconds else 2**31, export_seconds=seconds)
        made = house.client.post(EXPORTS, json=body, headers=anna).raise_for_status().json()["id"]
        house.work_off()
        ready = house.client.get(f"{EXPORTS}/{made}", headers=anna).json()
        assert ready["state"] == "ready"
        parts, count = ready["parts"], len(expected)
        assert len(parts) in (count, count - 1), "what waits has no pictures, and fills no part"
        assert [part["name"].rpartition("-of-")[0][-1] for part in parts] == [str(n + 1) for n in range(len(parts))]
        assert (ready["url"].split("?")[0], ready["bytes"]) == (
            parts[0]["url"].split("?")[0],
            sum(part["bytes"] for part in parts),
        )
        rows, pictures = list[str](), list[str]()
        for part in parts:
            file = house.fetch(part["url"])
            assert part["name"] in file.headers["content-disposition"]
            archive = zipfile.ZipFile(io.BytesIO(file.content))
            assert archive.testzip() is None
            rows += [row[column] for row in rows_of(archive.read(name))]
            pictures += [name for name in archive.namelist() if name.endswith("mask.png")]
        assert sorted(rows) == sorted(expected)
        assert len(pictures) == len({*pictures}) == (5 if "history" in body else 3)


def test_an_export_resumes_after_the_last_part_of_a_killed_worker(
    house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = house.person()
    for n in range(3):
        save(house, anna, tiny, taken_on=f"2026-05-0{n + 1}")
    made = house.client.post(EXPORTS, json={"history": True}, headers=anna).json()["id"]
    house.work = replace(house.work, part_bytes=1)
    packed = list[str | None]()

    def killed(*found: Any) -> str | None:
        packed.append(found[4])
        if len(packed) == 2:
            raise KeyboardInterrupt
        return pack_history(*found)

    monkeypatch.setattr("retina.jobs.work.pack_history", killed)
    with pytest.raises(KeyboardInterrupt):
        house.work(f"exports/{made}", 1)
    house.work(f"exports/{made}", 2)
    assert packed[0] is None
    assert packed[1] == packed[2] is not None
    ready = house.client.get(f"{EXPORTS}/{made}", headers=anna).json()
    assert (ready["state"], len(ready["parts"])) == ("ready", 3)


def test_an_export_deleted_while_in_progress_stops_and_leaves_nothing(
    house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = house.person()
    for _ in range(3):
        save(house, anna, tiny)
    made = house.client.post(EXPORTS, json={"history": True}, headers=anna).json()["id"]
    monkeypatch.setattr("retina.jobs.archive.LOOK_SECONDS", -1)
    read, stopped = PredictionRecord.key_of, list[int]()

    def meanwhile(saved: PredictionRecord, picture: str) -> str:
        if not stopped:
            stopped.append(house.client.delete(f"{EXPORTS}/{made}", headers=anna).status_code)
        return read(saved, picture)

    monkeypatch.setattr(PredictionRecord, "key_of", meanwhile)
    house.work_off()
    assert stopped == [200]
    assert house.services.results.delete_all(f"exports/{made}/") == 0


def test_an_export_names_its_content_and_holds_only_ones_own_data(house: House) -> None:
    anna, berta = house.person(), house.person("berta")
    batch = new(house, berta, "a")
    for wrong in ({}, {"history": False}, {"history": True, "batch": batch["id"]}, {"all": True}):
        assert problem(house.client.post(EXPORTS, json=wrong, headers=anna)) == (422, "invalid_request")
    for id in (batch["id"], "0" * 32):
        assert problem(house.client.post(EXPORTS, json={"batch": id}, headers=anna)) == (404, "not_found")
    hers = house.client.post(EXPORTS, json={"history": True}, headers=berta).json()["id"]
    assert problem(house.client.get(f"{EXPORTS}/{hers}", headers=anna)) == (404, "not_found")
    empty = export(house, anna, history=True)
    assert empty.namelist() == ["history.csv", "measurements.csv"]


def test_concurrent_exports_are_limited(house: House) -> None:
    anna = house.person()
    for _ in range(MOST_EXPORTS):
        assert house.client.post(EXPORTS, json={"history": True}, headers=anna).status_code == 202
    for _ in range(2):
        answer = house.client.post(EXPORTS, json={"history": True}, headers=anna)
        assert problem(answer) == (409, "too_many_exports")


def test_an_export_that_cannot_be_created_fails_in_the_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = house.person()
    gone, expired = new(house, anna, "a"), new(house, anna, "b")
    exports = [
        house.client.post(EXPORTS, json=body, headers=anna).json()["id"]
        for body in ({"batch": gone["id"]}, {"history": True}, {"batch": expired["id"]})
    ]
    house.client.delete(f"/api/v1/batches/{gone['id']}", headers=anna)
    house.services.records.write(Delete(batch_key(expired["id"])))
    for id in (exports[0], exports[2]):
        house.work(f"exports/{id}", 1)

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("retina.jobs.work.pack_history", full)
        for attempt in range(1, ATTEMPTS + 1):
            with pytest.raises(OSError, match="no space"):
                house.work(f"exports/{exports[1]}", attempt)
        with pytest.raises(GivenUpError):
            house.work(f"exports/{exports[1]}", ATTEMPTS + 1)
    assert problem(house.client.get(f"{EXPORTS}/{exports[0]}", headers=anna)) == (404, "not_found")
    for id in exports[1:]:
        found = house.client.get(f"{EXPORTS}/{id}", headers=anna).json()
        assert (found["state"], found["url"]) == ("failed", None)


def test_a_download_link_is_valid_for_one_file_and_a_short_time(
    tmp_path: Any, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path)
    anna = house.person()
    answer = save(house, anna, tiny)
    link = house.client.get(answer["image_urls"]["mask"], headers=anna, follow_redirects=False).headers["location"]
    assert house.fetch(link).status_code == 200
    for wrong in (
        link.replace("mask.png?", "photograph.png?"),
        re.sub(r"signature=.", "signature=x", link),
        re.sub(r"expires=\d", "expires=9", link),
        link.replace("/files/", "/files/../"),
        re.sub(r"/files/.*\?", "/files/../issuer.pem?", link),
        re.sub(r"name=[^&]*", "name=other.png", link),
        link.split("?")[0],
        re.sub(r"expires=\d+", "expires=1e9", link),
    ):
        assert house.fetch(wrong).status_code in (404, 422), wrong
    later = time.time() + 901
    monkeypatch.setattr("retina.storage.local.time.time", lambda: later)
    assert problem(house.fetch(link)) == (404, "not_found")
