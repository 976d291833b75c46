"""The host names that the service accepts: no link leads to another host, and no foreign page can read a response."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from retina.api.middleware.hosts import Hosts
from retina.app import create_app
from retina.errors import HostRefusedError
from retina.settings import Settings
from support.problems import assert_problem


def scope(host: str | None, server: tuple[str, int] | None = ("192.168.1.5", 8000)) -> dict[str, Any]:
    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    return {"type": "http", "headers": headers, "server": server}


DEFAULT = Settings.model_fields["hosts"].default


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:9000", "localhost.", "127.0.0.1:8000", "[::1]", "[::1]:8000", "192.168.1.5", None],
)
def test_its_own_host_names_are_accepted(host: str | None) -> None:
    Hosts(DEFAULT).demand(scope(host))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "evil.example#localhost",
        "localhost@evil.example",
        "localhost:8000@evil.example",
        "localhost/../evil.example",
        "localhost:8000/x",
        "192.168.1.6",
        "0.0.0.0",  # noqa: S104 - a name to be refused, and nothing is bound
        "[::2]",
        "[::1",
        "::1",
        "127.0.0.1, evil.example",
        "127.1",
        "localhost\t",
        "*",
        "",
        "é",
    ],
)
def test_other_host_names_are_refused(host: str) -> None:
    with pytest.raises(HostRefusedError):
        Hosts(DEFAULT).demand(scope(host))


def test_host_names_are_added_by_the_setting() -> None:
    hosts = Hosts("Eyes.local, retina.example.org.")
    for name in ("eyes.local", "EYES.LOCAL:80", "retina.example.org"):
        hosts.demand(scope(name))
    with pytest.raises(HostRefusedError):
        hosts.demand(scope("localhost"))
    Hosts("*").demand(scope("evil.example"))
    Hosts(DEFAULT).demand(scope("192.168.1.5", ("::ffff:192.168.1.5", 8000)))
    Hosts(DEFAULT).demand(scope("localhost", None))


def test_no_response_links_to_another_host(tmp_path: Path) -> None:
    client = TestClient(create_app(Settings(data=tmp_path)), base_url="http://127.0.0.1")
    body = {"content_type": "image/jpeg"}
    assert client.post("/api/v1/uploads", json=body).json()["url"].startswith("http://127.0.0.1/")
    for host in ("evil.example", "127.0.0.1@evil.example"):
        for method, path in (
            ("POST", "/api/v1/uploads"),
            ("GET", "/api/v1/sign-in"),
            ("GET", "/"),
            ("GET", "/nothing"),
        ):
            answer = client.request(method, path, json=body, headers={"Host": host})
            assert_problem(answer, 421, "host_refused")
            assert "evil" not in answer.text
    forwarded = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    assert client.get("/api/v1/sign-in", headers=forwarded).json()["url"] == "http://127.0.0.1"
