"""Corrections of saved predictions: stored beside what the network found, replaced, recomputed and deleted."""

import json
import time
from typing import Any

import numpy as np
import pytest
from anyio import to_thread

from retina.history.leftovers import SWEPT_SECONDS
from retina.history.records import saved_key
from retina.storage.local import LocalBlobs
from retina.storage.records import Put
from support.corrections import files_of, halves, read, without_the_left
from support.exports import export
from support.history import save
from support.house import ACCOUNT, EXPORTS, PREDICTIONS, House, problem

MEASURED = ("measurements", "measurement_reasons", "regional_measurements")


def correction(house: House, who: dict[str, str], id: str, files: dict[str, Any], **more: str) -> Any:
    return house.client.put(f"{PREDICTIONS}/{id}/correction", files=files, headers=who | more)


def test_a_prediction_saved_with_a_correction_has_both(house: House, tiny: bytes) -> None:
    anna = house.person()
    data = {"outputs": "mask,artery_vein", "save": "true", "subject": "A", "eye": "left"}
    plain = save(house, anna, tiny, outputs="mask,artery_vein", subject="A", eye="left")
    mask = read(plain["images"]["mask"])
    corrected = without_the_left(mask)
    files = {"file": tiny} | files_of(corrected, *halves(mask))
    answer = house.client.post(PREDICTIONS, files=files, data=data, headers=anna).raise_for_status().json()
    record = house.client.get(f"{PREDICTIONS}/{answer['id']}", headers=anna).json()
    shared = set(answer) - {"images"}
    assert {name: record[name] for name in shared} == {name: answer[name] for name in shared}
    assert (record["correction"]["by"], record["correction"]["kinds"]) == ("anna@example.org", True)
    for name in MEASURED:
        assert record["correction"][f"model_{name}"] == plain[name], name
    for name in ("measurements", "regional_measurements"):
        assert record[name] != plain[name], name
    pictures = {name: house.follow(path, anna).content for name, path in record["image_urls"].items()}
    own = {name: house.follow(path, anna).content for name, path in plain["image_urls"].items()}
    assert {name: pictures[name] for name in own} == own, "what the network found"
    assert set(pictures) - set(own) == {"corrected-mask", "corrected-arteries", "corrected-veins", "corrected-field"}
    np.testing.assert_array_equal(read(pictures["corrected-mask"]), corrected)
    np.testing.assert_array_equal(read(pictures["corrected-arteries"]), corrected & halves(mask)[0])
    np.testing.assert_array_equal(read(pictures["corrected-veins"]), corrected & halves(mask)[1])
    assert read(pictures["corrected-field"])[corrected].all()
    [first, *_] = house.client.get(PREDICTIONS, headers=anna).json()["predictions"]
    assert first["correction"] == record["correction"] | {"model_regional_measurements": None}
    assert (first["measurements"], first["regional_measurements"]) == (record["measurements"], None)
    trends = house.client.get("/api/v1/trends?subject=A&eye=left", headers=anna).json()["trends"]
    [density] = [each["points"] for each in trends if each["measurement"] == "vascular_density"]
    assert {point["value"] for point in density} == {plain["measurements"]["vascular_density"]}
    assert {point["id"]: point["corrected"] for point in density} == {plain["id"]: False, answer["id"]: True}


