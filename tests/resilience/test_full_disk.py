"""A full disk or a damaged database: what still works, and how the rest is reported."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fastapi.testclient import TestClient

from retina.storage import reserve
from retina.storage.database import Database, DatabaseError
from retina.storage.records import Delete, Key, Put
from retina.storage.reserve import Reserve
from retina.storage.sqlite import SqliteRecords
from support.account import bearer, renewed, sign_in
from support.history import save
from support.house import (
    BATCHES,
    PREDICTIONS,
    House,
    problem,
)
from support.processes import Server
from support.runtime_api import can_be_alone

SMALL_DISK = 'mount -t tmpfs -o size="$0" none "$RETINA_DATA" && exec "$@"'
"""Run by root of a namespace of its own, with a size and a command."""


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_deleting_works_on_a_full_disk(tmp_path: Path, environment: dict[str, str], tiny: bytes) -> None:
    if not can_be_alone():
        pytest.skip("this machine allows no mount namespaces (unshare)")
    Path(environment["RETINA_DATA"]).mkdir()
    small = [
        "unshare",
        "--map-root-user",
        "--mount",
        "sh",
        "-ec",
        SMALL_DISK,
        str(reserve.BYTES + reserve.SIGN_IN_BYTES + 4 * 2**20),
    ]
    server = Server(tmp_path, environment, before=small)
    try:
        client = httpx.Client(base_url=server.url, timeout=60)
        anna = bearer(sign_in(client, "anna@example.org"))
        batch = client.post(BATCHES, json={"items": [{"name": "a", "size": 1}] * 15}, headers=anna).json()
        saved = []
        while True:
            form = {"save": "true", "outputs": "mask", "note": "x" * 900}
            answer = client.post(PREDICTIONS, files={"file": tiny}, data=form, headers=anna)
            if answer.status_code != 200:
                break
            saved.append(answer.json()["id"])
        assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
        assert len(saved) > 5
        for _ in range(5):
            anna = bearer(sign_in(client, "anna@example.org", how="sign-in"))
        for path in (f"{PREDICTIONS}/{saved[0]}", f"{BATCHES}/{batch['id']}", f"{PREDICTIONS}/{saved[1]}"):
            deleted = client.delete(path, headers=anna)
            assert deleted.is_success, deleted.text
            assert client.get(path, headers=anna).status_code == 404
        gone = client.delete("/api/v1/account", headers=anna)
        assert gone.is_success, gone.text
        assert gone.json()["predictions"] == len(saved) - 2
        berta = bearer(sign_in(client, "berta@example.org"))
        held = client.post(PREDICTIONS, files={"file": tiny}, data={"save": "true"}, headers=berta)
        assert held.status_code == 200, "there is room again"
    finally:
        server.process.terminate()
        server.process.wait(30)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), OSError(errno.EDQUOT, "Quota exceeded")])
def test_only_deletions_use_the_reserve(
    house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    anna, held = house.person(), house.data / "reserve"
    one = save(house, anna, tiny)["id"]
    assert held.stat().st_size == reserve.BYTES
    plain = Database.transaction

    def full(self: Database) -> Iterator[sqlite3.Connection]:
        if held.exists():
            raise error
        return plain(self)  # type: ignore[return-value]

    with monkeypatch.context() as broken:
        broken.setattr(Database, "transaction", full)
        refused = house.client.post(PREDICTIONS, files={"file": tiny}, data={"save": "true"}, headers=anna)
        assert problem(refused) == (507, "storage_full")
        assert held.exists()
        assert house.client.delete(f"{PREDICTIONS}/{one}", headers=anna).is_success
    assert held.stat().st_size == reserve.BYTES, "there is room again"
    with monkeypatch.context() as broken:
        broken.setattr(Reserve, "refill", lambda self: None)
        broken.setattr(Database, "transaction", lambda self: (_ for _ in ()).throw(error))
        for _ in range(2):
            deleted = house.client.delete(f"{PREDICTIONS}/{one}", headers=anna)
            assert problem(deleted) in ((507, "storage_full"), (404, "not_found"))


def test_on_a_nearly_full_disk_room_is_made_before_a_deletion_begins(
    house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is done in several steps is not tried twice: the second time, what it deletes would be gone."""
    anna, held = house.person(), house.data / "reserve"
    saved = [save(house, anna, tiny)["id"] for _ in range(2)]
    plain, during = Database.transaction, list[bool]()

    def watched(self: Database) -> Iterator[sqlite3.Connection]:
        during.append(held.exists())
        return plain(self)  # type: ignore[return-value]

    with monkeypatch.context() as full:
        full.setattr(Database, "transaction", watched)
        for one, free, reserved in zip(saved, (reserve.BYTES, reserve.BYTES - 1), (True, False), strict=True):
            full.setattr("retina.storage.reserve.shutil.disk_usage", lambda _, free=free: SimpleNamespace(free=free))
            assert house.client.delete(f"{PREDICTIONS}/{one}", headers=anna).is_success
            assert set(during) == {reserved}
            during.clear()
    assert held.stat().st_size == reserve.BYTES, "there is room again"


