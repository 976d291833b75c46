"""Many requests of every kind, one after another: nothing grows that should not.

RETINA_SOAK_REQUESTS=2000 makes it a long run.
"""

import contextlib
import os
import socket
import time
from collections import Counter
from pathlib import Path

import httpx
import psutil

from conftest import AS_ROOT
from support.account import bearer, new_key, sign_in
from support.house import EXPORTS, PREDICTIONS
from support.processes import Server
from support.raw_requests import MIB, MULTIPART, begun, multipart

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
        kind, client = number % KINDS, self.client
        files = {"file": ("a.jpg", self.photo)}
        if kind == 0:
            answer = client.post("/predict", files=files)
        elif kind == 1:
            answer = client.post(PREDICTIONS, files=files, data={"outputs": "mask,overlay"}, headers=self.key)
        elif kind == 2:
            answer = client.post(PREDICTIONS, files={"file": os.urandom(200_000)})
        elif kind == 3:
            answer = client.post("/predict", files={"file": self.photo[: len(self.photo) // 2]})
        elif kind == 4:
            answer = client.post("/predict", content=b"&" * MIB, headers={"Content-Type": "text/plain"})
        elif kind == 5:
            form = client.post("/api/v1/uploads", json={"content_type": "image/jpeg"}).json()
            client.post("/uploads", data=form["fields"], files=files).raise_for_status()
            answer = client.post(PREDICTIONS, data={"upload_id": form["upload_id"], "outputs": "mask"})
        elif kind == 6:
            form = client.post("/api/v1/uploads", json={"content_type": "image/jpeg"}).json()
            answer = client.post("/uploads", data=form["fields"] | {"key": "x"}, files={"file": b"x" * MIB})
        elif kind == 7:
            answer = client.get(PREDICTIONS, headers=self.key)
        elif kind == 8:
            answer = client.get("/nothing")
        elif kind == 9:
            answer = client.post(EXPORTS, content=b"{", headers=self.key | {"Content-Type": "application/json"})
        elif kind == 10:
            answer = client.get("/api/v1/usage", headers={"X-API-Key": "rk_0_0"})
        elif kind == 11:
            answer = client.get("/", headers={"Host": "evil.example"})
        elif kind == 12:  # somebody leaves in the middle of a form
            begun(self.server, "/predict", MULTIPART["Content-Type"], MIB, multipart(b"x" * 100_000)).close()
            return
        elif kind == 13:  # and another before a request's head has ended
            with contextlib.closing(socket.create_connection(("127.0.0.1", self.server.port))) as half:
                half.sendall(b"GET / HTTP/1.1\r\nX-Half: ")
            return
        else:
            answer = client.head("/style.css")
        self.statuses[answer.status_code] += 1


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

        def size() -> dict[str, int]:
            time.sleep(2)  # until the processes that decoded the last photographs have ended
            everybody = [process, *process.children(recursive=True)]
            return {
                "memory": sum(map(_memory, everybody)),
                "descriptors": process.num_fds(),
                "threads": process.num_threads(),
                "processes": len(everybody),
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