def test_a_saved_prediction_is_corrected_later_and_again(house: House, tiny: bytes) -> None:
    anna = house.person()
    plain = save(house, anna, tiny, threshold="0.3")
    mask, path = read(plain["images"]["mask"]), f"{PREDICTIONS}/{plain['id']}"
    before = house.client.get(path, headers=anna).json()
    assert before["correction"] is None
    same = correction(house, anna, plain["id"], files_of(mask)).raise_for_status().json()
    assert same["measurements"] == before["measurements"]
    first = correction(house, anna, plain["id"], files_of(without_the_left(mask), *halves(mask))).json()
    assert first["correction"]["kinds"] is True
    assert first["correction"]["at"] > same["correction"]["at"]
    second = correction(house, anna, plain["id"], files_of(without_the_left(mask))).raise_for_status().json()
    assert second == house.client.get(path, headers=anna).json()
    assert second["correction"]["kinds"] is False
    changed = {"measurements", "measurement_reasons", "quality", "correction", "image_urls"}
    assert {name for name in before if before[name] != second[name]} <= changed
    assert second["measurements"]["vascular_density"] < before["measurements"]["vascular_density"] / 1.5
    assert set(second["image_urls"]) - set(before["image_urls"]) == {"corrected-mask", "corrected-field"}
    missing = house.client.get(f"{path}/corrected-veins.png", headers=anna)
    assert problem(missing) == (404, "not_found")
    if isinstance(house.services.results, LocalBlobs):
        assert len([*house.data.rglob("*corrected-*.png")]) == 2, "what was replaced is gone"
    key = house.key(anna)
    charged = correction(house, key, plain["id"], files_of(mask))
    assert (charged.headers["X-Credits-Charged"], charged.headers["X-Credits-Left"]) == ("1", "19")
    assert charged.json()["correction"]["by"] == f"API key {key['X-API-Key'].split('_')[1]}"


def test_a_correction_that_is_sent_twice_with_one_key_is_made_once(house: House, tiny: bytes) -> None:
    anna = house.person()
    plain, named = save(house, anna, tiny), {"Idempotency-Key": "k"}
    mask = read(plain["images"]["mask"])
    first = correction(house, anna, plain["id"], files_of(mask), **named)
    again = correction(house, anna, plain["id"], files_of(mask), **named)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    other = correction(house, anna, plain["id"], files_of(without_the_left(mask)), **named)
    assert problem(other) == (422, "idempotency_key_reused")


def test_a_wrong_correction_changes_nothing_and_costs_nothing(house: House, tiny: bytes) -> None:
    anna = house.person()
    key = house.key(anna)
    plain = save(house, anna, tiny)
    before = house.client.get(f"{PREDICTIONS}/{plain['id']}", headers=anna).json()
    mask = read(plain["images"]["mask"])
    assert problem(correction(house, key, plain["id"], files_of(mask[1:]))) == (422, "correction_wrong_size")
    assert problem(correction(house, key, plain["id"], {"file": tiny})) == (422, "file_missing")
    photograph = correction(house, key, plain["id"], {"file": tiny} | files_of(mask))
    assert problem(photograph) == (422, "invalid_request")
    assert problem(correction(house, key, "0" * 32, files_of(mask))) == (404, "not_found")
    large = {"corrected_mask": b"\x89PNG\r\n\x1a\n" + bytes(house.settings.inline_bytes + 2**17)}
    assert problem(correction(house, key, plain["id"], large)) == (413, "request_too_large")
    assert house.client.get(f"{PREDICTIONS}/{plain['id']}", headers=anna).json() == before
    assert house.credits(key) == 20


def test_a_correction_of_the_mask_from_before_it_was_recomputed_says_so(house: House, tiny: bytes) -> None:
    anna = house.person()
    plain = save(house, anna, tiny)
    path, mask = f"{PREDICTIONS}/{plain['id']}/correction", read(plain["images"]["mask"])
    for model, expected in (
        ({"corrected_model": "a" * 64}, {"name": "unknown", "sha256": "a" * 64}),
        ({"corrected_model": plain["model"]["sha256"]}, plain["model"]),
        ({}, plain["model"]),
    ):
        made = house.client.put(path, files=files_of(mask), data=model, headers=anna).raise_for_status().json()
        assert made["correction"]["model"] == expected, model
    data = {"save": "true", "corrected_model": "b" * 64}
    answer = house.client.post(PREDICTIONS, files={"file": tiny} | files_of(mask), data=data, headers=anna)
    record = house.client.get(f"{PREDICTIONS}/{answer.json()['id']}", headers=anna).json()
    assert record["correction"]["model"]["sha256"] == "b" * 64


