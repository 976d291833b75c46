"""Many requests of every kind, one after another: nothing grows that should not.

RETINA_SOAK_REQUESTS=2000 makes it a long run.
"""

import contextlib
import os
import socket
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil

from conftest import AS_ROOT
from retina.imaging.decoding.decoder import SPARE
from support.account import bearer, new_key, sign_in
from support.house import EXPORTS, PREDICTIONS
from support.processes import Server
from support.raw_requests import MIB, MULTIPART, begun, multipart
from support.waiting import eventually

REQUESTS = int(os.environ.get("RETINA_SOAK_REQUESTS", "150"))
KINDS = 15


class Soak:
    """Requests of `KINDS` kinds, by number."""

    def __init__(self, server: Server, photo: bytes) -> None:
        self.server, self.photo = server, photo
        self.client = httpx.Client(base_url=server.url, timeout=60)
        self.key = new_key(self.client, "anna@example.org")
        self.statuses: Counter[int] = Counter()

    def once(self, number: int) -> None:
        """One request; None is answered where its sender leaves."""
        answer = self._kinds()[number % KINDS]()
        if answer is not None:
            self.statuses[answer.status_code] += 1

    def _kinds(self) -> list[Callable[[], httpx.Response | None]]:
        client, files = self.client, {"file": ("a.jpg", self.photo)}
        as_json = self.key | {"Content-Type": "application/json"}
        ordered = {"outputs": "mask,overlay"}
        return [
            lambda: client.post("/predict", files=files),
            lambda: client.post(PREDICTIONS, files=files, data=ordered, headers=self.key),
            lambda: client.post(PREDICTIONS, files={"file": os.urandom(200_000)}),
            lambda: client.post("/predict", files={"file": self.photo[: len(self.photo) // 2]}),
            lambda: client.post("/predict", content=b"&" * MIB, headers={"Content-Type": "text/plain"}),
            self._uploaded,
            self._refused_upload,
            lambda: client.get(PREDICTIONS, headers=self.key),
            lambda: client.get("/nothing"),
            lambda: client.post(EXPORTS, content=b"{", headers=as_json),
            lambda: client.get("/api/v1/usage", headers={"X-API-Key": "rk_0_0"}),
            lambda: client.get("/", headers={"Host": "evil.example"}),
            self._leaves_in_a_form,
            self._leaves_in_a_head,
            lambda: client.head("/style.css"),
        ]

    def _form(self) -> dict[str, Any]:
        return dict(self.client.post("/api/v1/uploads", json={"content_type": "image/jpeg"}).json())

    def _uploaded(self) -> httpx.Response:
        form = self._form()
        sent = self.client.post("/uploads", data=form["fields"], files={"file": ("a.jpg", self.photo)})
        sent.raise_for_status()
        return self.client.post(PREDICTIONS, data={"upload_id": form["upload_id"], "outputs": "mask"})

    def _refused_upload(self) -> httpx.Response:
        fields = self._form()["fields"] | {"key": "x"}
        return self.client.post("/uploads", data=fields, files={"file": b"x" * MIB})

    def _leaves_in_a_form(self) -> None:
        begun(self.server, "/predict", MULTIPART["Content-Type"], MIB, multipart(b"x" * 100_000)).close()

    def _leaves_in_a_head(self) -> None:
        with contextlib.closing(socket.create_connection(("127.0.0.1", self.server.port))) as half:
            half.sendall(b"GET / HTTP/1.1\r\nX-Half: ")


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it has ended meanwhile
        return 0


@AS_ROOT
def test_nothing_grows(tmp_path: Path, environment: dict[str, str], tiny: bytes) -> None:
    server = Server(tmp_path, environment | {"RETINA_SIGNUP_CREDITS": "100000", "RETINA_CORES": "1"})
    try:
        soak, process = Soak(server, tiny), psutil.Process(server.process.pid)
        for number in range(3 * KINDS):
            soak.once(number)

        def everybody() -> list[psutil.Process]:
            return [process, *process.children(recursive=True)]

        def size() -> dict[str, int]:
            eventually(lambda: len(everybody()) == 2 + SPARE)  # those that decoded the last photographs have ended
            time.sleep(2)  # until those in their place have got their memory ready
            return {
                "memory": sum(map(_memory, everybody())),
                "descriptors": process.num_fds(),
                "threads": process.num_threads(),
                "processes": len(everybody()),
                "files": len([path for path in server.data.rglob("*") if path.is_file()]) + len(server.written()),
            }

        before = size()
        for number in range(REQUESTS):
            soak.once(number)
        after = size()
        grown = {name: after[name] - before[name] for name in before}
        assert grown["memory"] < 40 * MIB, (before, after)
        for name, most in (("descriptors", 12), ("threads", 8), ("processes", 1), ("files", 2)):
            assert grown[name] <= most, (name, before, after)
        assert {200, 403, 404, 401, 415, 421, 422} <= set(soak.statuses), soak.statuses
        assert max(soak.statuses) < 500, soak.statuses
        me = bearer(sign_in(soak.client, "berta@example.org"))
        assert soak.client.get(PREDICTIONS, headers=me).json()["predictions"] == []
    finally:
        server.process.terminate()
        server.process.wait(40)
