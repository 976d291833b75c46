"""A real server with real connections: bodies are counted, and nothing is written to disk or left behind."""

import errno
import http.client
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import psutil
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from conftest import ROOT, service_environment
from retina.app import create_app
from retina.cli.serve import bound_socket
from retina.settings import Settings
from support.processes import Server, serving
from support.raw_requests import MIB, MULTIPART, multipart
from support.specimens import encode


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests but those of its memory and of how it ends."""
    with serving(tmp_path_factory.mktemp("server"), service_environment(tmp_path_factory)) as running:
        yield running


def test_it_prints_its_address(server: Server) -> None:
    assert f"http://127.0.0.1:{server.port}/" in server.first_line


def test_ctrl_c_ends_it_quietly(tmp_path: Path, environment: dict[str, str]) -> None:
    server = Server(tmp_path, environment)
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(60) == 0


def test_a_port_in_use_is_reported_in_a_sentence(server: Server, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "retina", "serve", "--port", str(server.port)]
    second = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert "Choose another --port." in second.stderr
    assert "Traceback" not in second.stderr


def test_no_photograph_touches_the_disk(sample: bytes) -> None:
    """Every file the process opens for writing while it answers is seen by an audit hook: there is none."""
    opened: list[str] = []
    watching = threading.Event()

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching.is_set() and event in ("open", "tempfile.mkstemp", "os.mkdir", "os.rename"):
            flags = arguments[2] if event == "open" and len(arguments) > 2 else os.O_WRONLY
            if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                opened.append(f"{event} {arguments}")

    sys.addaudithook(watch)
    client = TestClient(create_app(Settings()))
    large = encode(Image.fromarray(np.random.default_rng(0).integers(0, 255, (1000, 1200, 3), np.uint8)), "PNG")
    assert 2 * MIB < len(large) < 4 * MIB
    watching.set()
    try:
        assert client.post("/predict", files={"file": sample}).status_code == 200
        assert client.post("/predict", files={"file": large}).status_code == 422
        data = {"outputs": "preview,mask,probability,overlay,skeleton"}
        assert client.post("/api/v1/predictions", files={"file": sample}, data=data).status_code == 200
        assert not opened
        with Path(os.devnull).open("w"):
            assert opened, "the hook must see what is opened"
    finally:
        watching.clear()


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_just_over_the_limit_is_refused(server: Server, chunked: bool) -> None:
    body = multipart(b"x" * (5 * MIB))
    content = iter([body[i : i + MIB] for i in range(0, len(body), MIB)]) if chunked else body
    answer = httpx.post(f"{server.url}/predict", content=content, headers=MULTIPART)
    assert (answer.status_code, answer.json()["code"]) == (413, "photograph_too_large")
    assert "4 MiB" in answer.json()["detail"]
    assert server.written() == []


def test_an_endless_body_is_cut_off(tmp_path: Path, environment: dict[str, str]) -> None:
    with serving(tmp_path, environment) as server:
        _send_endlessly(server)
        assert server.memory() < 400
        assert httpx.get(f"{server.url}/api/v1/health").status_code == 200
        assert server.written() == []


def _send_endlessly(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", "/predict")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.putheader("Content-Type", MULTIPART["Content-Type"])
    connection.endheaders()
    sent = 0
    try:
        while sent < 500 * MIB:
            connection.send(b"100000\r\n" + b"x" * MIB + b"\r\n")
            sent += MIB
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert 4 * MIB < sent < 200 * MIB


def test_a_false_content_length_is_refused_unread(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.putrequest("POST", "/predict")
    connection.putheader("Content-Length", str(10**12))
    connection.endheaders()
    assert connection.getresponse().status == 413


def test_an_aborted_upload_leaves_nothing_behind(server: Server, sample: bytes) -> None:
    process = psutil.Process(server.process.pid)
    httpx.post(f"{server.url}/predict", files={"file": sample}, timeout=60)
    before = len(process.net_connections())
    for _ in range(5):
        aborted = socket.create_connection(("127.0.0.1", server.port))
        head = f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {MULTIPART['Content-Type']}\r\n"
        aborted.sendall(f"{head}Content-Length: 3000000\r\n\r\n".encode() + b"x" * 1_000_000)
        aborted.close()
    standing = server.standing()
    # Were the end of a body not noticed, the limit on how slowly it may arrive would close it in half a minute.
    for _ in range(600):
        if len(process.net_connections()) <= before:
            break
        time.sleep(0.1)
    else:
        answer = httpx.get(f"{server.url}/api/v1/health", timeout=60)
        raise AssertionError(
            f"{answer} {process.net_connections()}\n{standing}\n{server.standing()}\n{server.stacks()}"
        )
    assert server.written() == []
    assert httpx.post(f"{server.url}/predict", files={"file": sample}, timeout=60).status_code == 200


def test_eight_clients_get_the_same_results_as_one(server: Server, sample: bytes, tiny: bytes) -> None:
    """At two canvases: most of the photographs are tiny ones, that it may be many."""
    turned = encode(Image.open(io.BytesIO(tiny)).rotate(90), "JPEG")
    order = [sample if number % 25 == 0 else (tiny, turned)[number % 2] for number in range(200)]

    def mask(client: httpx.Client, photograph: bytes) -> str:
        answer = client.post(f"{server.url}/api/v1/predictions", files={"file": photograph}, timeout=120)
        assert answer.status_code == 200, answer.text[:300]
        return str(answer.json()["images"]["mask"])

    with httpx.Client() as client, ThreadPoolExecutor(8) as threads:
        alone = {photograph: mask(client, photograph) for photograph in (sample, tiny, turned)}
        assert len({*alone.values()}) == 3
        together = list(threads.map(lambda photograph: mask(client, photograph), order))
    assert together == [alone[photograph] for photograph in order]


@pytest.mark.usefixtures("shipped")
def test_eight_64_megapixel_photographs_at_once_stay_under_1200_mb(tmp_path: Path, environment: dict[str, str]) -> None:
    """JPEG, the format that costs most memory to decode; the disc is found, segmented and its previews answered."""
    rgb = np.zeros((8000, 8000, 3), np.uint8)
    sample = np.asarray(Image.open(ROOT / "site" / "samples" / "retina.jpg"))
    rgb[:] = np.asarray(Image.fromarray(sample).resize((8000, 8000), Image.Resampling.BILINEAR))
    data = encode(Image.fromarray(rgb), "JPEG", quality=40)
    assert len(data) < 4 * MIB

    # However slow the machine, the second in the queue is not sent away.
    with serving(tmp_path, environment, wait_seconds="60") as own, ThreadPoolExecutor(8) as threads:

        def send(_: int) -> int:
            return httpx.post(f"{own.url}/api/v1/predictions", files={"file": data}, timeout=300).status_code

        statuses = list(threads.map(send, range(8)))
        assert set(statuses) <= {200, 503}
        assert statuses.count(200) >= 2
        assert own.memory() < 1200


def test_while_every_core_is_busy_other_requests_are_asked_to_retry(
    tmp_path: Path, environment: dict[str, str], sample: bytes
) -> None:
    server = Server(tmp_path, environment | {"RETINA_CORES": "1", "RETINA_WAIT_SECONDS": "0.05"})

    def send(_: int) -> httpx.Response:
        return httpx.post(f"{server.url}/predict", files={"file": sample}, timeout=60)

    try:
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(send, range(8)))
    finally:
        server.process.terminate()
    busy = [answer for answer in answers if answer.status_code == 503]
    assert 0 < len(busy) < 8
    assert {answer.status_code for answer in answers} == {200, 503}
    assert all(answer.json()["code"] == "busy" and int(answer.headers["retry-after"]) > 0 for answer in busy)


def test_a_full_disk_is_reported_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample: bytes) -> None:
    client = TestClient(create_app(Settings(data=tmp_path)), raise_server_exceptions=False)
    form = client.post("/api/v1/uploads", json={"content_type": "image/jpeg"}).json()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("retina.storage.files.os.fsync", full)
        answer = client.post(form["url"], data=form["fields"], files={"file": sample})
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert "No space" not in answer.text
    assert not [path for path in (tmp_path / "uploads").iterdir() if path.is_file()], "nothing half written stays"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_response_body_does_not_wait_for_the_head_to_be_acknowledged(host: str) -> None:
    """asyncio asks for that (TCP_NODELAY) where the socket says that it is TCP; else answers take 40 ms longer."""
    with bound_socket(host, 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP
