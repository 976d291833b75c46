"""Predictions of uploaded photographs: one contract for the embedded store and S3."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from conftest import SAMPLE
from retina.app import create_app
from retina.imaging.arrays import Rgb
from retina.settings import Settings
from retina.storage.local import LocalUploads
from retina.storage.port import (
    BATCH,
    CONTENT_TYPES,
    FILE_NAME,
    Uploads,
)
from retina.storage.s3 import S3Uploads
from support.aws import BUCKET
from support.house import PREDICTIONS
from support.problems import assert_problem
from support.specimens import encode
from support.uploads import LIMIT, NOBODY, new_form, send


@pytest.fixture(params=["embedded", "S3"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestClient]:
    """The service with either store, which takes up to 5 MiB."""
    if request.param == "S3":
        request.getfixturevalue("s3")
    bucket = BUCKET if request.param == "S3" else None
    app = create_app(Settings(data=tmp_path, upload_bytes=LIMIT, uploads_bucket=bucket))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_an_uploaded_photograph_gets_the_same_response_as_one_sent_inline(client: TestClient) -> None:
    data = SAMPLE.read_bytes()
    form = new_form(client)
    assert form["max_bytes"] == LIMIT
    assert send(client, form, data).status_code == 204
    uploaded = client.post(PREDICTIONS, data={"upload_id": form["upload_id"], "outputs": "mask"})
    sent = client.post(PREDICTIONS, files={"file": data}, data={"outputs": "mask"})
    assert uploaded.status_code == 200, uploaded.text
    assert uploaded.json()["images"] == sent.json()["images"]
    again = client.post(PREDICTIONS, data={"upload_id": form["upload_id"]})
    assert_problem(again, 404, "upload_not_found")


def test_a_rejected_upload_is_deleted_unless_it_could_be_forced(client: TestClient) -> None:
    white, text = new_form(client), new_form(client)
    send(client, white, encode(Image.new("RGB", (300, 200), "white"), "PNG"))
    send(client, text, b"no photograph")
    assert_problem(client.post(PREDICTIONS, data={"upload_id": text["upload_id"]}), 415, "unsupported_media_type")
    assert_problem(client.post(PREDICTIONS, data={"upload_id": text["upload_id"]}), 404, "upload_not_found")
    assert_problem(client.post(PREDICTIONS, data={"upload_id": white["upload_id"]}), 422, "not_a_fundus_photograph")
    insisted = client.post(PREDICTIONS, data={"upload_id": white["upload_id"], "force": "true"})
    assert insisted.status_code == 200
    assert_problem(client.post(PREDICTIONS, data={"upload_id": white["upload_id"]}), 404, "upload_not_found")


@pytest.mark.parametrize("upload_id", [NOBODY, "../upload.key", "0" * 31, "é" * 32, "0" * 32 + "\n"])
def test_a_missing_upload_is_not_found(client: TestClient, upload_id: str) -> None:
    assert_problem(client.post(PREDICTIONS, data={"upload_id": upload_id}), 404, "upload_not_found")


def test_exactly_one_of_file_and_upload_id_is_required(client: TestClient) -> None:
    both = client.post(PREDICTIONS, files={"file": SAMPLE.read_bytes()}, data={"upload_id": NOBODY})
    assert_problem(both, 422, "invalid_request")
    assert_problem(client.post(PREDICTIONS, data={"outputs": "mask"}), 422, "file_missing")
    assert_problem(client.post(PREDICTIONS, data={"upload_id": ""}), 422, "file_missing")


def test_other_content_types_get_no_form(client: TestClient) -> None:
    for content_type in ("text/html", "image/svg+xml", "", "image/jpeg; charset=x"):
        answer = client.post("/api/v1/uploads", json={"content_type": content_type})
        assert_problem(answer, 415, "unsupported_media_type")
    assert_problem(client.post("/api/v1/uploads", json={}), 422, "invalid_request")
    broken = client.post("/api/v1/uploads", content=b"{")
    assert_problem(broken, 422, "invalid_request")
    assert "the body: " in broken.json()["detail"]
    assert {new_form(client, each)["fields"]["Content-Type"] for each in CONTENT_TYPES} == CONTENT_TYPES


def test_two_uploads_never_share_an_id(client: TestClient) -> None:
    assert len({new_form(client)["upload_id"] for _ in range(20)}) == 20


def test_a_photograph_too_large_for_one_request_is_referred_to_uploads(client: TestClient) -> None:
    answer = client.post(PREDICTIONS, files={"file": b"x" * (4 * 2**20 + 1)})
    assert_problem(answer, 413, "photograph_too_large")
    assert "/api/v1/uploads" in answer.json()["detail"]


@pytest.fixture(params=["embedded", "S3"])
def uploads(request: pytest.FixtureRequest, tmp_path: Path) -> Uploads:
    if request.param == "embedded":
        return LocalUploads(tmp_path, LIMIT)
    return S3Uploads(request.getfixturevalue("s3"), BUCKET, LIMIT)


def test_uploads_of_a_batch_are_listed_and_deleted_together(uploads: Uploads) -> None:
    one, other = (f"{BATCH}{digit * 32}/" for digit in "ab")
    assert uploads.keys(one) == set()
    for folder, numbers in ((one, (0, 7, 9999)), (other, (3,))):
        form = uploads.form(folder + FILE_NAME, "application/octet-stream", "")
        for number in numbers:
            if isinstance(uploads, LocalUploads):
                uploads.receive(form.fields, b"photo", str(number))
            else:
                files = {"file": (str(number), b"photo")}
                httpx.post(form.url, data=form.fields, files=files).raise_for_status()
    assert uploads.keys(one) == {f"{one}{number}" for number in (0, 7, 9999)}
    for _ in range(2):
        uploads.delete_all(one)
    assert uploads.keys(one) == set()
    assert uploads.read(f"{other}3") == b"photo"
    uploads.delete_all(other)


def test_a_small_photograph_in_another_colour_mode_is_uploaded_unchanged(client: TestClient, small_rgb: Rgb) -> None:
    form = new_form(client, "image/tiff")
    send(client, form, encode(Image.fromarray(small_rgb).convert("CMYK"), "TIFF"))
    assert client.post(PREDICTIONS, data={"upload_id": form["upload_id"]}).status_code == 200
