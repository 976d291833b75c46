"""What every test shares: the sample photograph, the shipped network, and a client without a network between."""

import json
import os
import secrets
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from retina.app import create_app
from retina.imaging.arrays import Rgb
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph, decode_photograph, open_photograph
from retina.jobs.worker import Workers
from retina.queue.sqlite import LocalQueue
from retina.settings import Settings
from retina.storage.database import Database
from retina.storage.dynamodb import DynamoRecords
from retina.storage.records import Records
from retina.storage.s3 import client as aws_client
from retina.storage.s3 import s3_client
from retina.storage.sqlite import SqliteRecords
from support.specimens import encode
from support.waiting import Embedded

ROOT = Path(__file__).parents[1]
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="the service hides its memory and files from all but root")
SAMPLE = ROOT / "site" / "samples" / "retina.jpg"


def decode(data: bytes, max_pixels: int = 64_000_000, min_side: int = 64) -> Photograph:
    return decode_photograph(open_photograph(data, max_pixels=max_pixels, min_side=min_side), data)


def copy_card(folder: Path, **changes: object) -> Path:
    """The shipped network in `folder`, with a card that differs in `changes`; the card's path."""
    source = Settings().model
    card = json.loads(source.read_text()) | changes
    (folder / "unet.json").write_text(json.dumps(card))
    (folder / "unet.tflite").write_bytes((source.parent / "unet.tflite").read_bytes())
    return folder / "unet.json"


