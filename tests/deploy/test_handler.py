"""The packaged handler under Lambda's real runtime client, on a read-only disk."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from conftest import ROOT, SAMPLE
from retina.imaging.arrays import Rgb
from retina.services import Services
from retina.settings import Settings
from support.aws import BUCKET, CREDENTIALS, new_table
from support.dicom_specimens import compressed, native
from support.lambda_package import Built
from support.processes import Server
from support.runtime_api import (
    COGNITO,
    RuntimeApi,
    alone,
    can_be_alone,
    http_event,
    multipart,
)
from support.specimens import encode, readable
from support.waiting import ended, photographs

pytestmark = [pytest.mark.package, pytest.mark.xdist_group("package")]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "log"


@pytest.fixture(scope="module")
def table(aws: str) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in (CREDENTIALS | {"AWS_ENDPOINT_URL": aws}).items():
            environment.setenv(name, value)
        yield new_table().table


@pytest.fixture(scope="module")
def function(built: Built, aws: str, table: str, log: Path) -> Iterator[RuntimeApi]:
    with running(built, aws, table, "handler.api", log) as function:
        yield function


def running(built: Built, aws: str, table: str, handler: str, log: Path) -> RuntimeApi:
    environment = {"PYTHONPATH": str(built.runtime), "PATH": "/usr/bin:/bin"}
    environment |= {"RETINA_UPLOADS_BUCKET": BUCKET, "RETINA_RESULTS_BUCKET": BUCKET, "RETINA_TABLE": table}
    environment |= {"RETINA_QUEUE_URL": f"{aws}/123456789012/jobs"}
    environment |= COGNITO | CREDENTIALS | {"AWS_ENDPOINT_URL": aws, "AWS_LAMBDA_LOG_FORMAT": "JSON"}
    command = [str(built.python), "-m", "awslambdaric", handler]
    if can_be_alone():
        command = alone(built.folder, built.runtime, *command)
    return RuntimeApi(command, built.folder, environment, log)


@pytest.fixture(scope="session")
def quick(quick_rgb: Rgb) -> bytes:
    """A JPEG for the smallest canvas, where any photograph will do: on the sample's, the network takes seven times as
    long.
    """
    return encode(Image.fromarray(quick_rgb), "JPEG")


def test_the_package_runs_where_only_tmp_is_writable(built: Built) -> None:
    if not can_be_alone():
        pytest.skip("this machine allows no mount namespaces (unshare)")
    for path, written in (("/var/task/retina/x", False), ("/usr/x", False), ("/tmp/x", True)):  # noqa: S108 - of the function's machine
        touched = subprocess.run(alone(built.folder, built.runtime, "touch", path), capture_output=True)
        assert (touched.returncode == 0) == written, path


def test_the_real_runtime_answers_a_multipart_photograph(function: RuntimeApi, quick: bytes) -> None:
    answer = function.invoke(multipart("/predict", quick))
    assert answer["statusCode"] == 200
    assert set(json.loads(answer["body"])) == {"original_image", "prediction_image"}
    assert answer["headers"]["x-request-id"]


FILES = (
    "16-bit colour tiff", "16-bit colour png", "lab tiff", "webp", "lzw tiff", "cmyk jpeg", "palette png",
    "float tiff 0 to 1", "planar deflated 16-bit tiff", "tiled 16-bit tiff", "bmp", "ppm", "gif",
)  # fmt: skip
DICOM = (
    "JPEG", "extended JPEG, 12 bits", "lossless JPEG, 16 bits", "JPEG-LS", "JPEG-LS, 12 bits", "JPEG 2000",
    "JPEG 2000, 16 bits", "high-throughput JPEG 2000", "RLE, 16 bits", "16-bit colour", "palette", "YBR full 422",
)  # fmt: skip
"""For each decoder that the package must have, a file that only this one reads, or reads in its own way."""


@pytest.fixture(scope="session")
def files(quick_rgb: Rgb) -> dict[str, bytes]:
    dicom = {f"DICOM, {name}": data for name, (data, _) in (native(quick_rgb) | compressed(quick_rgb)).items()}
    return readable(quick_rgb) | dicom


@pytest.mark.parametrize("form", [*FILES, *(f"DICOM, {name}" for name in DICOM)])
def test_the_package_has_every_decoder(function: RuntimeApi, files: dict[str, bytes], form: str) -> None:
    answer = function.invoke(multipart("/predict", files[form]))
    assert answer["statusCode"] == 200, answer["body"]


@pytest.mark.usefixtures("shipped")
def test_handler_uvicorn_and_command_line_give_the_same_bytes(
    function: RuntimeApi, tmp_path: Path, environment: dict[str, str], sample: bytes
) -> None:
    ours = json.loads(function.invoke(multipart("/api/v1/predictions", sample, outputs="mask,probability"))["body"])
    server = Server(tmp_path, environment | {"RETINA_DATA": str(tmp_path / "data")})
    url, wanted = f"{server.url}/api/v1/predictions", {"outputs": "mask,probability"}
    theirs = httpx.post(url, files={"file": sample}, data=wanted, timeout=60).json()
    server.process.kill()
    assert ours["images"] == theirs["images"]
    assert ours["model"] == theirs["model"]
    command = [sys.executable, "-m", "retina", "segment", str(SAMPLE), "--out", str(tmp_path / "results")]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    for output in ("mask", "probability"):
        written = (tmp_path / "results" / f"retina_{output}.png").read_bytes()
        assert base64.b64decode(ours["images"][output]) == written


def test_a_photograph_of_exactly_four_mebibytes_fits_into_one_request(function: RuntimeApi, quick: bytes) -> None:
    padded = quick + bytes(4 * 2**20 - len(quick))  # decoders stop at the end of the image
    answer = function.invoke(multipart("/api/v1/predictions", padded, outputs="mask"))
    assert answer["statusCode"] == 200
    refused = function.invoke(multipart("/api/v1/predictions", padded + b"0", outputs="mask"))
    assert refused["statusCode"] == 413
    assert "/api/v1/uploads" in json.loads(refused["body"])["detail"]


def test_the_service_describes_itself(function: RuntimeApi) -> None:
    health = json.loads(function.invoke(http_event("GET", "/api/v1/health"))["body"])
    assert health["status"] == "ok"
    assert health["xnnpack"] is True
    for path in ("/api/v1/docs", "/api/v1/docs/swagger-ui-bundle.js"):
        assert function.invoke(http_event("GET", path))["statusCode"] == 200, path


def test_a_large_photograph_is_uploaded_through_s3(function: RuntimeApi, quick: bytes) -> None:
    request = http_event("POST", "/api/v1/uploads", b'{"content_type": "image/jpeg"}', "application/json")
    form = json.loads(function.invoke(request)["body"])
    padded = quick + bytes(4 * 2**20)  # decoders stop at the end of the image
    httpx.post(form["url"], data=form["fields"], files={"file": padded}).raise_for_status()
    body = f"upload_id={form['upload_id']}&outputs=mask".encode()
    ask = http_event("POST", "/api/v1/predictions", body, "application/x-www-form-urlencoded")
    uploaded = json.loads(function.invoke(ask)["body"])
    sent = json.loads(function.invoke(multipart("/api/v1/predictions", quick, outputs="mask"))["body"])
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


def test_every_response_fits_into_lambdas_limit(function: RuntimeApi, sample: bytes) -> None:
    answer = function.invoke(
        multipart("/api/v1/predictions", sample, outputs="preview,mask,probability,overlay,skeleton")
    )
    assert answer["statusCode"] == 200
    assert len(json.dumps(answer)) < 6 * 2**20


def test_the_log_has_metrics_and_no_personal_data(function: RuntimeApi, log: Path, quick: bytes) -> None:
    before = len(log.read_text().splitlines())
    function.invoke(multipart("/predict", quick))
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


def message(key: str) -> dict[str, Any]:
    """What SQS tells of a job."""
    body = json.dumps({"Records": [{"s3": {"object": {"key": key.replace("/", "%2F")}}}]})
    return {"messageId": "1", "receiptHandle": "1", "body": body, "attributes": {"ApproximateReceiveCount": "1"}}


def test_the_worker_segments_the_photographs_in_the_queue(
    built: Built, aws: str, table: str, s3: Any, tmp_path: Path, quick: bytes
) -> None:
    services = Services(Settings(uploads_bucket=BUCKET, results_bucket=BUCKET, table=table))
    [key] = photographs(services, 1)
    s3.put_object(Bucket=BUCKET, Key=key, Body=quick, ContentType="image/jpeg")
    with running(built, aws, table, "handler.worker", tmp_path / "log") as worker:
        answer = worker.invoke({"Records": [message(key)]})
    assert answer == {"batchItemFailures": []}, (tmp_path / "log").read_text()
    done = ended(services, key)
    assert done
    assert done.status == "done"
    counted = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert sum(line.get("Predictions") == [1.0] for line in counted) == 1


def test_tracebacks_name_file_and_line_without_the_sources(built: Built, aws: str, tmp_path: Path) -> None:
    assert not (built.folder / "retina" / "jobs" / "work.py").exists()
    key = f"batch/{'0123456789abcdef' * 2}/7"
    with running(built, aws, "no-such-table", "handler.worker", tmp_path / "log") as worker:
        answer = worker.invoke({"Records": [message(key)]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    logged = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    [failed] = [line for line in logged if line.get("message") == f"{key} failed, attempt 1"]
    source = (ROOT / "function" / "retina" / "jobs" / "work.py").read_text().splitlines()
    [line] = [number for number, text in enumerate(source, 1) if "services.claims.begin(" in text]
    assert f'File "/var/task/retina/jobs/work.py", line {line}, in _photograph' in "".join(failed["stackTrace"])
