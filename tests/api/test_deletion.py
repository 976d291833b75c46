"""Deletion: no byte of deleted data stays in either store, including all copies."""

import errno
import io
import time
import zipfile
from typing import Any

import pytest

from retina.exports.records import Part
from retina.exports.service import Exports, SupersededError
from retina.storage.records import Key, Put
from support.batches import come, new
from support.history import save
from support.house import (
    BATCHES,
    EXPORTS,
    PREDICTIONS,
    House,
    problem,
)
from support.stored import found

SUBJECT, NOTE, FILE = "Planted-Subject-7319", "planted note 2b1c9", "planted-file-60ae.jpg"
FIRST = {"Idempotency-Key": "the first time"}
AGAIN = {"Idempotency-Key": "the second time"}


def pieces(picture: bytes) -> list[bytes]:
    """Some of its bytes, by which it is known wherever it lies."""
    step = len(picture) // 5
    return [picture[at : at + 48] for at in range(step, 5 * step - 48, step)]


def export(house: House, who: dict[str, str], **body: Any) -> str:
    made = house.client.post(EXPORTS, json=body, headers=who).raise_for_status().json()["id"]
    house.work_off()
    assert house.client.get(f"{EXPORTS}/{made}", headers=who).json()["state"] == "ready"
    return str(made)


def counted(receipt: dict[str, Any]) -> dict[str, int]:
    return {kind: count for kind, count in receipt.items() if kind != "remains" and count}


def test_no_trace_of_a_deleted_prediction_is_stored(house: House, tiny: bytes) -> None:
    anna = house.person()
    key = house.key(anna)
    saved = save(house, key | FIRST, tiny, subject=SUBJECT, note=NOTE, outputs="preview,mask", file_name=FILE)
    path = f"{PREDICTIONS}/{saved['id']}"
    again = house.client.post(f"{path}/recompute", headers=key | AGAIN).raise_for_status().json()
    assert (again["subject"], again["note"]) == (SUBJECT, NOTE)
    history, batch = export(house, anna, history=True), export(house, anna, batch=new(house, anna, "a")["id"])
    photograph = house.follow(saved["image_urls"]["photograph"], anna).content
    place = f"{house.account(anna)}/{saved['id']}/"
    traces = [SUBJECT, NOTE, FILE, place, saved["images"]["original_image"], *pieces(photograph)]
    assert found(house, *traces) == {*traces}, "or the search proves nothing"
    receipt = house.client.delete(path, headers=anna).raise_for_status().json()
    # The photograph, its thumbnail and four pictures; the answers to the first request and to the second.
    assert counted(receipt) == {"predictions": 1, "pictures": 6, "answers": 2, "exports": 1}
    assert found(house, *traces) == set()
    assert problem(house.client.get(f"{EXPORTS}/{history}", headers=anna)) == (404, "not_found")
    assert house.client.get(f"{EXPORTS}/{batch}", headers=anna).json()["state"] == "ready", "it holds none of it"
    assert problem(house.client.post(f"{path}/recompute", headers=key | AGAIN)) == (404, "not_found")
    assert save(house, key | FIRST, tiny)["id"] != saved["id"]


def test_no_trace_of_a_deleted_batch_is_stored(house: House, tiny: bytes) -> None:
    anna = house.person()
    batch = new(house, anna, f"{SUBJECT}.jpg", "waits.jpg")
    come(house, batch, tiny)
    house.work_off()
    made = export(house, anna, batch=batch["id"])
    mask = house.follow(f"{BATCHES}/{batch['id']}/items/0/mask.png", anna).content
    assert house.send(batch["upload"], "1", tiny).status_code == 204
    assert found(house, SUBJECT, tiny, mask) == {SUBJECT, tiny, mask}
    receipt = house.client.delete(f"{BATCHES}/{batch['id']}", headers=anna).raise_for_status().json()
    assert counted(receipt) == {"batches": 1, "pictures": 2, "uploads": 1, "exports": 1}
    assert found(house, SUBJECT, tiny, mask) == set()
    assert problem(house.client.get(f"{EXPORTS}/{made}", headers=anna)) == (404, "not_found")


def test_no_trace_of_a_deleted_account_is_stored(house: House, tiny: bytes) -> None:
    anna = house.person()
    saved = save(house, anna | FIRST, tiny, subject=SUBJECT, note=NOTE)
    house.client.post(f"{PREDICTIONS}/{saved['id']}/recompute", headers=anna | AGAIN).raise_for_status()
    batch = new(house, anna, f"{SUBJECT}.jpg", "waits.jpg")
    come(house, batch, tiny)
    house.work_off()
    for body in ({"history": True}, {"batch": batch["id"]}):
        export(house, anna, **body)
    assert house.send(batch["upload"], "1", tiny).status_code == 204
    photograph = house.follow(saved["image_urls"]["photograph"], anna).content
    receipt = house.client.delete("/api/v1/account", headers=anna).raise_for_status().json()
    counts = counted(receipt)
    assert (counts["answers"], counts["exports"], counts["pictures"], counts["uploads"]) == (2, 2, 8, 1)
    # The ledger, the audit log, in the cloud backups, and what keeps sign-up credits from being had again.
    days = [left["days"] for left in receipt["remains"]]
    assert days == ([None, 365, 35, 365] if house.settings.table else [None, 365, 365])
    for left in receipt["remains"]:
        assert left["what"].endswith("."), "a sentence by itself"
        assert left["days"] is None or f"{left['days']} days" in left["what"]
    assert found(house, SUBJECT, NOTE, tiny, "anna@example.org", *pieces(photograph)) == set()


