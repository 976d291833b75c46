"""Bodies: nobody's fills the memory, keeps others waiting, or stays for ever."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import anyio
import httpx
import psutil
import pytest
from fastapi.testclient import TestClient
from python_multipart.multipart import QuerystringParser

from conftest import AS_ROOT, ROOT, SAMPLE
from retina.api.arrivals import AT_ONCE, Arrivals
from retina.api.middleware.bodies import (
    SLICE_BYTES,
    SMALL_BYTES,
    Budget,
    Held,
    Pace,
    Taken,
)
from retina.app import create_app
from retina.errors import BusyError, SlowRequestError, UploadRefusedError
from retina.settings import Settings
from support.account import bearer, sign_in
from support.house import PREDICTIONS
from support.problems import assert_problem
from support.processes import Server, serving
from support.raw_requests import MIB, MULTIPART, answered, begun, filled, multipart
from support.waiting import eventually

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
FORMS = ("/oauth2/token", "/oauth2/authorize", "/oauth2/revoke", PREDICTIONS)


@pytest.fixture
def ours(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Settings(data=tmp_path)), raise_server_exceptions=False)


def test_only_forms_are_parsed_as_forms_and_small_ones(ours: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_json_is_read_where_a_route_takes_it_and_as_much_as_it_takes(ours: TestClient) -> None:
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


def test_a_wrong_json_with_ten_thousand_mistakes_is_answered_in_short(ours: TestClient) -> None:
    who = bearer(sign_in(ours, "anna@example.org"))
    answer = ours.post("/api/v1/batches", json={"items": [{} for _ in range(10_000)]}, headers=who)
    assert_problem(answer, 422, "invalid_request")
    assert len(answer.content) < 2000


@pytest.mark.anyio
async def test_others_have_their_turn_while_a_body_is_parsed() -> None:
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


def test_a_budget_is_for_all_of_them() -> None:
    budget = Budget(10)
    budget.take(6)
    with pytest.raises(BusyError):
        budget.take(5)
    budget.take(4)
    budget.give_back(6)
    budget.take(6)


def test_unfinished_uploads_have_a_budget_on_the_disk_and_the_newest_of_one_counts() -> None:
    arrivals = Arrivals(10)
    with arrivals.of("a") as add:
        for _ in range(AT_ONCE):
            add(10)
        with pytest.raises(BusyError):
            add(1)
    with arrivals.of("a") as first:
        first(10)
        with arrivals.of("a") as second:
            with pytest.raises(UploadRefusedError):
                first(10)
            second(10)
        with arrivals.of("b") as other:
            for _ in range(AT_ONCE - 1):
                other(10)
    with arrivals.of("a") as again:
        again(10 * AT_ONCE)


def test_one_form_filled_in_many_times_takes_the_disk_once(tmp_path: Path, environment: dict[str, str]) -> None:
    with serving(tmp_path, environment) as server, contextlib.ExitStack() as stack:
        form = httpx.post(f"{server.url}/api/v1/uploads", json={"content_type": "image/jpeg"}).json()
        half = filled(form, b"x" * MIB)
        attempts = [
            stack.enter_context(begun(server, "/uploads", MULTIPART["Content-Type"], 2 * MIB, half)) for _ in range(6)
        ]
        eventually(lambda: any(path.stat().st_size == MIB for path in server.written_uploads()) or None)
        for attempt in attempts:
            attempt.sendall(b"x" * 1000)
        eventually(lambda: len(server.written_uploads()) == 1 or None)


@pytest.mark.anyio
async def test_who_rests_is_cut_off_although_much_has_come_before() -> None:
    sent = [b"x" * 50 * MIB]

    async def rests() -> dict[str, Any]:
        if not sent:
            await anyio.sleep_forever()
        return {"type": "http.request", "body": sent.pop(), "more_body": True}

    body = Pace(rests, 0.2)
    await body()
    with pytest.raises(SlowRequestError), anyio.fail_after(30):
        await body()


def test_over_the_budget_others_are_told_to_come_back(tmp_path: Path, environment: dict[str, str]) -> None:
    photo = SAMPLE.read_bytes()
    with serving(tmp_path, environment, body_bytes=str(MIB)) as server:
        half = begun(server, "/predict", MULTIPART["Content-Type"], MIB, multipart(b"x" * (MIB - 100_000))[:-20])

        def refused() -> httpx.Response | None:
            answer = httpx.post(f"{server.url}/predict", files={"file": photo}, timeout=60)
            return answer if answer.status_code == 503 else None

        answer = eventually(refused)
        assert answer.json()["code"] == "busy"
        assert int(answer.headers["retry-after"]) > 0
        half.close()
        eventually(lambda: refused() is None or None)


def test_who_dawdles_is_cut_off(tmp_path: Path, environment: dict[str, str]) -> None:
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
def test_half_headers_without_number_keep_nobody_out_and_fill_no_log(
    tmp_path: Path, environment: dict[str, str]
) -> None:
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
def test_as_many_files_may_be_open_as_the_system_lets_a_process(soft: int, hard: int, least: int) -> None:
    text = "from retina.cli.connections import descriptors; print(descriptors())"
    limited = f"ulimit -Sn {soft} && ulimit -Hn {hard} && exec {sys.executable} -c '{text}'"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "function")}
    told = subprocess.run(["bash", "-c", limited], env=environment, capture_output=True, text=True, check=True)
    assert int(told.stdout) == least


def test_an_answer_that_nobody_reads_is_given_up(tmp_path: Path, environment: dict[str, str]) -> None:
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


def test_unfinished_uploads_take_no_memory(tmp_path: Path, environment: dict[str, str]) -> None:
    size = 20 * MIB
    with serving(tmp_path, environment) as server, contextlib.ExitStack() as stack:
        httpx.post(f"{server.url}/predict", files={"file": SAMPLE.read_bytes()}, timeout=60)
        before = server.memory()
        wish = {"content_type": "image/jpeg"}
        forms = [httpx.post(f"{server.url}/api/v1/uploads", json=wish).json() for _ in range(5)]
        good = [filled(form, b"x" * size) for form in forms]
        bad = [filled(forms[0], b"x" * size, signature="0" * 64), multipart(b"x" * size)[:-10]] * 5
        for body in [*good, *bad]:
            stack.enter_context(begun(server, "/uploads", MULTIPART["Content-Type"], size + MIB, body))
        assert httpx.get(f"{server.url}/api/v1/health", timeout=60).status_code == 200
        eventually(lambda: sum(path.stat().st_size for path in server.written_uploads()) > 4.9 * size or None)
        assert len(server.written_uploads()) == 5, "only what a good form grants"
        assert server.memory() - before < 40
        stack.close()
        eventually(lambda: not server.written_uploads() or None)


def test_a_form_is_checked_before_its_file_comes(tmp_path: Path, environment: dict[str, str]) -> None:
    """The answer comes after the body, since many clients do not listen before; none of it is kept."""
    with serving(tmp_path, environment) as server:
        form = httpx.post(f"{server.url}/api/v1/uploads", json={"content_type": "image/jpeg"}).json()
        body = filled(form, b"x" * MIB, signature="0" * 64)
        connection = begun(server, "/uploads", MULTIPART["Content-Type"], len(body) + 1, body)
        time.sleep(0.5)
        assert server.written_uploads() == []
        connection.sendall(b"x")
        assert b"upload_refused" in answered(connection)


def test_uploads_at_the_same_time_do_not_mix(ours: TestClient, tmp_path: Path) -> None:
    forms = [ours.post("/api/v1/uploads", json={"content_type": "image/jpeg"}).json() for _ in range(8)]
    contents = [bytes([n]) * (MIB + n) for n in range(8)]

    def send(n: int) -> None:
        ours.post("/uploads", data=forms[n]["fields"], files={"file": ("a", contents[n])}).raise_for_status()

    threads = [threading.Thread(target=send, args=[n]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(tmp_path / "uploads" / form["upload_id"]).read_bytes() for form in forms] == contents


@pytest.mark.parametrize(
    ("end", "status", "code"),
    [
        ("", 400, "malformed_request"),
        ("\r\n--b", 400, "malformed_request"),
        ('\r\n--b\r\nContent-Disposition: form-data; name="acl"\r\n\r\nx', 403, "upload_refused"),
        ('\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="2"\r\n\r\nx', 403, "upload_refused"),
        ("\r\n--b--\r\n", 204, ""),
    ],
)
def test_nothing_is_kept_of_a_form_that_does_not_end_well(
    ours: TestClient, tmp_path: Path, end: str, status: int, code: str
) -> None:
    form = ours.post("/api/v1/uploads", json={"content_type": "image/jpeg"}).json()
    answer = ours.post("/uploads", content=filled(form, b"photograph") + end.encode(), headers=MULTIPART)
    assert answer.status_code == status, answer.text
    if code:
        assert_problem(answer, status, code)
    kept = [path.name for path in (tmp_path / "uploads").glob("*")]
    assert kept == ([] if code else [form["upload_id"]])


def test_an_upload_forms_fields_are_small(ours: TestClient) -> None:
    form = ours.post("/api/v1/uploads", json={"content_type": "image/jpeg"}).json()
    for more in ({"x": "y" * 20_000}, {f"field{n}": "x" * 100 for n in range(200)}):
        answer = ours.post("/uploads", data=more | form["fields"], files={"file": ("a", b"x")})
        assert_problem(answer, 403, "upload_refused")
    empty = b"".join(b'--b\r\nContent-Disposition: form-data; name="%d"\r\n\r\n\r\n' % n for n in range(50_000))
    assert_problem(ours.post("/uploads", content=empty, headers=MULTIPART), 403, "upload_refused")