def test_signing_in_and_out_works_on_a_full_disk_and_leaves_the_reserve(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.person()
    plain, for_deletions, for_sign_ins = Database.transaction, house.data / "reserve", house.data / "reserve-sign-in"

    def full(self: Database) -> Iterator[sqlite3.Connection]:
        assert for_deletions.stat().st_size == reserve.BYTES
        if for_sign_ins.stat().st_size == reserve.SIGN_IN_BYTES:
            raise OSError(errno.ENOSPC, "No space left")
        return plain(self)  # type: ignore[return-value]

    with monkeypatch.context() as broken:
        broken.setattr(Database, "transaction", full)
        tokens = sign_in(house.client, "anna@example.org", how="sign-in")
        fresh = renewed(house.client, tokens["refresh_token"])
        assert fresh.status_code == 200
        anna = bearer(fresh.json())
        assert problem(house.client.post("/api/v1/keys", json={"name": "k"}, headers=anna)) == (507, "storage_full")
        other = sign_in(house.client, "anna@example.org", how="sign-in")
        revoked = house.client.post("/oauth2/revoke", data={"token": other["refresh_token"]})
        assert revoked.status_code == 200
        assert renewed(house.client, other["refresh_token"]).status_code == 400
        assert house.client.post("/api/v1/account/sign-out", headers=anna).status_code == 204
        assert house.client.get("/api/v1/usage", headers=anna).status_code == 401
    assert for_sign_ins.stat().st_size == reserve.SIGN_IN_BYTES


def test_a_reserve_takes_the_room_there_is_and_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held, path, room = Reserve(tmp_path, "steps", 4096, 1024), tmp_path / "steps", 4096
    plain = os.posix_fallocate

    def limited(file: int, first: int, count: int) -> None:
        if first + count > room:
            raise OSError(errno.ENOSPC, "No space left")
        plain(file, first, count)

    monkeypatch.setattr("retina.storage.reserve.os.posix_fallocate", limited)
    held.refill()
    assert path.stat().st_size == 4096
    sizes = []
    while held.give_up():
        sizes.append(path.stat().st_size if path.exists() else 0)
    assert sizes == [3072, 2048, 1024, 0]
    room = 2500
    for _ in range(2):
        held.refill()
        assert path.stat().st_size == 2048
    room = 0
    held.refill()
    assert path.stat().st_size == 2048


def test_a_disk_without_room_for_a_reserve_is_still_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left")

    monkeypatch.setattr("retina.storage.reserve.os.posix_fallocate", full)
    held = Reserve(tmp_path)
    held.refill()
    assert [*tmp_path.iterdir()] == []
    assert not held.give_up()


def damage(path: Path) -> None:
    """Overwrite everything but the file's head."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = path.read_bytes()
    path.write_bytes(data[:200] + b"\xa5" * (len(data) - 200))


def test_a_damaged_database_is_reported_in_a_sentence_on_the_command_line(
    tmp_path: Path, environment: dict[str, str], house: House
) -> None:
    house.person()
    folder = tmp_path / "damaged"
    folder.mkdir()
    shutil.copy(house.data / "retina.sqlite", folder)
    with sqlite3.connect(house.data / "retina.sqlite") as connection:
        connection.execute(f"VACUUM INTO '{folder / 'copy.sqlite'}'")
    connection.close()
    (folder / "copy.sqlite").replace(folder / "retina.sqlite")
    damage(folder / "retina.sqlite")
    for command in (["serve", "--port", "0"], ["worker"], ["credits", "show", "0" * 32]):
        finished = subprocess.run(
            [sys.executable, "-m", "retina", *command],
            env=environment | {"RETINA_DATA": str(folder)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert finished.returncode == 2, (command, finished.stderr)
        assert "is damaged or is not a database of this program" in finished.stderr, finished.stderr
        assert "Traceback" not in finished.stderr


def test_a_database_damaged_during_use_is_a_problem_without_a_traceback(
    house: House, tiny: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    anna = house.person()
    saved = save(house, anna, tiny)
    damage(house.data / "retina.sqlite")
    client = TestClient(House(house.data).app, raise_server_exceptions=False)  # without what SQLite has in memory
    for answer in (
        client.get(PREDICTIONS, headers=anna),
        client.delete(f"{PREDICTIONS}/{saved['id']}", headers=anna),
        client.post(PREDICTIONS, files={"file": tiny}, data={"save": "true"}, headers=anna),
    ):
        assert problem(answer) == (500, "storage_unusable")
        assert "sqlite" not in answer.text
    assert "is damaged" in caplog.text
    assert "Traceback" not in caplog.text
    assert client.get("/api/v1/health").status_code == 200


def test_damage_noticed_in_a_transaction_is_reported_too(tmp_path: Path) -> None:
    records = SqliteRecords(Database(tmp_path / "retina.sqlite"))
    for n in range(200):
        records.write(Put(Key("p", str(n)), {"text": "x" * 1000}))
    damage(tmp_path / "retina.sqlite")
    fresh = SqliteRecords(Database(tmp_path / "retina.sqlite"))
    with pytest.raises(DatabaseError, match="damaged"):
        fresh.write(Delete(Key("p", "7")))
    with pytest.raises(DatabaseError, match="damaged"):
        fresh.query("p")