def test_recomputing_keeps_the_correction_and_says_whose_mask_was_corrected(house: House, tiny: bytes) -> None:
    anna = house.person()
    plain = save(house, anna, tiny)
    corrected = without_the_left(read(plain["images"]["mask"]))
    path = f"{PREDICTIONS}/{plain['id']}"
    made = correction(house, anna, plain["id"], files_of(corrected)).json()
    key = saved_key(house.account(anna), plain["id"])
    [record] = house.services.records.get(key)
    assert record
    older = {"name": "older", "sha256": "a" * 64}
    facts = record.data | {"correction": record.data["correction"] | {"model": older}}
    house.services.records.write(Put(key, facts, record.version))
    again = house.client.post(f"{path}/recompute?structures=true", headers=anna).raise_for_status().json()
    assert again["predicted"] > made["predicted"]
    assert again["correction"]["model"] == older
    assert again["model"] == plain["model"]
    assert (again["correction"]["by"], again["correction"]["at"]) == ("anna@example.org", made["correction"]["at"])
    assert again["measurements"]["vascular_density"] == made["measurements"]["vascular_density"]
    assert again["regional_measurements"], "the correction is measured by region, too"
    assert again["correction"]["model_measurements"]["vascular_density"] == plain["measurements"]["vascular_density"]
    np.testing.assert_array_equal(read(house.follow(again["image_urls"]["corrected-mask"], anna).content), corrected)
    np.testing.assert_array_equal(
        read(house.follow(again["image_urls"]["mask"], anna).content), read(plain["images"]["mask"])
    )
    changed = house.client.patch(path, json={"note": "n"}, headers=anna).json()
    assert changed["correction"] == again["correction"]


