"""A measurement is registered once and found everywhere.

Run by `test_measurements`, with the plugin that registers it.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from retina.__main__ import main
from retina.imaging.arrays import Rgb
from retina.imaging.measurements.registry import MEASUREMENTS
from retina.imaging.schemas import MeasurementValues
from support.batches import come, new, table
from support.exports import export
from support.extra_measurement import MADE_UP
from support.history import save
from support.house import PREDICTIONS, House
from support.specimens import encode
from support.tables import rows_in, rows_of

NAME = MADE_UP.name
NAMES = [each.name for each in MEASUREMENTS]


@pytest.fixture(scope="module")
def even(small_rgb: Rgb) -> bytes:
    """176x176 pixels: it can be measured."""
    return encode(Image.fromarray(np.ascontiguousarray(small_rgb[:352:2, :352:2])), "JPEG")


@pytest.fixture
def service(tmp_path: Path) -> House:
    return House(tmp_path)


def test_in_the_description_of_the_api(service: House) -> None:
    document = service.client.get("/api/v1/openapi.json").json()
    values = document["components"]["schemas"]["MeasurementValues"]
    assert [*values["properties"]] == values["required"] == [*NAMES]
    assert MADE_UP.definition in values["properties"][NAME]["description"]
    described = document["paths"]["/api/v1/batches/{id}/results.csv"]["get"]["responses"]["200"]["description"]
    assert f"| `{NAME}` | {MADE_UP.meaning}" in described
    listed = service.client.get("/api/v1/measurements").json()["measurements"]
    assert [each["name"] for each in listed] == [*NAMES]
    assert listed[-1] == json.loads(MADE_UP.model_dump_json(exclude={"measure"}))


def test_in_responses_history_its_table_and_trends(service: House, even: bytes, tiny: bytes) -> None:
    anna = service.person()
    said = {"subject": "A", "eye": "left"}
    first = save(service, anna, even, taken_on="2026-01-01", **said)
    second = save(service, anna, tiny, taken_on="2026-02-01", **said)
    value = first["measurements"][NAME]
    assert 0 < value < 177
    assert second["measurements"][NAME] is None
    assert (
        service.client.get(f"{PREDICTIONS}/{first['id']}", headers=anna).json()["measurements"] == first["measurements"]
    )
    *_, trend = service.client.get("/api/v1/trends", params=said, headers=anna).json()["trends"]
    assert (trend["measurement"], trend["unit"]) == (NAME, "px")
    assert [point["value"] for point in trend["points"]] == [value, None]
    history = export(service, anna, history=True).read("history.csv")
    rows = rows_of(history)
    assert [*rows[0]][-len(NAMES) :] == [*NAMES]
    assert {row[NAME] for row in rows} == {str(value), ""}


def test_in_the_table_of_a_batch(service: House, even: bytes) -> None:
    anna = service.person()
    batch = new(service, anna, "a.jpg")
    come(service, batch, even)
    service.work_off()
    [row] = table(service, anna, batch)
    assert [*row][-len(NAMES) :] == [*NAMES]
    assert 0 < float(row[NAME]) < 177


def test_in_the_table_of_the_command_line(tmp_path: Path, even: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(even)
    for _ in range(2):  # the second run reads the first one's table
        assert main(["segment", str(tmp_path / "a.jpg"), "--out", str(tmp_path / "out"), "--outputs", "mask"]) == 0
        [row] = rows_in(tmp_path / "out" / "results.csv")
        assert [*row][-len(NAMES) :] == [*NAMES]
        assert 0 < float(row[NAME]) < 177


def test_not_in_records_stored_before() -> None:
    before = {each.name: each.example for each in MEASUREMENTS if each.name != NAME}
    assert MeasurementValues.model_validate(before).model_dump() == before | {NAME: None}