def test_a_replaced_label_is_in_no_stored_response(house: House, tiny: bytes) -> None:
    anna = house.person()
    saved = save(house, anna | FIRST, tiny, subject=SUBJECT, note=NOTE)
    path = f"{PREDICTIONS}/{saved['id']}"
    first = house.client.post(f"{path}/recompute", headers=anna | AGAIN).raise_for_status().json()
    assert first["subject"] == SUBJECT
    changed = {"subject": "P-1", "note": None}
    house.client.patch(path, json=changed, headers=anna).raise_for_status()
    replayed = house.client.post(f"{path}/recompute", headers=anna | AGAIN)
    assert replayed.headers["Idempotency-Replayed"] == "true"
    assert replayed.json() == first | changed
    assert found(house, SUBJECT, NOTE) == set()


def test_a_deletion_killed_halfway_is_completed_including_copies(
    house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = house.person()
    saved = save(house, anna | FIRST, tiny, subject=SUBJECT)
    export(house, anna, history=True)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    account, history = house.account(anna), house.services.history
    with monkeypatch.context() as killing:
        killing.setattr(history.leftovers, "sweep", killed)
        with pytest.raises(KeyboardInterrupt):
            history.delete(account, saved["id"])
    assert found(house, SUBJECT)
    save(house, anna, tiny)
    house.services.records.erase()
    assert found(house, SUBJECT, f"{saved['id']}/") == set()


def test_a_deletion_repeated_after_an_interruption_is_completed_and_reported_as_done(
    house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = house.person()
    one, other = (save(house, anna, tiny, subject=SUBJECT)["id"] for _ in range(2))

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left")

    with monkeypatch.context() as broken:
        broken.setattr(house.services.history.leftovers, "sweep", full)
        refused = house.client.delete(f"{PREDICTIONS}/{one}", headers=anna)
        assert problem(refused) == (507, "storage_full")
    receipt = house.client.delete(f"{PREDICTIONS}/{one}", headers=anna).raise_for_status().json()
    assert counted(receipt) == {"predictions": 1, "pictures": 6}
    assert found(house, f"{one}/") == set()
    assert house.client.delete(f"{PREDICTIONS}/{one}", headers=anna).status_code == 404
    assert house.client.get(f"{PREDICTIONS}/{other}", headers=anna).status_code == 200


def test_an_export_in_progress_restarts_without_deleted_records(
    house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = house.person()
    gone, stays = (save(house, anna, tiny, subject=subject)["id"] for subject in (SUBJECT, "stays"))
    made = house.client.post(EXPORTS, json={"history": True}, headers=anna).json()["id"]
    add, receipts = Exports.add, list[dict[str, Any]]()

    def meanwhile(exports: Exports, export: Any, part: Part, place: str | None) -> Any:
        if not receipts:
            deleted = house.client.delete(f"{PREDICTIONS}/{gone}", headers=anna)
            receipts.append(deleted.raise_for_status().json())
        return add(exports, export, part, place)

    monkeypatch.setattr(Exports, "add", meanwhile)
    house.work_off()
    assert counted(receipts[0]) == {"predictions": 1, "pictures": 6, "exports_made_anew": 1}
    ready = house.client.get(f"{EXPORTS}/{made}", headers=anna).json()
    packed = zipfile.ZipFile(io.BytesIO(house.fetch(ready["url"]).content))
    [photograph] = [name for name in packed.namelist() if name.endswith("photograph.png")]
    assert stays[:8] in photograph
    assert found(house, SUBJECT) == set()


def test_of_two_workers_on_one_export_the_later_one_finishes_it(house: House) -> None:
    anna = house.person()
    made = house.client.post(EXPORTS, json={"history": True}, headers=anna).json()["id"]
    exports, results = house.services.exports, house.services.results
    first, second = exports.begin(made), exports.begin(made)
    assert first is not None
    assert second is not None
    assert (exports.still(first), exports.still(second)) == (False, True)
    part = Part(f"{first.folder}1.zip", 2)
    results.put(part.key, b"PK", "application/zip")
    with pytest.raises(SupersededError):
        exports.add(first, part, None)
    assert results.read(part.key) is None
    exports.fail(first)
    assert exports.get(house.account(anna), made).state == "running"
    assert house.client.delete(f"{EXPORTS}/{made}", headers=anna).json()["exports"] == 1
    assert exports.begin(made) is None


def test_a_response_stored_by_an_earlier_version_is_deleted_with_any_prediction(house: House, tiny: bytes) -> None:
    """It does not say what it tells of."""
    anna = house.person()
    saved = save(house, anna, tiny)
    account, blob = house.account(anna), f"answers/{'1' * 32}"
    house.services.results.put(blob, b'{"subject": "planted"}', "application/json")
    known = Key(f"idempotency:{account}", "old")
    house.services.records.write(Put(known, {"request": "x", "answer": blob}, expires=int(time.time()) + 3600))
    house.client.delete(f"{PREDICTIONS}/{saved['id']}", headers=anna).raise_for_status()
    assert house.services.results.read(blob) is None
    assert house.services.records.get(known) == [None]


def test_a_repeated_request_after_a_deletion_is_computed_again(house: House, tiny: bytes) -> None:
    """The stored answer goes first, then what names it: between both there is no answer, and nothing has failed."""
    key = house.key(house.person())
    named = key | {"Idempotency-Key": "once"}
    first = house.client.post(PREDICTIONS, files={"file": tiny}, headers=named).raise_for_status()
    [row] = house.services.records.query(f"idempotency:{house.account(key)}")
    house.services.results.delete(row.data["answer"])
    again = house.client.post(PREDICTIONS, files={"file": tiny}, headers=named)
    assert again.status_code == 200
    assert again.json()["measurements"] == first.json()["measurements"]
    assert house.credits(key) == 18
