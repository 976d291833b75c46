"""What is measured, and what is taken, as the service says it."""

import os
import subprocess
import sys
from pathlib import Path

from fastapi.testclient import TestClient
from PIL import Image

from conftest import ROOT
from retina.batches.schemas import MOST_ITEMS
from retina.batches.tables import COLUMNS as BATCH
from retina.batches.tables import LONG_COLUMNS as BATCH_LONG
from retina.cli.measurement_table import LONG_COLUMNS as COMMAND_LINE_LONG
from retina.cli.results import COLUMNS as COMMAND_LINE
from retina.history.tables import COLUMNS as HISTORY
from retina.history.tables import LONG_COLUMNS as HISTORY_LONG
from retina.imaging.measurements.places import REGIONS
from retina.imaging.measurements.regional import KINDS
from retina.imaging.measurements.registry import MEASUREMENTS
from support.house import House, problem
from support.specimens import encode

FOUND = (
    "width height field_of_view_width frames pixel_size_um laterality frame fundus_like retina grade reasons "
    "photo_sha256 model_sha256 structures_sha256 software_version threshold canvas flips "
    "expected_dice expected_dice_low expected_dice_high expected_dice_reason "
    "artery_vein_reason disc_x disc_y disc_long_axis disc_short_axis disc_angle disc_reason "
    "fovea_x fovea_y fovea_reason "
) + " ".join(each.name for each in MEASUREMENTS)


def test_a_measurement_is_registered_once() -> None:
    inside = Path(__file__).with_name("made_up_measurement.py")
    paths = [str(ROOT / name) for name in ("function", "tests", "")]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "support.extra_measurement", str(inside)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


CORRECTED = "corrected_at corrected_by corrected_model_sha256"


def test_columns_have_not_changed() -> None:
    assert " ".join(BATCH) == f"number file status code reason {FOUND}"
    assert " ".join(HISTORY) == f"id subject eye taken_on note file_name saved predicted {CORRECTED} {FOUND}"
    mine = FOUND.replace("model_sha256", "model_sha256 card_sha256 threshold_asked overlay_shows")
    assert " ".join(COMMAND_LINE) == f"file status code reason location frame_number {mine}"


def test_columns_in_long_form_have_not_changed() -> None:
    """What a measurement is limited to, and its interval, are columns: more measurements need no other ones."""
    values = "measurement vessels region value low high unit reason"
    how = "photo_sha256 model_sha256 structures_sha256 software_version threshold canvas flips pixel_size_um"
    assert " ".join(BATCH_LONG) == f"number file status code {values} {how}"
    assert " ".join(HISTORY_LONG) == f"id subject eye taken_on saved predicted {CORRECTED} {values} {how}"
    assert " ".join(COMMAND_LINE_LONG) == f"file location frame_number status code {values} {how}"


def test_the_list_says_how_a_value_is_read_and_written(client: TestClient) -> None:
    density = client.get("/api/v1/measurements").json()["measurements"][0]
    assert {density[name] for name in ("name", "label", "unit")} == {"vascular_density", "vascular density", ""}
    assert density["display"] == {"factor": 100, "decimals": 1, "unit": "%", "context": "of the field of view"}
    assert (density["minimum"], density["maximum"]) == (0, 1)
    assert "field of view" in density["definition"]
    assert "doi" in density["source"]


def test_the_list_has_the_repeatability_that_the_card_states(client: TestClient) -> None:
    stated = client.get("/api/v1/model").json()["repeatability"]["measurements"]
    assert {"vascular_density", "mean_calibre", "mean_calibre_um", "tortuosity", "fractal_dimension"} <= set(stated)
    listed = client.get("/api/v1/measurements").json()["measurements"]
    assert {each["name"]: each["repeatability"] for each in listed if each["repeatability"]} == stated
    apart = client.get("/api/v1/model").json()["repeatability"]["regional"]
    assert [one for each in listed for one in each["regional_repeatability"] or ()] == apart
    everywhere = {(vessels, region) for vessels in KINDS for region in REGIONS} - {("all", "field")}
    assert {(one["vessels"], one["region"]) for one in apart if one["name"] == "mean_calibre"} == everywhere
    assert all(0 < each["coefficient"] < 1 for each in stated.values() if each["relative"])


def test_the_limits_listed_are_those_enforced(tmp_path: Path) -> None:
    house = House(tmp_path, inline_bytes=2**16, upload_bytes=2**17, max_pixels=100 * 100, min_side=80)
    limits = house.client.get("/api/v1/limits").json()
    assert limits.pop("formats") == ["JPEG", "PNG", "TIFF", "WebP", "BMP", "PNM", "GIF", "DICOM"]
    assert limits == {
        "inline_bytes": 2**16,
        "upload_bytes": 2**17,
        "max_pixels": 10_000,
        "min_side": 80,
        "batch_items": MOST_ITEMS,
        "name_characters": 255,
    }
    form = house.client.post("/api/v1/uploads", json={"content_type": "image/png"}).json()
    assert form["max_bytes"] == limits["upload_bytes"]
    for size, code in (((101, 100), "photograph_too_many_pixels"), ((80, 79), "photograph_too_small")):
        answer = house.client.post("/predict", files={"file": encode(Image.new("RGB", size), "PNG")})
        assert problem(answer)[1] == code
    answer = house.client.post("/predict", files={"file": bytes(limits["inline_bytes"] + 1)})
    assert problem(answer) == (413, "photograph_too_large")
    anna = house.person()
    for items, length in ((1, 256), (MOST_ITEMS + 1, 1)):
        body = {"items": [{"name": "x" * length, "size": 1}] * items}
        assert problem(house.client.post("/api/v1/batches", json=body, headers=anna))[0] in (413, 422)
