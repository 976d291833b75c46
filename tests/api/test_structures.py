"""Arteries, veins, disc and fovea in batches, saved predictions, exports and tables, as in a single prediction."""

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from retina.batches.schemas import Outcome
from retina.history.records import images_of
from retina.imaging.photograph import Photograph
from retina.imaging.schemas import Findings
from retina.imaging.structures.disc import NOT_IN_VIEW
from retina.imaging.structures.finding import NO_COLOUR
from support.batches import come, items, new
from support.exports import export
from support.history import save
from support.house import PREDICTIONS, House, problem
from support.specimens import encode
from support.tables import rows_of

BOTH = {"artery_vein", "disc"}


def single(house: House, photo: bytes) -> dict[str, Any]:
    data = {"outputs": "mask,artery_vein,disc,graph"}
    found: dict[str, Any] = house.client.post(PREDICTIONS, files={"file": photo}, data=data).json()
    return found


def pixels(data: bytes) -> list[Any]:
    image: list[Any] = np.asarray(Image.open(io.BytesIO(data))).tolist()
    return image


def test_a_batch_stores_what_a_single_prediction_returns(house: House, tiny: bytes) -> None:
    anna, alone = house.person(), single(house, tiny)
    batch = new(house, anna, "a.png", outputs="artery_vein,disc,graph,overlay")
    come(house, batch, tiny)
    house.work_off()
    [item] = items(house, anna, batch)
    assert item["findings"]["structures"] == alone["structures"]
    files = {name: house.follow(path, anna).content for name, path in item["image_urls"].items()}
    assert set(files) == {"artery_vein", "disc", "graph", "overlay"}
    assert json.loads(files["graph"])["features"] == alone["graph"]["features"]
    for name in BOTH:
        assert files[name] == base64.b64decode(alone["images"][name])

    archive = export(house, anna, batch=batch["id"])
    assert archive.read("00000_a_artery_vein.png") == files["artery_vein"]
    [row] = rows_of(archive.read("results.csv"))
    assert row["structures_sha256"] == alone["structures"]["sha256"]
    assert row["disc_x"] == expected(alone, "disc", "centre", "x")
    assert row["disc_angle"] == expected(alone, "disc", "angle")
    assert row["fovea_y"] == expected(alone, "fovea", "centre", "y")


def expected(answer: dict[str, Any], name: str, *path: str) -> str:
    """The cell for a number in `structures`."""
    found = answer["structures"][name]
    for step in path:
        found = found and found[step]
    return "" if found is None else str(found)


REASONS = ("artery_vein_reason", "disc_reason", "fovea_reason")


def test_tables_say_why_something_was_not_found(house: House, tiny: bytes, photograph: Photograph) -> None:
    """Gray and without a disc in view; in colour and with a disc; and a photograph in which nothing was looked for."""
    anna, temporal = house.person(), photograph.rgb[300:1100:4, 560:1360:4, 1]
    gray = encode(Image.fromarray(np.ascontiguousarray(temporal)), "PNG")
    batch = new(house, anna, "gray.png", "a.jpg", outputs="mask,artery_vein,disc", force=True)
    come(house, batch, gray, tiny)
    house.work_off()
    found = [item["findings"]["structures"] for item in items(house, anna, batch)]
    said = [[each[name] or "" for name in REASONS] for each in found]
    assert said[0][:2] == [NO_COLOUR, NOT_IN_VIEW]
    assert said[1][:2] == ["", ""]
    rows = rows_of(export(house, anna, batch=batch["id"]).read("results.csv"))
    assert [[row[name] for name in REASONS] for row in rows] == said
    save(house, anna, gray, outputs="mask,disc", force="true")
    [row] = rows_of(export(house, anna, history=True).read("history.csv"))
    assert [row[name] for name in REASONS] == said[0]


@pytest.mark.parametrize("output", sorted(BOTH))
def test_a_saved_prediction_keeps_what_was_found(house: House, tiny: bytes, output: str) -> None:
    anna, alone = house.person(), single(house, tiny)
    answer = save(house, anna, tiny, outputs=f"mask,{output}")
    record = house.client.get(f"{PREDICTIONS}/{answer['id']}", headers=anna).json()
    assert record["structures"] == answer["structures"] == alone["structures"]
    assert record["image_urls"] == answer["image_urls"]
    for name in BOTH:
        stored = house.follow(record["image_urls"][name], anna).content
        assert pixels(stored) == pixels(base64.b64decode(alone["images"][name]))
    archive = export(house, anna, history=True)
    assert {name.rpartition("/")[2] for name in archive.namelist()} >= {"artery_vein.png", "disc.png"}
    [row] = rows_of(archive.read("history.csv"))
    assert row["structures_sha256"] == alone["structures"]["sha256"]


def test_what_was_saved_without_them_has_none_until_it_is_recomputed_with_them(house: House, tiny: bytes) -> None:
    anna = house.person()
    answer = save(house, anna, tiny)
    assert "structures" not in answer
    path = f"{PREDICTIONS}/{answer['id']}"
    record = house.client.get(path, headers=anna).json()
    assert record["structures"] is None
    assert not BOTH & set(record["image_urls"])
    missing = house.client.get(f"{path}/disc.png", headers=anna)
    assert problem(missing) == (404, "not_found")
    [row] = rows_of(export(house, anna, history=True).read("history.csv"))
    assert (row["structures_sha256"], row["disc_x"]) == ("", "")
    assert [row[name] for name in REASONS] == ["", "", ""]

    plain = house.client.post(f"{path}/recompute", headers=anna).json()
    assert plain["structures"] is None
    found = house.client.post(f"{path}/recompute", params={"structures": "true"}, headers=anna).json()
    assert set(found["image_urls"]) >= BOTH
    for name in BOTH:
        assert house.follow(found["image_urls"][name], anna).status_code == 200
    again = house.client.post(f"{path}/recompute", headers=anna).json()
    assert again["structures"] == found["structures"] is not None, "it is kept up"
    assert house.follow(again["image_urls"]["artery_vein"], anna).status_code == 200


def test_results_of_earlier_versions_stay_readable(house: House, tiny: bytes) -> None:
    """They have no `structures` at all."""
    anna = house.person()
    record = house.client.get(f"{PREDICTIONS}/{save(house, anna, tiny)['id']}", headers=anna).json()
    before = {name: value for name, value in record.items() if name in Findings.model_fields and name != "structures"}
    old = Findings.model_validate(before)
    assert old.structures is None
    assert not BOTH & set(images_of(old, thumbnail=True))
    assert Outcome.model_validate({"status": "done", "findings": before}).findings == old


def test_a_trend_says_what_found_the_structures(house: House, tiny: bytes) -> None:
    anna, said = house.person(), {"subject": "A", "eye": "left"}
    found = save(house, anna, tiny, outputs="mask,disc", taken_on="2026-01-01", **said)
    save(house, anna, tiny, taken_on="2026-02-01", **said)
    trends = house.client.get("/api/v1/trends", params=said, headers=anna).json()["trends"]
    for trend in trends:
        with_them, without = trend["points"]
        assert with_them["structures_sha256"] == found["structures"]["sha256"]
        assert without["structures_sha256"] is None
