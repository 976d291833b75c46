"""Measurements of arteries and veins, zones and quadrants: in an answer, a saved prediction, its export and a batch."""

import json

import pytest

from retina.imaging.schemas import Findings
from support.batches import come, new
from support.exports import export
from support.history import save
from support.house import PREDICTIONS, House

ASKED = {"outputs": "mask,artery_vein"}
NAME = "regional_measurements"


def test_they_are_measured_if_arteries_and_veins_are_asked_for(house: House, tiny: bytes) -> None:
    post = house.client.post
    for outputs in ("mask", "mask,disc"):
        assert NAME not in post(PREDICTIONS, files={"file": tiny}, data={"outputs": outputs}).json()
    answer = post(PREDICTIONS, files={"file": tiny}, data=ASKED).json()
    rows = {(row["name"], row["vessels"], row["region"]): row for row in answer[NAME]}
    described = house.client.get("/api/v1/measurements").json()["measurements"]
    scopes = {each["name"]: each["scopes"] for each in described}
    assert {name for name, _, region in rows if region != "field"} == {
        name for name, scope in scopes.items() if "region" in scope
    }
    for (name, vessels, region), row in rows.items():
        assert (row["value"] is None) == (row["reason"] is not None)
        if (vessels, region) == ("all", "field"):
            assert row["value"] == answer["measurements"][name]


def test_a_saved_prediction_has_them_and_its_export(house: House, tiny: bytes) -> None:
    anna = house.person()
    answer = save(house, anna, tiny, **ASKED)
    path = f"{PREDICTIONS}/{answer['id']}"
    assert house.client.get(path, headers=anna).json()[NAME] == answer[NAME]
    changed = house.client.patch(path, headers=anna, json={"note": "seen"}).json()
    assert changed[NAME] == answer[NAME], "a change of labels loses nothing"
    [listed] = house.client.get(PREDICTIONS, headers=anna).json()["predictions"]
    assert listed[NAME] is None, "a page of a hundred would be too large"
    archive = export(house, anna, history=True)
    [stored] = [json.loads(archive.read(name)) for name in archive.namelist() if name.endswith("prediction.json")]
    assert stored[NAME] == answer[NAME]


def test_recomputing_measures_them_if_it_finds_structures(house: House, tiny: bytes) -> None:
    anna = house.person()
    path = f"{PREDICTIONS}/{save(house, anna, tiny, eye='left')['id']}/recompute"
    assert house.client.post(path, headers=anna).json()[NAME] is None
    found = house.client.post(path, params={"structures": "true"}, headers=anna).json()[NAME]
    assert found == save(house, anna, tiny, eye="left", **ASKED)[NAME]


def test_a_batch_has_them_on_request(house: House, tiny: bytes) -> None:
    anna = house.person()
    alone = house.client.post(PREDICTIONS, files={"file": tiny}, data=ASKED).json()
    batch = new(house, anna, "a.png", "b.png", outputs="artery_vein")
    come(house, batch, tiny, tiny)
    house.work_off()
    path = f"/api/v1/batches/{batch['id']}/items"
    plain = house.client.get(path, headers=anna).json()["items"]
    assert [item["findings"][NAME] for item in plain] == [None, None]
    first = house.client.get(path, params={"regional": "true", "limit": 1}, headers=anna).json()
    assert [item["findings"][NAME] for item in first["items"]] == [alone[NAME]]
    rest = house.client.get(path, params={"regional": "true", "cursor": first["next"]}, headers=anna).json()
    assert [item["findings"][NAME] for item in rest["items"]] == [alone[NAME]]
    assert rest["next"] is None


def test_a_page_with_them_is_shorter(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retina.api.routes.batch_items.MOST_REGIONAL", 3)
    anna = house.person()
    path = f"/api/v1/batches/{new(house, anna, *(f'{n}.png' for n in range(4)))['id']}/items"
    page = house.client.get(path, params={"regional": "true"}, headers=anna).json()
    assert [item["number"] for item in page["items"]] == [0, 1, 2]
    rest = house.client.get(path, params={"regional": "true", "cursor": page["next"]}, headers=anna).json()
    assert [item["number"] for item in rest["items"]] == [3]
    assert len(house.client.get(path, headers=anna).json()["items"]) == 4


def test_they_are_stored_in_a_tenth_of_the_room_and_earlier_results_stay_readable(house: House, tiny: bytes) -> None:
    answer = house.client.post(PREDICTIONS, files={"file": tiny}, data=ASKED).json()
    findings = Findings.model_validate({name: answer[name] for name in Findings.model_fields if name in answer})
    stored = json.loads(json.dumps(findings.stored()))
    assert Findings.model_validate(stored) == findings
    assert len(json.dumps(stored[NAME])) < len(json.dumps(answer[NAME])) / 5
    del stored[NAME]
    assert Findings.model_validate(stored).regional_measurements is None
    assert NAME not in Findings.model_validate(stored).stored()