@pytest.fixture(scope="session", autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing of whoever runs the tests is used, and the tests may ask for as much as they like."""
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("RETINA_")]:
            environment.delenv(name)
        environment.setenv("RETINA_DATA", str(tmp_path_factory.mktemp("data")))
        environment.setenv("RETINA_FREE_EACH", "0")
        environment.setenv("RETINA_FREE_TOGETHER", "0")
        environment.setenv("RETINA_SIGNUPS_EACH", "0")
        yield


@pytest.fixture(scope="session")
def sample() -> bytes:
    return SAMPLE.read_bytes()


@pytest.fixture(scope="session")
def photograph(sample: bytes) -> Photograph:
    return decode(sample)


@pytest.fixture(scope="session")
def small_rgb(photograph: Photograph) -> Rgb:
    """The sample at a quarter of its size: uint8[353,353,3], still a fundus photograph."""
    return np.ascontiguousarray(photograph.rgb[::4, ::4])


@pytest.fixture(scope="session")
def network() -> VesselNetwork:
    return VesselNetwork(Settings().model)


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


BUCKET = "retina-uploads"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    """The address of a server that answers as AWS does, with one bucket, `BUCKET`."""
    from moto.server import ThreadedMotoServer  # not above: the training environment lacks it

    _serialise_transactions()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    httpx.put(f"http://{host}:{port}/{BUCKET}").raise_for_status()
    yield f"http://{host}:{port}"
    server.stop()


def _serialise_transactions() -> None:
    """DynamoDB isolates its transactions; moto, left alone, does not."""
    from moto.dynamodb.models import DynamoDBBackend

    lock, plain = threading.RLock(), DynamoDBBackend.transact_write_items

    def serialised(*arguments: Any, **named: Any) -> Any:
        with lock:
            return plain(*arguments, **named)

    setattr(DynamoDBBackend, "transact_write_items", serialised)


@pytest.fixture
def s3(aws: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The service's own S3 client, for that server."""
    for name, value in (CREDENTIALS | {"AWS_ENDPOINT_URL": aws}).items():
        monkeypatch.setenv(name, value)
    return s3_client()


RUNTIME = (
    "awslambdaric", "simplejson", "snapshot-restore-py",
    "boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3",
)  # fmt: skip
"""What Lambda's Python has, and the package therefore has not."""


@dataclass(frozen=True)
class Built:
    """The Lambda package in `folder`, for `python`; `runtime` holds what Lambda adds to it."""

    folder: Path
    python: Path
    runtime: Path


@pytest.fixture(scope="session", params=["this Python", "Lambda's Python"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    # Not above: the training environment lacks what they need.
    from infra.package import TARGET
    from infra.package.build import build
    from infra.package.wheels import install, python_of, requirements

    version = sys.version_info[:2] if request.param == "this Python" else TARGET
    python = python_of(version)
    if not python:
        pytest.skip(f"there is no Python {version[0]}.{version[1]} here")
    folder = tmp_path_factory.mktemp("package")
    build(folder / "task", version, python)
    pinned = requirements(ROOT / "tests" / "requirements.txt", version)
    client = (pinned[name] for name in RUNTIME)
    install(folder / "runtime", client, version)
    return Built(folder / "task", python, folder / "runtime")


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment for a process of the service, without settings and data of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RETINA_")}
    data = str(tmp_path_factory.mktemp("data") / "data")
    return {**kept, "PYTHONPATH": str(ROOT / "function"), "RETINA_DATA": data}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "retina.sqlite")


@pytest.fixture
def queue(database: Database) -> LocalQueue:
    return LocalQueue(database)


@dataclass(frozen=True)
class DynamoTable:
    """An empty table as the stack makes it, and boto3's client for it."""

    client: Any
    table: str


@pytest.fixture
def dynamodb(aws: str, monkeypatch: pytest.MonkeyPatch) -> DynamoTable:
    for name, value in (CREDENTIALS | {"AWS_ENDPOINT_URL": aws}).items():
        monkeypatch.setenv(name, value)
    return new_table()


def new_table() -> DynamoTable:
    """Where the environment says how to reach it."""
    client, name = aws_client("dynamodb"), f"retina-{secrets.token_hex(4)}"
    client.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return DynamoTable(client, name)


@pytest.fixture(params=["SQLite", "DynamoDB"])
def records(request: pytest.FixtureRequest) -> Records:
    if request.param == "SQLite":
        return SqliteRecords(request.getfixturevalue("database"))
    table = request.getfixturevalue("dynamodb")
    return DynamoRecords(table.client, table.table)


@pytest.fixture(params=["embedded", "AWS"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The service, with either kind of stores and queue."""
    from support.house import House, in_aws

    if request.param == "embedded":
        return House(tmp_path)
    request.getfixturevalue("s3")
    return in_aws(tmp_path)


@pytest.fixture(scope="session")
def tiny(small_rgb: Rgb) -> bytes:
    """The sample at 177x177 pixels, a JPEG: still a fundus photograph, and quickly segmented."""
    return encode(Image.fromarray(np.ascontiguousarray(small_rgb[::2, ::2])), "JPEG")


@pytest.fixture
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Embedded]:
    """The embedded way from a form to a result, with two worker processes."""
    monkeypatch.setenv("RETINA_DATA", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "function"))
    way = Embedded(tmp_path)
    with Workers(way.queue, 2):
        yield way


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    from support.templates import template_of

    return template_of(tmp_path_factory.mktemp("plain"), alarm_email="alarm@example.com")


@pytest.fixture(scope="session")
def named(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """With every setting at another value than its default."""
    from support.templates import CERTIFICATE, WEB_ACL, template_of

    return template_of(
        tmp_path_factory.mktemp("named"),
        name="eyes",
        region="eu-central-1",
        domain="retina.example.com",
        certificate_arn=CERTIFICATE,
        monthly_budget=7,
        throttle_rate=3,
        throttle_burst=5,
        memory=3008,
        workers=2,
        log_days=731,
        signup_credits=3,
        free_each=7,
        free_together=70,
        reserved_concurrency=2,
        predict_rate=2,
        predict_burst=4,
        customer_key=True,
        recovery_days=14,
        audit_days=3650,
        audit_addresses="none",
        firewall=WEB_ACL,
        firewall_rate=100,
        proof_version=3,
        self_sign_up=False,
        mfa="required",
        threat_protection="full",
        refresh_days=7,
    )
