"""Fixtures of several files of API tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from retina.app import create_app
from retina.settings import Settings
from support.house import House
from support.shop import opened
from support.stripe_server import StripeServer, stripe_server


@pytest.fixture
def service(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(data=tmp_path, signup_credits=3)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def shared() -> Iterator[StripeServer]:
    with stripe_server() as running:
        yield running


@pytest.fixture
def stripe(shared: StripeServer) -> Iterator[StripeServer]:
    yield shared
    shared.forget()


@pytest.fixture(params=["embedded", "AWS"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, stripe: StripeServer) -> House:
    return opened(request, tmp_path, stripe)
