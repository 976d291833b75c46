"""Fixtures for all tests: the sample photograph, the shipped network, and a client that needs no network connection."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import numpy as np
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi.dependencies.utils import get_dependant
from fastapi.testclient import TestClient
from PIL import Image

from retina import clock
from retina.app import create_app
from retina.auth.local.issuer import _new_key
from retina.imaging.arrays import Rgb
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph, decode_photograph, open_photograph
from retina.jobs.worker import Workers
from retina.queue.sqlite import LocalQueue
from retina.settings import Settings, bundled
from retina.storage.database import Database
from retina.storage.dynamodb import DynamoRecords
from retina.storage.records import Records
from retina.storage.s3 import s3_client
from retina.storage.sqlite import SqliteRecords
from support.aws import BUCKET, CREDENTIALS, DynamoTable, isolate_transactions, new_table
from support.caches import cache_in_moto, cached_signatures, rotating_keys
from support.quick_service import QUICK_HASHER
from support.specimens import encode
from support.waiting import Embedded

ROOT = Path(__file__).parents[1]
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="the service hides its memory and files from all but root")
SAMPLE = ROOT / "site" / "samples" / "retina.jpg"
SHIPPED = bundled("models") / "unet.json"
SMALL_CANVASES = [
    {"height": 256, "width": 256, "field_of_view_width_up_to": 320},
    {"height": 512, "width": 512, "field_of_view_width_up_to": None},
]


def decode(data: bytes, max_pixels: int = 64_000_000, min_side: int = 64) -> Photograph:
    return decode_photograph(open_photograph(data, max_pixels=max_pixels, min_side=min_side), data)


def copy_card(folder: Path, **changes: object) -> Path:
    """The shipped network in `folder`, with a card that differs in `changes`; the card's path."""
    card = json.loads(SHIPPED.read_text()) | changes
    (folder / "unet.json").write_text(json.dumps(card))
    (folder / "unet.tflite").write_bytes(SHIPPED.with_suffix(".tflite").read_bytes())
    return folder / "unet.json"


@pytest.fixture(scope="session", autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing of whoever runs the tests is used, and the tests may ask for as much as they like.

    Most tests are not about the mask: they use the shipped network on canvases that take a seventh of the time.
    """
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("RETINA_")]:
            environment.delenv(name)
        environment.setenv("RETINA_DATA", str(tmp_path_factory.mktemp("data")))
        card = copy_card(tmp_path_factory.mktemp("model"), canvases=SMALL_CANVASES)
        environment.setenv("RETINA_MODEL", str(card))
        environment.setenv("RETINA_FREE_EACH", "0")
        environment.setenv("RETINA_FREE_TOGETHER", "0")
        environment.setenv("RETINA_SIGNUPS_EACH", "0")
        # By default a client gives up after five seconds, which a machine with other work to do may well need.
        for what in ("read", "write"):
            environment.setattr(f"httpx._config.DEFAULT_TIMEOUT_CONFIG.{what}", 60.0)
        environment.setattr("retina.auth.local.people.PasswordHasher", QUICK_HASHER)
        environment.setattr("retina.auth.local.issuer._new_key", rotating_keys(_new_key))
        environment.setattr("fastapi.routing.get_dependant", cached_signatures(get_dependant))
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_event_loop() -> Iterator[None]:
    """Requests of all clients run on one event loop, as they do in a server.

    Left alone, a client starts one for each request: that takes longer than most answers, and who waits for a core on
    one loop does not hear of it when a request on another has given it back.
    """
    with start_blocking_portal() as portal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestClient, "portal", portal)
        yield
        portal.call(portal.stop, True)


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
    """The network with its shipped card."""
    return VesselNetwork(SHIPPED)


@pytest.fixture(scope="session")
def quick_network() -> VesselNetwork:
    """The network with the small canvases that most tests use."""
    return VesselNetwork(Settings().model)


@pytest.fixture(scope="session")
def smallest_card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For servers that segment hundreds of photographs (RETINA_MODEL) where only that they are segmented matters.

    The shipped network on one canvas of 64x64, a quarter of the time for a small photograph. Vessels are too coarse on
    it for the gate that goes by them, so there is no expected Dice, and photographs are let in by their colour.
    """
    canvas = {"height": 64, "width": 64, "field_of_view_width_up_to": None}
    return copy_card(tmp_path_factory.mktemp("smallest"), canvases=[canvas], confidence=None)


@pytest.fixture
def within_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are counted by the hour and by the day, and neither ends while a test counts them."""
    now, today = time.time(), clock.today()
    monkeypatch.setattr("retina.accounts.rate_limits.time", SimpleNamespace(time=lambda: now))
    monkeypatch.setattr("retina.accounts.rate_limits.clock", SimpleNamespace(today=lambda: today))


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service uses its shipped card."""
    monkeypatch.delenv("RETINA_MODEL")


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    """The address of a server that answers as AWS does, with one bucket, `BUCKET`."""
    from moto.server import ThreadedMotoServer  # not above: the training environment lacks it

    isolate_transactions()
    cache_in_moto()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    httpx.put(f"http://{host}:{port}/{BUCKET}").raise_for_status()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(aws: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The service's own S3 client, for that server."""
    for name, value in (CREDENTIALS | {"AWS_ENDPOINT_URL": aws}).items():
        monkeypatch.setenv(name, value)
    return s3_client()


def service_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment for a process of the service, without settings and data of whoever runs the tests."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("RETINA_")}
    ours = {
        "RETINA_DATA": str(tmp_path_factory.mktemp("data") / "data"),
        "RETINA_MODEL": os.environ.get("RETINA_MODEL", str(SHIPPED)),
    }
    paths = (str(ROOT / "function"), str(ROOT / "tests"))  # the latter for `support.quick_service`
    return {**outside, **ours, "PYTHONPATH": os.pathsep.join(paths)}


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """For one test; see `service_environment`."""
    return service_environment(tmp_path_factory)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "retina.sqlite")


@pytest.fixture
def queue(database: Database) -> LocalQueue:
    return LocalQueue(database)


@pytest.fixture
def dynamodb(aws: str, monkeypatch: pytest.MonkeyPatch) -> DynamoTable:
    for name, value in (CREDENTIALS | {"AWS_ENDPOINT_URL": aws}).items():
        monkeypatch.setenv(name, value)
    return new_table()


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
def quick_rgb(photograph: Photograph) -> Rgb:
    """The sample at a fifth of its size: uint8[283,283,3]. The smallest canvas serves it: a quarter of the work."""
    return np.ascontiguousarray(photograph.rgb[::5, ::5])


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
