"""Fixtures: a decoder, and a service that needs no network connection."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from retina.app import create_app
from retina.imaging.decoding.decoder import Decoder
from retina.settings import Settings


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    made = Decoder()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def ours(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Settings(data=tmp_path)), raise_server_exceptions=False)
