"""The handler under Lambda's real runtime client, from the package, on a disk that cannot be written."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from conftest import BUCKET, CREDENTIALS, Built
from runtime_api import RuntimeApi, alone, can_be_alone, http_event, multipart


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "log"


@pytest.fixture(scope="module")
def function(built: Built, aws: str, log: Path) -> Iterator[RuntimeApi]:
    environment = {"PYTHONPATH": str(built.runtime), "PATH": "/usr/bin:/bin", "RETINA_UPLOADS_BUCKET": BUCKET}
    environment |= CREDENTIALS | {"AWS_ENDPOINT_URL": aws, "AWS_LAMBDA_LOG_FORMAT": "JSON"}
    command = [str(built.python), "-m", "awslambdaric", "handler.api"]
    if can_be_alone():
        command = alone(built.folder, built.runtime, *command)
    with RuntimeApi(command, built.folder, environment, log) as running:
        yield running


def test_the_package_lies_where_nothing_can_be_written_but_in_tmp(built: Built) -> None:
    if not can_be_alone():
        pytest.skip("this machine allows no mount namespaces (unshare)")
    for path, written in (("/var/task/retina/x", False), ("/usr/x", False), ("/tmp/x", True)):
        touched = subprocess.run(alone(built.folder, built.runtime, "touch", path), capture_output=True)
        assert (touched.returncode == 0) == written, path


def test_the_real_runtime_answers_a_multipart_photograph(function: RuntimeApi, sample: bytes) -> None:
    answer = function.invoke(multipart("/predict", sample))
    assert answer["statusCode"] == 200
    assert set(json.loads(answer["body"])) == {"original_image", "prediction_image"}
    assert answer["headers"]["x-request-id"]


def test_the_mask_is_the_same_as_under_uvicorns_app(function: RuntimeApi, client: TestClient, sample: bytes) -> None:
    ours = json.loads(function.invoke(multipart("/api/v1/predictions", sample, outputs="mask,probability"))["body"])
    theirs = client.post("/api/v1/predictions", files={"file": sample}, data={"outputs": "mask,probability"}).json()
    assert ours["images"] == theirs["images"]
    assert ours["model"] == theirs["model"]


def test_the_service_answers_about_itself(function: RuntimeApi) -> None:
    health = json.loads(function.invoke(http_event("GET", "/api/v1/health"))["body"])
    assert health["status"] == "ok"
    assert health["xnnpack"] is True
    for path in ("/api/v1/docs", "/api/v1/docs/swagger-ui-bundle.js"):
        assert function.invoke(http_event("GET", path))["statusCode"] == 200, path


def test_a_large_photograph_goes_by_way_of_s3(function: RuntimeApi, sample: bytes) -> None:
    wish = http_event("POST", "/api/v1/uploads", b'{"content_type": "image/jpeg"}', "application/json")
    form = json.loads(function.invoke(wish)["body"])
    padded = sample + bytes(4 * 2**20)  # decoders stop at the end of the image
    httpx.post(form["url"], data=form["fields"], files={"file": padded}).raise_for_status()
    body = f"upload_id={form['upload_id']}&outputs=mask".encode()
    ask = http_event("POST", "/api/v1/predictions", body, "application/x-www-form-urlencoded")
    uploaded = json.loads(function.invoke(ask)["body"])
    sent = json.loads(function.invoke(multipart("/api/v1/predictions", sample, outputs="mask"))["body"])
    assert uploaded["images"] == sent["images"]
    assert json.loads(function.invoke(ask)["body"])["code"] == "upload_not_found"


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "photograph_unreadable"),
        (b"text", 415, "unsupported_media_type"),
        (b"x" * (4 * 2**20 + 1), 413, "photograph_too_large"),
        (b"x" * (5 * 2**20), 413, "photograph_too_large"),
    ],
)
def test_bad_input_gets_a_problem_document(function: RuntimeApi, data: bytes, status: int, code: str) -> None:
    answer = function.invoke(multipart("/predict", data))
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (status, code)
    assert answer["headers"]["content-type"] == "application/problem+json"


def test_every_answer_fits_into_lambdas_limit(function: RuntimeApi, sample: bytes) -> None:
    answer = function.invoke(
        multipart("/api/v1/predictions", sample, outputs="preview,mask,probability,overlay,skeleton")
    )
    assert answer["statusCode"] == 200
    assert len(json.dumps(answer)) < 6 * 2**20


def test_the_log_counts_what_happened_and_names_nobody(function: RuntimeApi, log: Path, sample: bytes) -> None:
    before = len(log.read_text().splitlines())
    function.invoke(multipart("/predict", sample))
    function.invoke(multipart("/predict", b"text"))
    lines = log.read_text().splitlines()
    found = [json.loads(line) for line in lines]
    assert sum(line.get("ColdStart") == [1.0] for line in found) == 1, "the first call alone"
    [predicted] = [line for line in found[before:] if "Predictions" in line]
    assert predicted["Predictions"] == [1.0]
    assert 1 < predicted["ModelMilliseconds"][0] < 60_000
    [rejected] = [line for line in found[before:] if "Rejections" in line]
    assert (rejected["code"], rejected["Rejections"]) == ("unsupported_media_type", [1.0])
    assert {line["_aws"]["CloudWatchMetrics"][0]["Namespace"] for line in (predicted, rejected)} == {"Retina"}
    for private in ("192.0.2.1", "a.jpg", "user-agent"):
        assert private not in "".join(lines)
