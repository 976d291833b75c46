"""A client that we did not write: openapi-python-client makes it from what the API says of itself."""

import base64
import importlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from retina.app import create_app
from retina.imaging.arrays import Rgb
from retina.settings import Settings
from support.account import sign_in
from support.processes import Server
from support.specimens import encode
from support.waiting import eventually

pytestmark = pytest.mark.xdist_group("client")

NAME = "generated_client"
TOOLS = Path(sys.executable).parent


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return create_app(Settings(data=tmp_path_factory.mktemp("data"))).openapi()


@pytest.fixture(scope="module")
def generated(description: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the client, which can be imported."""
    folder = tmp_path_factory.mktemp("client")
    source = folder / "openapi.json"
    source.write_text(json.dumps(description))
    command = [str(TOOLS / "openapi-python-client"), "generate", "--path", str(source), "--meta", "none"]
    command += ["--output-path", str(folder / NAME), "--fail-on-warning"]
    environment = {**os.environ, "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}  # it formats what it has written
    ran = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield folder / NAME


def part(name: str) -> Any:
    return importlib.import_module(f"{NAME}.{name}")


class Program:
    """Somebody's program, which knows the service by the generated client alone."""

    def __init__(self, url: str, **credentials: str) -> None:
        clients = part("client")
        wait = httpx.Timeout(60)
        self._client = (
            clients.AuthenticatedClient(url, timeout=wait, **credentials)
            if credentials
            else clients.Client(url, timeout=wait)
        )

    def __call__(self, operation: str, *places: Any, **fields: Any) -> Any:
        """The answer to a call such as "usage.usage", with what it was parsed to as `parsed`."""
        return part(f"api.{operation}").sync_detailed(*places, client=self._client, **fields)


@pytest.fixture
def server(tmp_path: Path, environment: dict[str, str], generated: Path) -> Iterator[Server]:
    running = Server(tmp_path, environment)
    yield running
    running.process.terminate()
    running.process.wait(20)


@pytest.fixture
def person(server: Server) -> Program:
    with httpx.Client(base_url=server.url) as client:
        return Program(server.url, token=sign_in(client, "anna@example.org")["access_token"])


@pytest.fixture
def keyed(server: Server, person: Program) -> Program:
    made = person("keys.make_key", body=part("models").KeyWish("Reading centre"))
    return Program(server.url, token=made.parsed.key, prefix="", auth_header_name="X-API-Key")


@pytest.fixture
def photo(small_rgb: Rgb) -> bytes:
    return encode(Image.fromarray(small_rgb), "JPEG")


def form(photo: bytes | None = None, **fields: Any) -> Any:
    if photo is not None:
        fields["file"] = part("types").File(io.BytesIO(photo), "a.jpg")
    return part("models").BodyCreatePrediction(**fields)


def test_operations_are_called_as_one_would_call_them(description: dict[str, Any]) -> None:
    operations = [operation for path in description["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    for name in names:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name), name
        assert "api" not in name, name


def test_every_error_is_a_problem(description: dict[str, Any]) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            errors = {status: told for status, told in operation["responses"].items() if status >= "4"}
            if operation["tags"] != ["service"]:
                assert {"422", "4XX", "5XX"} <= set(errors), (method, path)
            assert all(told["content"] == problem for told in errors.values()), (method, path)


def test_a_prediction_is_made_and_charged(keyed: Program, photo: bytes, small_rgb: Rgb) -> None:
    first, again = (keyed("predictions.create_prediction", body=form(photo), idempotency_key="a") for _ in range(2))
    assert (first.status_code, first.headers["X-Credits-Charged"], first.headers["X-Credits-Left"]) == (200, "1", "19")
    assert (again.headers["X-Credits-Charged"], again.parsed) == ("0", first.parsed)
    mask = Image.open(io.BytesIO(base64.b64decode(first.parsed.images.mask)))
    assert mask.size == (first.parsed.photograph.width, first.parsed.photograph.height) == small_rgb.shape[1::-1]
    assert 0 < first.parsed.measurements.vascular_density < 1
    used = keyed("usage.usage").parsed
    assert (used.credits_, [day.credits_ for day in used.charges]) == (19, [1])
    assert keyed("usage.usage_table").parsed.splitlines()[0] == "day,key_id,credits"


def test_what_goes_wrong_is_told(server: Server, keyed: Program, photo: bytes) -> None:
    stranger = Program(server.url, token=f"rk_{'0' * 16}_{'0' * 64}", prefix="", auth_header_name="X-API-Key")
    problem = part("models").Problem
    for program, body, status, code in (
        (keyed, form(b"no photograph"), 415, "unsupported_media_type"),
        (keyed, form(photo, outputs="nonsense"), 422, "invalid_request"),
        (keyed, form(), 422, "file_missing"),
        (stranger, form(photo), 401, "key_refused"),
    ):
        answer = program("predictions.create_prediction", body=body)
        assert (type(answer.parsed), answer.parsed.status, answer.parsed.code) == (problem, status, code)
        assert answer.parsed.detail.endswith(".")
    assert keyed("usage.usage").parsed.credits_ == 20


def test_a_large_photograph_is_uploaded_first(server: Server, keyed: Program, photo: bytes) -> None:
    anybody = Program(server.url)
    upload = anybody("uploads.create_upload", body=part("models").UploadWish("image/jpeg")).parsed
    assert send(upload, "large.jpg", photo).status_code == 204
    answer = keyed("predictions.create_prediction", body=form(upload_id=upload.upload_id, outputs="mask"))
    assert answer.parsed.images.mask == keyed("predictions.create_prediction", body=form(photo)).parsed.images.mask
    gone = keyed("predictions.create_prediction", body=form(upload_id=upload.upload_id))
    assert (gone.status_code, gone.parsed.code) == (404, "upload_not_found")


def test_keys_are_made_listed_and_revoked(person: Program, keyed: Program) -> None:
    [key] = person("keys.list_keys").parsed.keys
    assert key.name == "Reading centre"
    assert keyed("keys.list_keys").parsed.code == "person_required"
    assert person("keys.revoke_key", key.id).status_code == 204
    assert keyed("usage.usage").parsed.code == "key_refused"


def test_a_batch_is_sent_watched_and_fetched(keyed: Program, photo: bytes) -> None:
    models = part("models")
    files = [models.BatchFile("left.jpg", len(photo)), models.BatchFile("right.jpg", len(photo))]
    files.append(models.BatchFile("text.jpg", 10))
    batch = keyed("batches.create_batch", body=models.BatchWish(files, outputs="mask")).parsed
    form = keyed("batches.renew_form", batch.id).parsed
    for number, (upload, data) in enumerate(((batch.upload, photo), (form, photo), (form, b"no picture"))):
        assert send(upload, str(number), data).status_code == 204
    counts = eventually(lambda: ended(keyed, batch.id)).counts
    assert (counts.total, counts.done, counts.rejected) == (3, 2, 1)
    items = keyed("batches.list_items", batch.id).parsed.items
    assert [(item.name, item.state) for item in items] == [
        ("left.jpg", "done"),
        ("right.jpg", "done"),
        ("text.jpg", "rejected"),
    ]
    assert items[2].code == "unsupported_media_type"
    assert items[0].findings.measurements == items[1].findings.measurements
    assert len(keyed("batches.get_table", batch.id).parsed.splitlines()) == 4
    link = keyed("batches.get_batch_picture", batch.id, 0, "mask.png").headers["location"]
    mask = Image.open(io.BytesIO(httpx.get(link).content))
    assert mask.size == (items[0].findings.photograph.width, items[0].findings.photograph.height)
    assert keyed("usage.usage").parsed.credits_ == 18
    assert [one.id for one in keyed("batches.list_batches").parsed.batches] == [batch.id]
    assert keyed("batches.delete_batch", batch.id).parsed.pictures == 2
    assert keyed("batches.get_batch", batch.id).parsed.code == "not_found"


def test_what_was_saved_is_found_changed_and_exported(person: Program, photo: bytes) -> None:
    models = part("models")
    eye = models.BodyCreatePredictionEye.LEFT
    made = person("predictions.create_prediction", body=form(photo, save=True, subject="P-1", eye=eye)).parsed
    [saved] = person("history.list_predictions", subject="P-1").parsed.predictions
    assert (saved.id, saved.eye, saved.note) == (made.id, "left", None)
    assert person("history.change_prediction", saved.id, body=models.LabelChange(note="before")).parsed.note == "before"
    [trend] = person("history.trends", subject="P-1", eye=models.TrendsEye.LEFT).parsed.trends
    assert [point.value for point in trend.points] == [saved.measurements.vascular_density]
    export = person("exports.create_export", body=models.ExportWish(history=True)).parsed
    ready = eventually(lambda: when(person("exports.get_export", export.id).parsed, lambda told: told.url))
    packed = zipfile.ZipFile(io.BytesIO(httpx.get(ready.url).content))
    assert any(name.endswith("photograph.png") for name in packed.namelist())
    receipt = person("history.delete_prediction", saved.id).parsed
    assert (receipt.predictions, receipt.exports) == (1, 1)
    assert person("exports.delete_export", export.id).parsed.code == "not_found"
    assert person("history.get_prediction", saved.id).parsed.code == "not_found"


def send(upload: Any, name: str, data: bytes) -> httpx.Response:
    return httpx.post(upload.url, data=upload.fields.to_dict(), files={"file": (name, data)})


def ended(program: Program, batch: str) -> Any:
    return when(program("batches.get_batch", batch).parsed, lambda told: told.state == "done")


def when(told: Any, right: Callable[[Any], Any]) -> Any:
    return told if right(told) else None
