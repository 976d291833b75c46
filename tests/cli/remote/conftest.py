"""A server, an account and a folder of photographs for `retina batch`."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from conftest import service_environment
from support.account import new_key
from support.processes import Server, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, smallest_card: Path) -> Iterator[Server]:
    environment = service_environment(tmp_path_factory) | {"RETINA_MODEL": str(smallest_card)}
    folder = tmp_path_factory.mktemp("server")
    with serving(folder, environment, program="support.quick_service", signups_each="0") as running:
        yield running


@pytest.fixture
def key(server: Server) -> str:
    """Of a new account."""
    with httpx.Client(base_url=server.url, timeout=60) as client:
        return new_key(client, f"{secrets.token_hex(4)}@example.org")["X-API-Key"]


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retina.cli.remote_batch.POLL_SECONDS", 0.1)


@pytest.fixture
def photos(tmp_path: Path, tiny: bytes) -> Path:
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    for name in ("a.jpg", "b c.jpg", "more/a.jpg"):
        (folder / name).write_bytes(tiny)
    (folder / "text.jpg").write_bytes(b"no photograph")
    (folder / "empty.jpg").write_bytes(b"")
    return folder
