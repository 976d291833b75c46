"""The long form of tables: a row for each photograph and measurement, each complete in itself."""

import pytest

from retina import __version__
from retina.imaging.measurements.registry import MEASUREMENTS
from support.batches import TEXT, come, items, new, table
from support.exports import export
from support.history import save
from support.house import BATCHES, PREDICTIONS, House, problem
from support.tables import rows_of

NAMES = [each.name for each in MEASUREMENTS]
SAME = ("photo_sha256", "model_sha256", "software_version", "threshold", "canvas", "flips", "pixel_size_um")


def test_of_a_batch(house: House, tiny: bytes) -> None:
    anna = house.person()
    batch = new(house, anna, "=1+1.jpg", "text.jpg", "late.jpg")
    come(house, batch, tiny, TEXT)
    house.work_off()
    address = f"{BATCHES}/{batch['id']}/results.csv"
    answer = house.client.get(address, params={"form": "long"}, headers=anna)
    rows = rows_of(answer.text)
    done, rejected, waiting = table(house, anna, batch)
    assert [row["measurement"] for row in rows] == [*NAMES, "", ""]
    assert {row["file"] for row in rows} == {"'=1+1.jpg", "text.jpg", "late.jpg"}
    for row, each in zip(rows, MEASUREMENTS, strict=False):
        assert (row["number"], row["status"], row["vessels"], row["region"]) == ("0", "done", "all", "field")
        assert (row["value"], row["unit"]) == (done[each.name], each.unit)
        assert {name: row[name] for name in SAME} == {name: done[name] for name in SAME}
        assert row["value"] or row["reason"].endswith("."), each.name
    assert done["software_version"] == __version__
    assert (rows[-2]["status"], rows[-2]["code"], rows[-2]["value"]) == ("rejected", "unsupported_media_type", "")
    assert rows[-2]["reason"] == rejected["reason"]
    assert (rows[-1]["number"], rows[-1]["status"], rows[-1]["reason"]) == ("2", waiting["status"], "")
    assert answer.headers["content-disposition"].endswith('-measurements.csv"')
    part = house.client.get(address, params={"form": "long", "first": 1, "limit": 1}, headers=anna)
    assert rows_of(part.text) == [rows[-2]], "a part is counted in photographs"
    archive = export(house, anna, batch=batch["id"])
    assert rows_of(archive.read("measurements.csv")) == rows
    assert problem(house.client.get(address, params={"form": "tall"}, headers=anna))[0] == 422


def test_arteries_and_veins_zones_and_quadrants(house: House, tiny: bytes) -> None:
    anna = house.person()
    answer = house.client.post(PREDICTIONS, files={"file": tiny}, data={"outputs": "artery_vein"}).json()
    batch = new(house, anna, "a.jpg", "b.jpg", outputs="artery_vein")
    come(house, batch, tiny)
    house.work_off()
    path = f"{BATCHES}/{batch['id']}/results.csv"
    rows = rows_of(house.client.get(path, params={"form": "long"}, headers=anna).text)
    assert rows.pop()["status"] == "waiting"
    places = {(row["measurement"], row["vessels"], row["region"]): row for row in rows}
    assert len(places) == len(rows)
    regional = {(each["name"], each["vessels"], each["region"]): each for each in answer["regional_measurements"]}
    assert regional.keys() | {(name, "all", "field") for name in NAMES} == places.keys()
    for place, each in regional.items():
        row = places[place]
        assert row["value"] == ("" if each["value"] is None else str(each["value"]))
        assert row["reason"] == (each["reason"] or "")
        assert row["structures_sha256"]
    assert rows_of(export(house, anna, batch=batch["id"]).read("measurements.csv"))[:-1] == rows


def test_of_the_history(house: House, tiny: bytes) -> None:
    anna = house.person()
    saved = save(house, anna, tiny, subject="P/1", eye="left", taken_on="2026-05-04")
    assert saved["software_version"] == __version__
    rows = rows_of(export(house, anna, history=True).read("measurements.csv"))
    assert [row["measurement"] for row in rows] == NAMES
    assert {(row["id"], row["subject"], row["eye"], row["taken_on"]) for row in rows} == {
        (saved["id"], "P/1", "left", "2026-05-04")
    }
    values = {row["measurement"]: row["value"] for row in rows}
    assert values["vascular_density"] == str(saved["measurements"]["vascular_density"])
    assert {row["low"] + row["high"] for row in rows} == {""}, "nobody asked for intervals"
    reasons = {row["measurement"]: row["reason"] for row in rows if row["reason"]}
    assert reasons == saved["measurement_reasons"]
    assert {row["software_version"] for row in rows} == {__version__}


def test_a_batch_has_intervals_where_they_were_asked_for(house: House, tiny: bytes) -> None:
    anna = house.person()
    answer = house.client.post(PREDICTIONS, files={"file": tiny}, data={"outputs": "intervals"}).json()
    ends = answer["measurement_intervals"]
    batch = new(house, anna, "a.jpg", "b.jpg", outputs="mask, intervals")
    assert batch["outputs"] == ["mask", "intervals"]
    come(house, batch, tiny, tiny)
    house.work_off()
    [item, _] = items(house, anna, batch)
    assert (item["findings"]["measurement_intervals"], [*item["image_urls"]]) == ({}, ["mask"]), "they are large"
    found = items(house, anna, batch, intervals="true")
    assert [each["findings"]["measurement_intervals"] for each in found] == [ends, ends]
    path = f"{BATCHES}/{batch['id']}/results.csv"
    rows = rows_of(house.client.get(path, params={"form": "long"}, headers=anna).text)
    for row in rows:
        both = ends[row["measurement"]]
        assert (row["low"], row["high"]) == (tuple(map(str, both)) if both else ("", ""))
    assert any(row["low"] for row in rows)
    assert rows_of(export(house, anna, batch=batch["id"]).read("measurements.csv")) == rows


def test_a_page_with_intervals_is_short(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retina.api.routes.batch_items.MOST_WITH_INTERVALS", 3)
    monkeypatch.setattr("retina.api.routes.batch_items.MOST_REGIONAL", 2)
    anna = house.person()
    batch = new(house, anna, *(f"{n}.png" for n in range(4)), outputs="intervals")
    assert len(items(house, anna, batch, intervals="true")) == 3
    assert len(items(house, anna, batch, intervals="true", regional="true")) == 2


def test_intervals_have_two_ends(house: House, tiny: bytes) -> None:
    anna = house.person()
    saved = save(house, anna, tiny, outputs="mask,intervals")
    rows = {row["measurement"]: row for row in rows_of(export(house, anna, history=True).read("measurements.csv"))}
    ends = saved["measurement_intervals"]
    assert {name for name, row in rows.items() if row["low"]} == {name for name, both in ends.items() if both} != set()
    for name, both in ends.items():
        assert (rows[name]["low"], rows[name]["high"]) == (tuple(map(str, both)) if both else ("", ""))
