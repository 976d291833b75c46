"""Saved predictions: listing, filtering, labelling, deleting and trends, with the embedded stores and with AWS."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from retina.history.records import Labels, written
from retina.storage.local import LocalBlobs
from support.history import listed, save
from support.house import PREDICTIONS, House, problem

TRENDS = "/api/v1/trends"


def test_the_history_is_filtered_by_subject_eye_and_day(house: House, tiny: bytes) -> None:
    anna = house.person()
    ids = {
        (subject, eye, day): save(house, anna, tiny, subject=subject, eye=eye, taken_on=day)["id"]
        for subject, eye, day in (
            ("A", "left", "2026-01-01"),
            ("A", "right", "2026-01-01"),
            ("A", "left", "2026-03-01"),
            ("AB", "left", "2026-02-01"),
        )
    }
    undated = save(house, anna, tiny)["id"]
    assert listed(house, anna)[0] == undated, "the day it was saved"
    assert set(listed(house, anna)) == {*ids.values(), undated}
    assert listed(house, anna, subject="A", eye="left") == [
        ids["A", "left", "2026-03-01"],
        ids["A", "left", "2026-01-01"],
    ]
    assert set(listed(house, anna, subject="A")) == {id for key, id in ids.items() if key[0] == "A"}
    assert set(listed(house, anna, eye="left")) == {id for key, id in ids.items() if key[1] == "left"}
    assert listed(house, anna, eye="unknown") == [undated]
    between = {"taken_from": "2026-01-02", "taken_to": "2026-03-01"}
    assert listed(house, anna, **between) == [ids["A", "left", "2026-03-01"], ids["AB", "left", "2026-02-01"]]
    assert listed(house, anna, taken_to="2026-01-01", eye="right") == [ids["A", "right", "2026-01-01"]]
    assert listed(house, anna, subject="B") == []
    assert listed(house, house.person("berta")) == []
    for wrong in ({"eye": "third"}, {"taken_from": "yesterday"}, {"limit": 0}, {"limit": 101}, {"cursor": "é"}):
        assert problem(house.client.get(PREDICTIONS, params=wrong, headers=anna)) == (422, "invalid_request")


def test_pages_list_each_record_once_even_while_others_are_added(house: House, tiny: bytes) -> None:
    anna = house.person()
    first = date(2026, 1, 1)
    for n in range(7):
        save(house, anna, tiny, taken_on=(first + timedelta(n)).isoformat(), eye="left")
    seen, cursor = [], None
    while True:
        params = {"limit": 3, "eye": "left"} | ({"cursor": cursor} if cursor else {})
        page = house.client.get(PREDICTIONS, params=params, headers=anna).json()
        seen += [saved["taken_on"] for saved in page["predictions"]]
        if not page["next"]:
            break
        cursor = page["next"]
        save(house, anna, tiny, taken_on="2026-12-01", eye="left")
    assert seen == [(first + timedelta(n)).isoformat() for n in reversed(range(7))]
    beyond = house.client.get(PREDICTIONS, params={"cursor": cursor, "taken_from": "2026-06-01"}, headers=anna)
    assert beyond.json() == {"predictions": [], "next": None}, "a cursor of another filter"


def test_changed_labels_are_found_by_their_new_values(house: House, tiny: bytes) -> None:
    anna = house.person()
    path = f"{PREDICTIONS}/{save(house, anna, tiny, subject='A', eye='left', note='x')['id']}"
    changed = house.client.patch(path, json={"subject": "B", "taken_on": "2026-05-04"}, headers=anna).json()
    assert (changed["subject"], changed["eye"], changed["taken_on"], changed["note"]) == (
        "B",
        "left",
        "2026-05-04",
        "x",
    )
    assert listed(house, anna, subject="A") == []
    assert listed(house, anna, subject="B", eye="left") == [changed["id"]]
    cleared = house.client.patch(path, json={"subject": None, "eye": None, "note": None}, headers=anna).json()
    assert (cleared["subject"], cleared["eye"], cleared["note"]) == (None, "unknown", None)
    assert cleared["taken_on"] == "2026-05-04"
    assert listed(house, anna) == [changed["id"]]
    for wrong in ({"subject": ""}, {"eye": "third"}, {"taken_on": "2026-13-01"}, {"id": "1"}, {"note": "x" * 1001}):
        assert problem(house.client.patch(path, json=wrong, headers=anna)) == (422, "invalid_request")


def test_a_deleted_record_is_gone_with_every_file(house: House, tiny: bytes) -> None:
    anna = house.person()
    answer, other = (save(house, anna, tiny, subject="A", eye="left") for _ in range(2))
    link = house.client.get(answer["image_urls"]["mask"], headers=anna, follow_redirects=False).headers["location"]
    assert house.fetch(link).status_code == 200
    gone = house.client.delete(f"{PREDICTIONS}/{answer['id']}", headers=anna).raise_for_status().json()
    assert (gone["predictions"], gone["pictures"], gone["answers"], gone["exports"]) == (1, 6, 0, 0)
    for path in (f"{PREDICTIONS}/{answer['id']}", answer["image_urls"]["mask"]):
        assert problem(house.client.get(path, headers=anna)) == (404, "not_found")
    assert house.fetch(link).status_code in (403, 404), "as S3 has it"
    assert listed(house, anna, subject="A") == [other["id"]]
    assert problem(house.client.delete(f"{PREDICTIONS}/{answer['id']}", headers=anna)) == (404, "not_found")
    named = anna | {"Idempotency-Key": "once"}
    record = save(house, named, tiny)["id"]
    house.client.delete(f"{PREDICTIONS}/{record}", headers=anna)
    assert save(house, named, tiny)["id"] != record, "what was answered is forgotten, too"
    if isinstance(house.services.results, LocalBlobs):
        assert not [path for path in house.data.rglob("*") if answer["id"] in path.name]
        assert [path for path in house.data.rglob("*") if other["id"] in path.name]


def test_a_trend_lists_each_visit_and_what_measured_it(house: House, tiny: bytes) -> None:
    anna = house.person()
    for day, more in (("2026-05-01", {}), ("2026-01-01", {"threshold": "0.9"}), ("2026-09-01", {"flips": "true"})):
        save(house, anna, tiny, subject="A", eye="left", taken_on=day, **more)
    save(house, anna, tiny, subject="A", eye="right", taken_on="2026-02-01")
    response = house.client.get(TRENDS, params={"subject": "A", "eye": "left"}, headers=anna).json()
    trend = response["trends"][0]
    assert (trend["measurement"], trend["unit"]) == ("vascular_density", "")
    points = trend["points"]
    assert [point["on"] for point in points] == ["2026-01-01", "2026-05-01", "2026-09-01"]
    usual = points[1]["threshold"]
    assert usual < 0.5, "the card's for a small photograph"
    assert [(point["threshold"], point["flips"]) for point in points] == [(0.9, False), (usual, False), (usual, True)]
    assert all(0 < point["value"] < 1 and point["canvas"] and point["model_sha256"] for point in points)
    assert points[0]["value"] < points[1]["value"]
    first = house.client.get(TRENDS, params={"subject": "A", "eye": "left", "limit": 2}, headers=anna).json()
    rest = {"subject": "A", "eye": "left", "limit": 2, "cursor": first["next"]}
    more = house.client.get(TRENDS, params=rest, headers=anna).json()
    assert first["trends"][0]["points"] + more["trends"][0]["points"] == points
    assert more["next"] is None
    assert problem(house.client.get(TRENDS, params={"subject": "A"}, headers=anna)) == (422, "invalid_request")


def test_a_page_of_a_long_history_needs_no_more_queries_than_one_of_a_short_history(tmp_path: Any, tiny: bytes) -> None:
    house = House(tmp_path)
    anna = house.person()
    answer = save(house, anna, tiny)
    account, services = house.account(anna), house.services
    saved, asked = services.history.get(account, answer["id"]), []
    for count in (60, 3000):
        for n in range(count):
            findings = saved.findings.model_copy(update={"id": f"{count:016x}{n:016x}"})
            day = date(2000, 1, 1) + timedelta(n)
            labels = Labels("A", "left" if n % 2 else "right", day)
            services.records.write(*written(replace(saved, findings=findings, labels=labels), 0))
        seen: list[str] = []
        connection = services.records._database._connection()  # type: ignore[attr-defined]
        connection.set_trace_callback(seen.append)
        found, _ = services.history.of(account, subject="A", eye="left", limit=20)
        connection.set_trace_callback(None)
        assert len(found) == 20
        asked.append(len(seen))
        for statement in seen:
            plan = [line["detail"] for line in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
            assert plan
            assert not [detail for detail in plan if "SCAN" in detail or "TEMP B-TREE" in detail], plan
    assert asked[0] == asked[1] == 21


def test_a_visit_has_one_day(house: House, tiny: bytes) -> None:
    anna = house.person()
    undated = save(house, anna, tiny, subject="A", eye="left")
    dated = save(house, anna, tiny, subject="A", eye="left", taken_on="2020-02-29")
    known = {id: house.client.get(f"{PREDICTIONS}/{id}", headers=anna).json() for id in (undated["id"], dated["id"])}
    assert known[dated["id"]]["day"] == "2020-02-29"
    assert known[undated["id"]]["day"] == known[undated["id"]]["saved"][:10]
    listed = house.client.get(PREDICTIONS, headers=anna).json()["predictions"]
    assert {each["id"]: each["day"] for each in listed} == {id: each["day"] for id, each in known.items()}
    visits = house.client.get("/api/v1/trends?subject=A&eye=left", headers=anna).json()["trends"][0]["points"]
    assert {each["id"]: each["on"] for each in visits} == {id: each["day"] for id, each in known.items()}
    today = {"taken_from": known[undated["id"]]["day"], "taken_to": known[undated["id"]]["day"]}
    [found] = house.client.get(PREDICTIONS, params=today, headers=anna).json()["predictions"]
    assert found["id"] == undated["id"]
