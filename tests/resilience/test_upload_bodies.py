"""Upload forms are checked before the file arrives, and none fills the memory or the disk."""

import contextlib
import threading
import time
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from conftest import SAMPLE
from retina.api.arrivals import AT_ONCE, Arrivals
from retina.errors import BusyError, UploadRefusedError
from support.problems import assert_problem
from support.processes import serving
from support.raw_requests import MIB, MULTIPART, answered, begun, filled, multipart
from support.waiting import eventually


def test_unfinished_uploads_share_a_disk_budget_and_the_newest_of_one_counts() -> None:
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


def test_one_form_sent_many_times_takes_disk_space_once(tmp_path: Path, environment: dict[str, str]) -> None:
    with serving(tmp_path, environment) as server, contextlib.ExitStack() as stack:
        form = httpx.post(f"{server.url}/api/v1/uploads", json={"content_type": "image/jpeg"}).json()
        half = filled(form, b"x" * MIB)
        attempts = [
            stack.enter_context(begun(server, "/uploads", MULTIPART["Content-Type"], 2 * MIB, half)) for _ in range(6)
        ]
        eventually(lambda: MIB in server.upload_sizes())
        for attempt in attempts:
            attempt.sendall(b"x" * 1000)
        eventually(lambda: len(server.written_uploads()) == 1 or None)


def test_unfinished_uploads_take_no_memory(tmp_path: Path, environment: dict[str, str]) -> None:
    size = 20 * MIB
    with serving(tmp_path, environment) as server, contextlib.ExitStack() as stack:
        httpx.post(f"{server.url}/predict", files={"file": SAMPLE.read_bytes()}, timeout=60)
        before = server.memory()
        request = {"content_type": "image/jpeg"}
        forms = [httpx.post(f"{server.url}/api/v1/uploads", json=request).json() for _ in range(5)]
        good = [filled(form, b"x" * size) for form in forms]
        bad = [filled(forms[0], b"x" * size, signature="0" * 64), multipart(b"x" * size)[:-10]] * 5
        for body in [*good, *bad]:
            stack.enter_context(begun(server, "/uploads", MULTIPART["Content-Type"], size + MIB, body))
        assert httpx.get(f"{server.url}/api/v1/health", timeout=60).status_code == 200
        eventually(lambda: sum(server.upload_sizes()) > 4.9 * size)
        assert len(server.written_uploads()) == 5, "only what a good form grants"
        assert server.memory() - before < 40
        stack.close()
        eventually(lambda: not server.written_uploads() or None)


def test_a_form_is_checked_before_its_file_arrives(tmp_path: Path, environment: dict[str, str]) -> None:
    """The answer comes after the body, since many clients do not listen before; none of it is kept."""
    with serving(tmp_path, environment) as server:
        form = httpx.post(f"{server.url}/api/v1/uploads", json={"content_type": "image/jpeg"}).json()
        body = filled(form, b"x" * MIB, signature="0" * 64)
        connection = begun(server, "/uploads", MULTIPART["Content-Type"], len(body) + 1, body)
        time.sleep(0.5)
        assert server.written_uploads() == []
        connection.sendall(b"x")
        assert b"upload_refused" in answered(connection)


def test_concurrent_uploads_do_not_mix(ours: TestClient, tmp_path: Path) -> None:
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
def test_nothing_remains_of_a_form_that_fails(
    ours: TestClient, tmp_path: Path, end: str, status: int, code: str
) -> None:
    form = ours.post("/api/v1/uploads", json={"content_type": "image/jpeg"}).json()
    answer = ours.post("/uploads", content=filled(form, b"photograph") + end.encode(), headers=MULTIPART)
    assert answer.status_code == status, answer.text
    if code:
        assert_problem(answer, status, code)
    left = [path.name for path in (tmp_path / "uploads").glob("*")]
    assert left == ([] if code else [form["upload_id"]])


def test_a_file_without_a_name_is_a_file(ours: TestClient, tmp_path: Path) -> None:
    form = ours.post("/api/v1/uploads", json={"content_type": "image/jpeg"}).json()
    large = bytes(2 * MIB)  # more than all text fields together may have
    nameless = filled(form, large).replace(b'name="file"; filename="photo"', b'name="file"')
    assert b"filename" not in nameless
    assert ours.post("/uploads", content=nameless + b"\r\n--b--\r\n", headers=MULTIPART).status_code == 204
    assert (tmp_path / "uploads" / form["upload_id"]).read_bytes() == large


def test_fields_of_an_upload_form_are_small(ours: TestClient) -> None:
    form = ours.post("/api/v1/uploads", json={"content_type": "image/jpeg"}).json()
    for more in ({"x": "y" * 20_000}, {f"field{n}": "x" * 100 for n in range(200)}):
        answer = ours.post("/uploads", data=more | form["fields"], files={"file": ("a", b"x")})
        assert_problem(answer, 403, "upload_refused")
    empty = b"".join(b'--b\r\nContent-Disposition: form-data; name="%d"\r\n\r\n\r\n' % n for n in range(50_000))
    assert_problem(ours.post("/uploads", content=empty, headers=MULTIPART), 403, "upload_refused")
