"""DICOM files in every way a photograph comes in: the answer of the same photograph, and nothing of the header kept."""

import logging
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from retina.imaging.arrays import Rgb
from support.batches import come, counts, items, new
from support.dicom import SECRETS, dicom
from support.history import save
from support.house import PREDICTIONS, House
from support.specimens import encode
from support.stored import found


@pytest.fixture
def file(small_rgb: Rgb) -> bytes:
    return dicom(small_rgb, PixelSpacing=[0.0328, 0.0328], ImageLaterality="L")


@pytest.fixture
def secrets_in_log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    caplog.set_level(logging.DEBUG)
    yield caplog
    assert not [secret for secret in SECRETS if secret in caplog.text]


def test_the_answer_is_that_of_the_same_photograph(house: House, file: bytes, small_rgb: Rgb) -> None:
    png = encode(Image.fromarray(small_rgb), "PNG")
    ours, same = (
        house.client.post(PREDICTIONS, files={"file": (name, data)}, data={"outputs": "mask,overlay"}).json()
        for name, data in (("photo.dcm", file), ("photo.png", png))
    )
    assert ours["images"] == same["images"]
    pixels, others = (
        {name: value for name, value in answer["measurements"].items() if not name.endswith("_um")}
        for answer in (ours, same)
    )
    assert pixels == others
    size = ours["photograph"]["pixel_size_um"]
    assert ours["measurements"]["mean_calibre_um"] == pytest.approx(
        size * ours["measurements"]["mean_calibre"], rel=1e-5
    )
    assert same["measurements"]["mean_calibre_um"] is None
    assert {n: ours["photograph"][n] for n in ("frames", "pixel_size_um", "laterality")} == {
        "frames": 1,
        "pixel_size_um": 32.8,
        "laterality": "left",
    }
    assert (same["photograph"]["pixel_size_um"], same["photograph"]["laterality"]) == (None, None)
    preview = house.client.post("/predict", files={"file": ("IM000001", file)})
    assert preview.status_code == 200


def test_the_file_says_which_eye_it_is_unless_the_caller_does(house: House, file: bytes, tiny: bytes) -> None:
    anna = house.person()
    records = {
        name: house.client.get(f"{PREDICTIONS}/{save(house, anna, data, **labels)['id']}", headers=anna).json()
        for name, data, labels in (
            ("stated", file, {}),
            ("overruled", file, {"eye": "right"}),
            ("unstated", tiny, {}),
        )
    }
    assert {name: record["eye"] for name, record in records.items()} == {
        "stated": "left",
        "overruled": "right",
        "unstated": "unknown",
    }


def test_what_the_file_stated_survives_recomputing(house: House, file: bytes) -> None:
    anna = house.person()
    saved = save(house, anna, file)
    again = house.client.post(f"{PREDICTIONS}/{saved['id']}/recompute", headers=anna).raise_for_status().json()
    assert (again["photograph"]["pixel_size_um"], again["photograph"]["laterality"]) == (32.8, "left")
    assert again["measurements"] == saved["measurements"]
    assert again["measurements"]["mean_calibre_um"]


def test_nothing_of_the_header_is_stored_or_logged(
    house: House, file: bytes, secrets_in_log: pytest.LogCaptureFixture
) -> None:
    anna = house.person()
    save(house, anna, file)
    house.client.post(PREDICTIONS, files={"file": ("a.dcm", file)}, headers={**anna, "Idempotency-Key": "once"})
    form = house.client.post("/api/v1/uploads", json={"content_type": "application/dicom"}).json()
    assert house.send(form, "photo.dcm", file).status_code == 204
    answer = house.client.post(PREDICTIONS, data={"upload_id": form["upload_id"]})
    assert answer.status_code == 200
    assert not found(house, *SECRETS)


def test_refused_files_leave_nothing_either(
    house: House, small_rgb: Rgb, secrets_in_log: pytest.LogCaptureFixture
) -> None:
    for data in (
        dicom(small_rgb, SOPClassUID="1.2.840.10008.5.1.4.1.1.77.1.5.4"),
        dicom(small_rgb)[:-50_000],
        dicom(np.zeros_like(small_rgb)),
    ):
        answer = house.client.post(PREDICTIONS, files={"file": ("a.dcm", data)})
        assert answer.status_code in (415, 422)
        assert not [secret for secret in SECRETS if secret in answer.text]
    assert not found(house, *SECRETS)


def test_batches_leave_nothing_of_the_header(
    house: House, file: bytes, secrets_in_log: pytest.LogCaptureFixture
) -> None:
    anna = house.person()
    batch = new(house, anna, "one.dcm", "two", size=len(file))
    come(house, batch, file, file[:-50_000])
    house.work_off()
    assert counts(house, anna, batch) == {"done": 1, "rejected": 1}
    assert items(house, anna, batch)[0]["findings"]["photograph"]["laterality"] == "left"
    assert not found(house, *SECRETS)
