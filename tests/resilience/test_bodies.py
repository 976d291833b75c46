"""Request bodies: none fills the memory, blocks other requests, or stays for ever."""

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import httpx
import psutil
import pytest
from fastapi.testclient import TestClient
from python_multipart.multipart import QuerystringParser

from conftest import AS_ROOT, ROOT, SAMPLE
from retina.api.middleware.bodies import (
    SLICE_BYTES,
    SMALL_BYTES,
    Budget,
    Held,
    Pace,
    Taken,
)
from retina.errors import BusyError, SlowRequestError
from support.account import bearer, sign_in
from support.house import PREDICTIONS
from support.problems import assert_problem
from support.processes import Server, serving
from support.raw_requests import MIB, MULTIPART, answered, begun, filled, multipart
from support.waiting import eventually

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
FORMS = ("/oauth2/token", "/oauth2/authorize", "/oauth2/revoke", PREDICTIONS)


def test_only_small_forms_are_parsed_as_forms(ours: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = 0
    plain = QuerystringParser.write

    def counted(self: QuerystringParser, data: bytes) -> int:
        nonlocal parsed
        parsed += len(data)
        return plain(self, data)

    monkeypatch.setattr(QuerystringParser, "write", counted)
    for size in (SMALL_BYTES + 1, 4 * MIB):
        for path in ("/predict", "/uploads", "/api/v1/uploads", "/api/v1/batches", "/api/v1/keys", "/nothing", "/"):
            for method in ("POST", "PATCH", "DELETE", "GET"):
                answer = ours.request(method, path, content=b"&" * size, headers=URLENCODED)
                assert answer.status_code < 500
    assert parsed == 0
    for path in FORMS:
        assert_problem(ours.post(path, content=b"&" * (SMALL_BYTES + 1), headers=URLENCODED), 413, "request_too_large")
    assert parsed == 0
    assert ours.post("/oauth2/revoke", data={"token": "x"}).status_code == 200
    assert parsed > 0


def test_json_is_read_only_by_routes_that_accept_it_and_up_to_their_limit(ours: TestClient) -> None:
    large = b'{"content_type": "' + b"x" * (SMALL_BYTES + 1) + b'"}'
    headers = {"Content-Type": "application/json"}
    for path in ("/api/v1/uploads", "/api/v1/keys", "/api/v1/exports"):
        answer = ours.post(path, content=large, headers=headers)
        assert_problem(answer, 413, "request_too_large")
        assert "64 KiB" in answer.json()["detail"]
    assert_problem(ours.post("/api/v1/batches", content=large, headers=headers), 401, "sign_in_required")
    answer = ours.post("/api/v1/batches", content=b" " * (4 * MIB + 1), headers=headers)
    assert_problem(answer, 413, "request_too_large")
    assert "4 MiB" in answer.json()["detail"]
    for deep, status in ((50_000, 400), (MIB, 413)):
        assert ours.post("/api/v1/batches", content=b"[" * deep, headers=headers).status_code == status


@pytest.mark.parametrize("unit", [b'{"a":1}', b"[]", b"1", b'{"a":{"b":{}}}'])
def test_json_of_a_million_values_is_not_parsed(ours: TestClient, unit: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[object] = []
    monkeypatch.setattr("starlette.requests.Request.json", parsed.append)
    body = b"[" + (unit + b",") * (3 * MIB // (len(unit) + 1)) + b"1]"
    answer = ours.post("/api/v1/batches", content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 413, "request_too_large")
    assert parsed == []


def test_a_batch_may_have_ten_thousand_photographs_with_odd_names(ours: TestClient) -> None:
    who = bearer(sign_in(ours, "anna@example.org"))
    items = [{"name": f"{n}, left: [good].jpg", "size": 1} for n in range(10_000)]
    answer = ours.post("/api/v1/batches", json={"items": items}, headers=who)
    assert answer.status_code == 402, "there is no credit for so many, but it is read"


def test_a_form_has_few_fields_and_small_ones(ours: TestClient) -> None:
    photo = SAMPLE.read_bytes()
    for fields in ({f"field{n}": "x" for n in range(40)}, {"note": "x" * 20_000}):
        answer = ours.post(PREDICTIONS, data=fields, files={"file": photo})
        assert_problem(answer, 400, "malformed_request")
    many = [("file", (f"{n}.jpg", b"x")) for n in range(20)]
    assert_problem(ours.post(PREDICTIONS, files=many), 400, "malformed_request")


def test_ten_thousand_json_errors_get_a_short_response(ours: TestClient) -> None:
    who = bearer(sign_in(ours, "anna@example.org"))
    answer = ours.post("/api/v1/batches", json={"items": [{} for _ in range(10_000)]}, headers=who)
    assert_problem(answer, 422, "invalid_request")
    assert len(answer.content) < 2000


@pytest.mark.anyio
async def test_other_requests_are_served_while_a_body_is_parsed() -> None:
    held = Held(Budget(10 * MIB))

    async def once() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x" * (3 * SLICE_BYTES + 1), "more_body": False}

    assert await held.read(Pace(once, 1), Taken(MIB))
    replay = held.replay(once)
    sizes = []
    more = True
    while more:
        message = await replay()
        sizes.append(len(message["body"]))
        more = message["more_body"]
    assert sizes == [SLICE_BYTES] * 3 + [1]


def test_all_bodies_share_one_budget() -> None:
    budget = Budget(10)
    budget.take(6)
    with pytest.raises(BusyError):
        budget.take(5)
    budget.take(4)
    budget.give_back(6)
    budget.take(6)


@pytest.mark.anyio
async def test_a_stalled_body_is_cut_off_however_much_was_sent_before() -> None:
    sent = [b"x" * 50 * MIB]

    async def rests() -> dict[str, Any]:
        if not sent:
            await anyio.sleep_forever()
        return {"type": "http.request", "body": sent.pop(), "more_body": True}

    body = Pace(rests, 0.2)
    await body()
    with pytest.raises(SlowRequestError), anyio.fail_after(30):
        await body()


def test_over_budget_requests_are_asked_to_retry(tmp_path: Path, environment: dict[str, str]) -> None:
    photo = SAMPLE.read_bytes()
    with serving(tmp_path, environment, body_bytes=str(MIB)) as server:
        halves: list[socket.socket] = []

        def posted() -> httpx.Response:
            return httpx.post(f"{server.url}/predict", files={"file": photo}, timeout=60)

        def refused() -> httpx.Response | None:
            # Anew each time: where the photograph is first, it is the half that is refused.
            unfinished = multipart(b"x" * (MIB - 100_000))[:-20]
            halves.append(begun(server, "/predict", MULTIPART["Content-Type"], MIB, unfinished))
            answer = posted()
            if answer.status_code == 503:
                return answer
            halves.pop().close()
            return None

        answer = eventually(refused)
        assert answer.json()["code"] == "busy"
        assert int(answer.headers["retry-after"]) > 0
        halves.pop().close()
        eventually(lambda: posted().status_code == 200 or None)


def test_slow_bodies_are_cut_off(tmp_path: Path, environment: dict[str, str]) -> None:
    with serving(tmp_path, environment, receive_seconds="1") as server:
        head = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        head.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        silent = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        bodies = [begun(server, "/predict", MULTIPART["Content-Type"], MIB, multipart(b"x")[:-5])]
        form = httpx.post(f"{server.url}/api/v1/uploads", json={"content_type": "image/jpeg"}).json()
        bodies.append(begun(server, "/uploads", MULTIPART["Content-Type"], MIB, filled(form, b"x")))
        for connection in (head, silent):
            assert answered(connection) == b""
        for connection in bodies:
            answer = answered(connection)
            assert answer.startswith(b"HTTP/1.1 408 "), answer
            assert b"request_timeout" in answer
        eventually(lambda: not server.written_uploads() or None)
        assert httpx.get(f"{server.url}/api/v1/health").status_code == 200


@AS_ROOT
def test_countless_unfinished_headers_block_nobody_and_fill_no_log(tmp_path: Path, environment: dict[str, str]) -> None:
    log = tmp_path / "log"
    few_files = ["sh", "-c", f'ulimit -n 700 && exec "$@" 2>{log}', "sh"]
    server = Server(tmp_path, environment, before=few_files)
    try:
        with contextlib.ExitStack() as stack:
            for _ in range(800):
                half = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=60))
                with contextlib.suppress(ConnectionError):
                    half.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
            for _ in range(5):
                assert httpx.get(f"{server.url}/api/v1/health", timeout=60).status_code == 200
            assert psutil.Process(server.process.pid).num_fds() < 200
        assert log.stat().st_size < 10_000, log.read_text()[:2000]
    finally:
        server.process.terminate()
        server.process.wait(30)


@pytest.mark.parametrize(("soft", "hard", "least"), [(64, 512, 512), (512, 512, 512)])
def test_the_limit_of_open_files_is_raised_to_the_maximum(soft: int, hard: int, least: int) -> None:
    text = "from retina.cli.connections import descriptors; print(descriptors())"
    limited = f"ulimit -Sn {soft} && ulimit -Hn {hard} && exec {sys.executable} -c '{text}'"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "function")}
    finished = subprocess.run(["bash", "-c", limited], env=environment, capture_output=True, text=True, check=True)
    assert int(finished.stdout) == least


def test_a_response_that_nobody_reads_is_abandoned(tmp_path: Path, environment: dict[str, str]) -> None:
    with serving(tmp_path, environment, receive_seconds="1") as server:
        process = psutil.Process(server.process.pid)
        before = len(process.net_connections())
        with contextlib.ExitStack() as stack:
            for _ in range(5):
                deaf = stack.enter_context(socket.socket())
                deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                deaf.connect(("127.0.0.1", server.port))
                script = "/api/v1/docs/swagger-ui-bundle.js"
                deaf.sendall(f"GET {script} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * 8)
            eventually(lambda: len(process.net_connections()) <= before or None)
