import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from conftest import ROOT
from runtime_api import RuntimeApi, http_event

BOUNDARY = "----retina"


@pytest.fixture(scope="module")
def function() -> Iterator[RuntimeApi]:
    import os

    kept = {name: value for name, value in os.environ.items() if not name.startswith("RETINA_")}
    with RuntimeApi(ROOT / "function", "handler.api", kept) as running:
        yield running


def form(data: bytes, **fields: str) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'.encode()
    return b"".join([*parts, head, data, f"\r\n--{BOUNDARY}--\r\n".encode()])


def post(path: str, data: bytes, **fields: str) -> dict[str, object]:
    return http_event("POST", path, form(data, **fields), f"multipart/form-data; boundary={BOUNDARY}")


def test_the_real_runtime_answers_a_multipart_photograph(function: RuntimeApi, sample: bytes) -> None:
    answer = function.invoke(post("/predict", sample))
    assert answer["statusCode"] == 200
    assert set(json.loads(answer["body"])) == {"original_image", "prediction_image"}
    assert answer["headers"]["x-request-id"]


def test_the_mask_is_the_same_as_under_uvicorns_app(function: RuntimeApi, client: TestClient, sample: bytes) -> None:
    ours = json.loads(function.invoke(post("/api/v1/predictions", sample, outputs="mask,probability"))["body"])
    theirs = client.post("/api/v1/predictions", files={"file": sample}, data={"outputs": "mask,probability"}).json()
    assert ours["images"] == theirs["images"]
    assert ours["model"] == theirs["model"]


def test_the_service_answers_about_itself(function: RuntimeApi) -> None:
    health = json.loads(function.invoke(http_event("GET", "/api/v1/health"))["body"])
    assert health["status"] == "ok"
    assert health["xnnpack"] is True


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
    answer = function.invoke(post("/predict", data))
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (status, code)
    assert answer["headers"]["content-type"] == "application/problem+json"


def test_every_answer_fits_into_lambdas_limit(function: RuntimeApi, sample: bytes) -> None:
    answer = function.invoke(post("/api/v1/predictions", sample, outputs="preview,mask,probability,overlay,skeleton"))
    assert answer["statusCode"] == 200
    assert len(json.dumps(answer)) < 6 * 2**20
