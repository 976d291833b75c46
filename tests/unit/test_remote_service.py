"""What the command line repeats, and what it reports at once."""

import httpx
import pytest

from retina.cli.remote_service import ATTEMPTS, PROBLEM, RemoteError, RemoteService


@pytest.mark.parametrize(
    ("status", "headers", "asked"),
    [
        (500, {"Content-Type": PROBLEM}, ATTEMPTS),
        (503, {"Content-Type": PROBLEM, "Retry-After": "2"}, ATTEMPTS),
        (429, {"Content-Type": PROBLEM, "Retry-After": "60"}, ATTEMPTS),
        (429, {"Content-Type": "application/json"}, ATTEMPTS),
        (429, {"Content-Type": PROBLEM, "Retry-After": "40000"}, 1),
        (429, {"Content-Type": PROBLEM}, 1),
        (403, {"Content-Type": PROBLEM}, 1),
    ],
)
def test_what_soon_passes_is_repeated_and_what_does_not_is_said_at_once(
    status: int, headers: dict[str, str], asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = []

    def refuse(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(status, headers=headers, json={"detail": "This key has spent its credits."})

    client = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **options: client(transport=httpx.MockTransport(refuse), **options))
    pauses: list[float] = []
    monkeypatch.setattr("retina.cli.remote_service.time.sleep", pauses.append)
    with pytest.raises(RemoteError, match=r"This key has spent its credits\."):
        RemoteService("http://service", "rk_").json("GET", "/api/v1/usage")
    assert len(requests) == asked
    assert len(pauses) == asked - 1, "none after the last attempt"
    assert pauses == sorted(pauses)
    if pauses:
        assert pauses[0] >= float(headers.get("Retry-After", 0.1))
