"""A caller that disconnects frees the core for others, and is charged nothing."""

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio import to_thread
from fastapi.testclient import TestClient

from retina.api import predictor
from retina.api.disconnects import unless_the_caller_leaves
from retina.app import create_app
from retina.errors import CallerLeftError
from retina.imaging.decoding.abandoned import Abandoned
from retina.imaging.pipeline import predict_photograph
from retina.settings import Settings
from support.account import bearer, sign_in


class Connection:
    """A request whose caller leaves after so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def receive(self) -> dict[str, Any]:
        await asyncio.sleep(self._seconds)
        return {"type": "http.disconnect"}


def test_the_first_result_is_the_response() -> None:
    async def work(_: Abandoned) -> int:
        return 7

    assert asyncio.run(unless_the_caller_leaves(Connection(60), work)) == 7  # type: ignore[arg-type]


def test_errors_of_the_work_are_passed_on() -> None:
    async def work(_: Abandoned) -> int:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        asyncio.run(unless_the_caller_leaves(Connection(60), work))  # type: ignore[arg-type]


def test_a_caller_who_disconnects_stops_waiting() -> None:
    passed: list[Abandoned] = []

    async def work(abandoned: Abandoned) -> int:
        passed.append(abandoned)
        await asyncio.sleep(600)
        return 7

    with pytest.raises(CallerLeftError):
        asyncio.run(unless_the_caller_leaves(Connection(0.05), work))  # type: ignore[arg-type]
    with pytest.raises(CallerLeftError):
        passed[0].demand()


def test_a_disconnected_caller_takes_no_core(
    tmp_path: Path, sample: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One core, which somebody has: who waits for it and leaves is never worked for, nor charged."""
    busy, working, begun = threading.Event(), threading.Event(), []
    plain = predict_photograph

    def slow(*arguments: Any, **named: Any) -> Any:
        begun.append(named)
        working.set()
        busy.wait(30)
        return plain(*arguments, **named)

    monkeypatch.setattr(predictor, "predict_photograph", slow)
    app = create_app(Settings(data=tmp_path, cores=1))
    client = TestClient(app)
    person = bearer(sign_in(client, "anna@example.org"))
    key = client.post("/api/v1/keys", json={"name": "mine"}, headers=person).json()["key"]

    async def scenario() -> list[int]:
        address = "http://testserver"
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=address, timeout=60) as patient:
            first = asyncio.create_task(patient.post("/predict", files={"file": sample}))
            assert await asyncio.to_thread(working.wait, 30)
            left = asyncio.create_task(_post_and_leave(app, sample, key))
            await left
            busy.set()
            second = await patient.post("/predict", files={"file": sample})
            return [(await first).status_code, second.status_code]

    assert asyncio.run(scenario()) == [200, 200]
    assert len(begun) == 2
    assert client.get("/api/v1/usage", headers=person).json()["credits"] == 20
    assert "Traceback" not in caplog.text


async def _post_and_leave(app: Any, sample: bytes, key: str) -> None:
    """An ASGI server's side of a request whose connection is closed while it is answered."""
    request = httpx.Request("POST", "http://testserver/predict", files={"file": ("a.jpg", sample)})
    headers = [(name.lower().encode(), value.encode()) for name, value in request.headers.items()]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/predict", "raw_path": b"/predict", "query_string": b"", "root_path": "",
        "headers": [*headers, (b"x-api-key", key.encode())], "client": ("127.0.0.1", 1), "server": ("testserver", 80),
    }  # fmt: skip
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": request.read(), "more_body": False}
        await asyncio.sleep(0.3)
        return {"type": "http.disconnect"}

    answered: list[int] = []

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answered.append(message["status"])

    await app(scope, receive, send)
    assert answered == [400], "it did not wait for the core"


def test_a_running_network_completes_its_run() -> None:
    """Its interpreter is another's afterwards: it must not be left in the middle. Its answer may be asked for again."""

    async def work(_: Abandoned) -> str:
        return await to_thread.run_sync(finish)

    def finish() -> str:
        time.sleep(0.5)
        return "finished"

    assert asyncio.run(unless_the_caller_leaves(Connection(0.05), work)) == "finished"  # type: ignore[arg-type]
