"""Intervals are answered, saved and computed again where they were asked for, and change nothing else."""

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from retina.imaging.arrays import Rgb
from support.history import save
from support.house import PREDICTIONS, House
from support.specimens import encode


@pytest.fixture(scope="module")
def small(small_rgb: Rgb) -> bytes:
    """176x176 pixels, which the smallest canvas serves."""
    return encode(Image.fromarray(np.ascontiguousarray(small_rgb[:352:2, :352:2])), "JPEG")


def test_intervals_are_answered_only_on_request_and_change_nothing_else(client: TestClient, small: bytes) -> None:
    plain = client.post(PREDICTIONS, files={"file": small}, data={"outputs": "mask"}).json()
    assert "measurement_intervals" not in plain
    asked = client.post(PREDICTIONS, files={"file": small}, data={"outputs": "mask,intervals"}).json()
    found, values = asked.pop("measurement_intervals"), asked["measurements"]
    assert found.keys() == values.keys()
    low, high = found["vascular_density"]
    assert 0 <= low < values["vascular_density"] < high <= 1
    assert found["disc_diameter"] is None
    assert asked | {"id": plain["id"]} == plain
    alone = client.post(PREDICTIONS, files={"file": small}, data={"outputs": "intervals"}).json()
    assert (alone["images"], alone["measurement_intervals"]) == ({}, found)


def test_intervals_are_saved_and_computed_again(house: House, small: bytes) -> None:
    anna = house.person()
    saved = save(house, anna, small, outputs="intervals")
    where = f"{PREDICTIONS}/{saved['id']}"
    assert saved["measurement_intervals"]["vascular_density"]
    assert house.client.get(where, headers=anna).json()["measurement_intervals"] == saved["measurement_intervals"]
    again = house.client.post(f"{where}/recompute", headers=anna).json()
    assert again["measurement_intervals"] == saved["measurement_intervals"]
    without = save(house, anna, small)
    again = house.client.post(f"{PREDICTIONS}/{without['id']}/recompute", headers=anna).json()
    assert again["measurement_intervals"] == {}, "nobody asked for them"
