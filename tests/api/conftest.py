"""Fixtures of several files of API tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from retina.app import create_app
from retina.settings import Settings


@pytest.fixture
def service(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(data=tmp_path, signup_credits=3)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client
