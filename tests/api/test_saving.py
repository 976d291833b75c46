"""Saving a prediction: what is stored, what it costs, and what is left when it fails."""

import io
import time
from typing import Any

import pytest
from PIL import Image

from retina.history.leftovers import SWEPT_SECONDS
from retina.history.records import Labels, saved_key
from retina.storage.records import Put
from support.history import listed, save
from support.house import PREDICTIONS, House, problem


def test_a_saved_photograph_is_listed_with_all_its_labels(house: House, tiny: bytes) -> None:
    anna = house.person()
    answer = save(house, anna, tiny, subject="P 1: “ä”", eye="left", taken_on="2026-05-04", note="before\ntreatment")
    record = house.client.get(f"{PREDICTIONS}/{answer['id']}", headers=anna).json()
    shared = set(answer) - {"images"}
    assert {name: record[name] for name in shared} == {name: answer[name] for name in shared}
    assert (record["subject"], record["eye"]) == ("P 1: “ä”", "left")
    assert (record["taken_on"], record["note"]) == ("2026-05-04", "before\ntreatment")
    assert record["saved"] == record["predicted"]
    assert record["software_version"]
    sizes = set()
    for name, path in record["image_urls"].items():
        picture = house.follow(path, anna)
        assert picture.status_code == 200, name
        image = Image.open(io.BytesIO(picture.content))
        if name == "thumbnail":
            assert (image.size, image.mode) == ((128, 128), "RGB")
        else:
            sizes.add(image.size)
    assert set(record["image_urls"]) == {"photograph", "thumbnail", "mask", "probability", "overlay", "skeleton"}
    assert sizes == {(record["photograph"]["width"], record["photograph"]["height"])}


def test_the_name_of_the_file_is_stored_only_where_it_is_said(house: House, tiny: bytes) -> None:
    anna = house.person()
    files = {"file": ("Jane Doe.jpg", tiny)}
    silent = house.client.post(PREDICTIONS, files=files, data={"save": "true"}, headers=anna).json()
    path = f"{PREDICTIONS}/{silent['id']}"
    assert house.client.get(path, headers=anna).json()["file_name"] is None
    said = {"save": "true", "file_name": " P 1 ä.jpg "}
    path = f"{PREDICTIONS}/{house.client.post(PREDICTIONS, files=files, data=said, headers=anna).json()['id']}"
    assert house.client.get(path, headers=anna).json()["file_name"] == "P 1 ä.jpg"
    changed = house.client.patch(path, json={"file_name": "b.jpg"}, headers=anna).json()
    assert (changed["file_name"], changed["eye"]) == ("b.jpg", "unknown")
    assert house.client.patch(path, json={"file_name": None}, headers=anna).json()["file_name"] is None
    for wrong in ("", "a\nb", "x" * 256):
        assert problem(house.client.patch(path, json={"file_name": wrong}, headers=anna)) == (422, "invalid_request")
    unsaved = house.client.post(PREDICTIONS, files=files, data={"file_name": "a.jpg"}, headers=anna)
    assert problem(unsaved) == (422, "invalid_request")


def test_records_of_earlier_versions_open_and_get_a_thumbnail_when_they_are_recomputed(
    house: House, tiny: bytes
) -> None:
    anna = house.person()
    id = save(house, anna, tiny, subject="A")["id"]
    key = saved_key(house.account(anna), id)
    [record] = house.services.records.get(key)
    assert record
    facts = {name: value for name, value in record.data.items() if name != "thumbnail"}
    del facts["labels"]["file_name"]
    house.services.records.write(Put(key, facts, record.version))
    path = f"{PREDICTIONS}/{id}"
    opened = house.client.get(path, headers=anna).json()
    assert (opened["subject"], opened["file_name"]) == ("A", None)
    assert "thumbnail" not in opened["image_urls"]
    assert problem(house.client.get(f"{path}/thumbnail.png", headers=anna)) == (404, "not_found")
    again = house.client.post(f"{path}/recompute", headers=anna).raise_for_status().json()
    assert house.follow(again["image_urls"]["thumbnail"], anna).status_code == 200


def test_a_saved_photograph_is_the_one_sent_without_its_metadata(house: House, tiny: bytes) -> None:
    image = Image.open(io.BytesIO(tiny))
    turned = Image.Exif()
    turned[0x0112], turned[0x013B] = 6, "Dr. Somebody"
    photo = io.BytesIO()
    image.save(photo, "JPEG", quality=95, exif=turned)
    assert b"Dr. Somebody" in photo.getvalue()
    anna = house.person()
    path = save(house, anna, photo.getvalue())["image_urls"]["photograph"]
    record = house.follow(path, anna).content
    assert b"Somebody" not in record
    shown = Image.open(io.BytesIO(record))
    assert not shown.getexif()
    assert "exif" not in shown.info
    upright = Image.open(photo).transpose(Image.Transpose.ROTATE_270).convert("RGB")
    assert shown.tobytes() == upright.tobytes()


def test_saving_needs_an_account_and_labels_need_saving(house: House, tiny: bytes) -> None:
    files = {"file": ("a.jpg", tiny)}
    unknown = house.client.post(PREDICTIONS, files=files, data={"save": "true"})
    assert problem(unknown) == (401, "sign_in_required")
    unsaved = house.client.post(PREDICTIONS, files=files, data={"subject": "A"}, headers=house.person())
    assert problem(unsaved) == (422, "invalid_request")


def test_saving_by_key_is_charged_once_however_often_it_is_retried(house: House, tiny: bytes) -> None:
    anna = house.person()
    for who, left in ((house.key(anna), 19), (anna, 19)):
        named = who | {"Idempotency-Key": f"visit of {len(who)} {left} {sorted(who)}"}
        first, again = (save(house, named, tiny, subject="A") for _ in range(2))
        assert first == again
        assert house.credits(who) == left
    assert len(listed(house, anna, subject="A")) == 2


def test_a_saved_response_too_large_to_inline_links_its_images(tmp_path: Any, sample: bytes) -> None:
    house = House(tmp_path, inline_bytes=len(sample))
    anna = house.person()
    fields = {"outputs": "mask,probability,overlay"}
    plain = house.client.post(PREDICTIONS, files={"file": sample}, data=fields, headers=anna)
    assert problem(plain) == (413, "response_too_large")
    assert not listed(house, anna)
    response = save(house, anna, sample, **fields)
    assert response["images"] == {}
    assert house.follow(response["image_urls"]["overlay"], anna).status_code == 200


def test_files_left_by_a_failed_save_are_cleaned_up(house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = house.person()
    account, history = house.account(anna), house.services.history
    record = save(house, anna, tiny)
    findings = history.get(account, record["id"]).findings
    lost = findings.model_copy(update={"id": "f" * 32})
    history.prepare(account, lost, Labels(), {"photograph": b"PNG", "mask": b"PNG"})  # and killed before the write
    photograph = f"history/{account}/{'f' * 32}/photograph.png"
    save(house, anna, tiny)
    assert house.services.results.read(photograph) == b"PNG", "it may still be written"
    later = time.time() + SWEPT_SECONDS + 1
    monkeypatch.setattr("retina.history.leftovers.time.time", lambda: later)
    save(house, anna, tiny)
    assert house.services.results.read(photograph) is None
    assert house.follow(record["image_urls"]["photograph"], anna).status_code == 200
