"""The vessel graph of a saved prediction: the one that was answered, or that of the corrected vessels."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.corrections import files_of, halves, read, without_the_left
from support.history import save
from support.house import PREDICTIONS, House, problem

GRAPH = "mask,graph"
NEAR = 0.02
"""Pixels by which a calibre may differ: probabilities are stored in 255 steps."""


def graph_of(house: House, who: dict[str, str], id: str) -> dict[str, Any]:
    answer = house.client.get(f"{PREDICTIONS}/{id}/graph", headers=who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    """The same graph, but for what calibres are rounded by."""
    assert one["segments_left_out"] == other["segments_left_out"]
    assert len(one["features"]) == len(other["features"]) > 5
    for a, b in zip(one["features"], other["features"], strict=True):
        assert a["geometry"] == b["geometry"]
        assert a["properties"].keys() == b["properties"].keys()
        for name, value in a["properties"].items():
            if name.startswith("calibre"):
                np.testing.assert_allclose(value, b["properties"][name], atol=NEAR)
            else:
                assert value == b["properties"][name], name


def kinds_in(graph: dict[str, Any]) -> set[str | None]:
    segments = [each["properties"] for each in graph["features"] if each["geometry"]["type"] == "LineString"]
    return {each.get("kind") for each in segments}


@pytest.mark.parametrize("outputs", [GRAPH, f"{GRAPH},artery_vein"])
def test_a_saved_prediction_has_the_graph_that_was_answered(house: House, tiny: bytes, outputs: str) -> None:
    anna = house.person()
    answer = save(house, anna, tiny, outputs=outputs)
    graph = graph_of(house, anna, answer["id"])
    assert_same(graph, answer["graph"])
    assert (None in kinds_in(graph)) == ("artery_vein" not in outputs)
    audit = house.client.get("/api/v1/audit", headers=anna).json()["entries"]
    assert ("picture.opened", f"{answer['id']}:graph") in [(entry["action"], entry["record"]) for entry in audit]


def test_the_graph_of_a_correction_is_that_of_the_corrected_vessels(house: House, tiny: bytes) -> None:
    anna = house.person()
    plain = save(house, anna, tiny, outputs=f"{GRAPH},artery_vein")
    mask = read(plain["images"]["mask"])
    files = files_of(without_the_left(mask), *halves(mask))
    answer = house.client.post(
        PREDICTIONS, files={"file": tiny} | files, data={"outputs": f"{GRAPH},artery_vein"}, headers=anna
    ).json()
    path = f"{PREDICTIONS}/{plain['id']}/correction"
    house.client.put(path, files=files, headers=anna).raise_for_status()
    graph = graph_of(house, anna, plain["id"])
    assert_same(graph, answer["graph"])
    assert kinds_in(graph) >= {"artery", "vein"}
    house.client.put(path, files=files_of(without_the_left(mask)), headers=anna).raise_for_status()
    assert kinds_in(graph_of(house, anna, plain["id"])) == {None}, "the network's kinds are about its own vessels"
    house.client.delete(path, headers=anna).raise_for_status()
    assert_same(graph_of(house, anna, plain["id"]), plain["graph"])


@pytest.mark.usefixtures("within_an_hour")
def test_graphs_are_limited_like_previews(tmp_path: Path, tiny: bytes) -> None:
    limited = House(tmp_path, free_each=2, free_together=100, signup_credits=1)
    anna = limited.person()
    key = limited.key(anna)
    path = f"{PREDICTIONS}/{save(limited, anna, tiny)['id']}/graph"
    for who in (anna, key):
        asked = [limited.client.get(path, headers=who) for _ in range(3)]
        assert [answer.status_code for answer in asked] == [200, 200, 429]
        assert problem(asked[2]) == (429, "fair_use_exceeded")


def test_graphs_are_free_and_nobody_elses(house: House, tiny: bytes) -> None:
    anna = house.person()
    key = house.key(anna)
    id = save(house, anna, tiny)["id"]
    before = house.credits(key)
    graph_of(house, key, id)
    assert house.credits(key) == before
    for who in (house.person("eve"), house.key(house.person("mallory"))):
        assert problem(house.client.get(f"{PREDICTIONS}/{id}/graph", headers=who)) == (404, "not_found")
    assert problem(house.client.get(f"{PREDICTIONS}/{'0' * 32}/graph", headers=anna)) == (404, "not_found")
    assert problem(house.client.get(f"{PREDICTIONS}/{id}/graph")) == (401, "sign_in_required")