def test_a_correction_that_comes_while_another_is_recomputed_is_not_lost(
    house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = house.person()
    plain = save(house, anna, tiny)
    mask = read(plain["images"]["mask"])
    correction(house, anna, plain["id"], files_of(mask)).raise_for_status()
    predict = house.app.state.predictor.predict
    newer: list[dict[str, Any]] = []

    async def meanwhile(*positional: Any, **options: Any) -> Any:
        monkeypatch.undo()
        files = files_of(without_the_left(mask))
        newer.append(await to_thread.run_sync(lambda: correction(house, anna, plain["id"], files).json()))
        return await predict(*positional, **options)

    monkeypatch.setattr(house.app.state.predictor, "predict", meanwhile)
    path = f"{PREDICTIONS}/{plain['id']}"
    assert problem(house.client.post(f"{path}/recompute", headers=anna)) == (503, "busy")
    assert house.client.get(path, headers=anna).json() == newer[0]
    again = house.client.post(f"{path}/recompute", headers=anna).raise_for_status().json()
    assert again["correction"]["at"] == newer[0]["correction"]["at"]
    assert house.follow(again["image_urls"]["corrected-mask"], anna).status_code == 200


def test_a_deleted_correction_is_gone_with_its_copies(house: House, tiny: bytes) -> None:
    anna = house.person()
    plain = save(house, anna, tiny)
    before = house.client.get(f"{PREDICTIONS}/{plain['id']}", headers=anna).json()
    mask, path = read(plain["images"]["mask"]), f"{PREDICTIONS}/{plain['id']}/correction"
    named = {"Idempotency-Key": "k"}
    correction(house, anna, plain["id"], files_of(mask, *halves(mask)), **named).raise_for_status()
    exported = house.client.post(EXPORTS, json={"history": True}, headers=anna).json()["id"]
    house.work_off()
    receipt = house.client.delete(path, headers=anna).raise_for_status().json()
    counts = {name: count for name, count in receipt.items() if name != "remains" and count}
    assert counts == {"corrections": 1, "pictures": 4, "answers": 1, "exports": 1}
    assert house.client.get(f"{PREDICTIONS}/{plain['id']}", headers=anna).json() == before
    assert problem(house.client.get(f"{EXPORTS}/{exported}", headers=anna)) == (404, "not_found")
    if isinstance(house.services.results, LocalBlobs):
        assert not [*house.data.rglob("*corrected-*.png")]
    assert problem(house.client.delete(path, headers=anna)) == (404, "not_found")
    fresh = correction(house, anna, plain["id"], files_of(mask), **named)
    assert "Idempotency-Replayed" not in fresh.headers


def test_an_interrupted_deletion_of_a_correction_is_completed(
    house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = house.person()
    plain = save(house, anna, tiny)
    correction(house, anna, plain["id"], files_of(read(plain["images"]["mask"]))).raise_for_status()
    path = f"{PREDICTIONS}/{plain['id']}/correction"

    def fails(folder: str) -> int:
        raise OSError(folder)

    with monkeypatch.context() as patch:
        patch.setattr(house.services.results, "delete_all", fails)
        assert house.client.delete(path, headers=anna).status_code == 500
    receipt = house.client.delete(path, headers=anna).raise_for_status().json()
    assert (receipt["corrections"], receipt["pictures"]) == (1, 2)
    assert problem(house.client.delete(path, headers=anna)) == (404, "not_found")


def test_a_corrected_prediction_is_deleted_as_a_whole(house: House, tiny: bytes) -> None:
    anna = house.person()
    plain = save(house, anna, tiny)
    correction(house, anna, plain["id"], files_of(read(plain["images"]["mask"]))).raise_for_status()
    receipt = house.client.delete(f"{PREDICTIONS}/{plain['id']}", headers=anna).raise_for_status().json()
    assert receipt["pictures"] == len(plain["image_urls"]) + 2
    if isinstance(house.services.results, LocalBlobs):
        assert not [*house.data.rglob("*.png")]


def test_masks_that_a_failed_write_left_behind_are_deleted_later(
    house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = house.person()
    plain = save(house, anna, tiny)
    mask, history = read(plain["images"]["mask"]), house.services.history
    put = house.services.results.put

    def fails(key: str, data: bytes, content_type: str) -> None:
        put(key, data, content_type)
        if "corrected-veins" in key:
            raise OSError(key)

    with monkeypatch.context() as patch:
        patch.setattr(house.services.results, "put", fails)
        assert correction(house, anna, plain["id"], files_of(mask, *halves(mask))).status_code == 500
    assert house.client.get(f"{PREDICTIONS}/{plain['id']}", headers=anna).json()["correction"] is None
    account = house.account(anna)
    assert history.leftovers.sweep(account)["pictures"] == 0, "they might still be in use"
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + SWEPT_SECONDS + 60)
    assert history.leftovers.sweep(account)["pictures"] == 3
    if isinstance(house.services.results, LocalBlobs):
        assert not [*house.data.rglob("*corrected-*.png")]


def test_an_account_that_is_deleted_leaves_no_correction(house: House, tiny: bytes) -> None:
    anna = house.person()
    plain = save(house, anna, tiny)
    correction(house, anna, plain["id"], files_of(read(plain["images"]["mask"]))).raise_for_status()
    account = house.account(anna)
    archive = export(house, anna, account=True)
    [facts] = [name for name in archive.namelist() if name.endswith("prediction.json")]
    assert json.loads(archive.read(facts))["correction"]["by"] == "anna@example.org"
    receipt = house.client.delete(ACCOUNT, headers=anna).raise_for_status().json()
    assert receipt["pictures"] == len(plain["image_urls"]) + 2
    assert house.services.history.of(account)[0] == []
    if isinstance(house.services.results, LocalBlobs):
        assert not [*house.data.rglob("*.png")]
