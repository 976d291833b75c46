"""The embedded store's database file: other versions' files are left alone, and confirmed writes are durable."""

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from retina.queue.sqlite import LocalQueue
from retina.storage.database import VERSION, Database, DatabaseError
from retina.storage.records import Delete, Key, Put
from retina.storage.sqlite import SqliteRecords
from support.processes import worker
from support.waiting import given_up_jobs

VERSION_2 = """
CREATE TABLE jobs (key TEXT PRIMARY KEY, attempts INTEGER NOT NULL, due REAL NOT NULL, lease TEXT,
    buried INTEGER NOT NULL);
CREATE INDEX jobs_due ON jobs (buried, due);
CREATE TABLE records (partition TEXT NOT NULL, sort TEXT NOT NULL, data TEXT NOT NULL, counts TEXT NOT NULL,
    version INTEGER NOT NULL, expires INTEGER, PRIMARY KEY (partition, sort)) WITHOUT ROWID;
CREATE INDEX records_expired ON records (expires) WHERE expires IS NOT NULL;
INSERT INTO jobs VALUES ('batch/x/0', 0, 1, NULL, 0), ('batch/x/1', 2, 2, NULL, 0), ('batch/x/2', 5, 1, NULL, 1);
INSERT INTO records VALUES ('p', '0', '{"subject": "a"}', '{"credits": 3}', 1, NULL);
PRAGMA user_version = 2;
"""


def test_a_file_of_another_version_is_refused_and_left_unchanged(tmp_path: Path, environment: dict[str, str]) -> None:
    path = tmp_path / "retina.sqlite"
    Database(path).query("SELECT 1")
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    with pytest.raises(DatabaseError, match=f"version {VERSION + 1}"):
        Database(path).query("SELECT 1")
    process = worker(tmp_path, environment)
    _, says = process.communicate(timeout=60)
    assert process.returncode == 2
    assert f"is of version {VERSION + 1}, and this program works with version {VERSION}" in says
    assert "Traceback" not in says
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before


def test_a_file_of_the_version_before_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "retina.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(VERSION_2)
    connection.close()
    database = Database(path)
    [record] = SqliteRecords(database).get(Key("p", "0"))
    assert record
    assert (record.data, record.counts) == ({"subject": "a"}, {"credits": 3})
    queue = LocalQueue(database)
    queue.put("batch/y/0", account="anna")
    leases = list(iter(queue.lease, None))
    assert [(lease.key, lease.attempt) for lease in leases] == [("batch/x/0", 1), ("batch/y/0", 1), ("batch/x/1", 3)]
    for lease in leases:
        queue.done(lease)
    assert (queue.waiting(), given_up_jobs(path)) == (0, 1)
    assert database.query("SELECT account FROM turns")[0][:] == ("",), "of the job that was given up"


def test_the_service_does_not_start_without_a_usable_database(tmp_path: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "retina", "serve", "--port", "0"]
    for wrong, says in (("/proc/nowhere", "cannot be written"), (str(tmp_path), "not a database of this program")):
        (tmp_path / "retina.sqlite").write_bytes(b"a diary")
        refused = subprocess.run(
            command, env=environment | {"RETINA_DATA": wrong}, capture_output=True, text=True, timeout=60
        )
        assert refused.returncode == 2
        assert says in refused.stderr
        assert "Traceback" not in refused.stderr
        assert "is at http" not in refused.stdout


def test_a_file_that_is_no_database_is_refused_and_left_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "retina.sqlite"
    for content in (b"a diary, " * 200, b"short"):
        path.write_bytes(content)
        with pytest.raises(DatabaseError, match="not a database of this program"):
            Database(path).query("SELECT 1")
        assert path.read_bytes() == content


def test_the_database_is_private_and_durable(queue: LocalQueue, tmp_path: Path) -> None:
    queue.put("batch/x/1", account="anna")
    assert (tmp_path / "retina.sqlite").stat().st_mode & 0o777 == 0o600
    database = Database(tmp_path / "retina.sqlite")
    assert database.query("PRAGMA journal_mode")[0][0] == "wal"
    assert database.query("PRAGMA synchronous")[0][0] == 2, "FULL"
    with suppress(ZeroDivisionError), database.transaction() as connection:
        connection.execute("DELETE FROM jobs")
        raise ZeroDivisionError
    assert queue.waiting() == 1


def test_a_full_disk_breaks_one_write_but_no_later_one(database: Database) -> None:
    records = SqliteRecords(database)
    records.write(Put(Key("p", "0"), {"text": "x"}))
    with database.transaction() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")  # as large as the disk
    with pytest.raises(sqlite3.OperationalError, match="full"):
        records.write(*(Put(Key("p", str(n)), {"text": "x" * 5000}) for n in range(1, 20)))
    connection.execute("PRAGMA max_page_count = 1000000")
    assert [row.key.sort for row in records.query("p")] == ["0"]
    records.write(Put(Key("p", "1"), {"text": "x" * 5000}))
    assert [row.key.sort for row in records.query("p")] == ["0", "1"]


def test_deleted_content_is_overwritten(database: Database) -> None:
    records = SqliteRecords(database)
    records.write(Put(Key("p", "0"), {"subject": "somebody in particular"}))
    assert b"somebody" in database.path.read_bytes() + database.path.with_name("retina.sqlite-wal").read_bytes()
    records.write(Delete(Key("p", "0")))
    with sqlite3.connect(database.path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert b"somebody" not in database.path.read_bytes()


def test_many_processes_open_a_new_file_at_the_same_time(tmp_path: Path) -> None:
    for n in range(20):
        path, together = tmp_path / f"{n}.sqlite", threading.Barrier(8)

        def open_it(_: int, path: Path = path, together: threading.Barrier = together) -> int:
            together.wait()
            return len(Database(path).query("SELECT * FROM jobs"))

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(open_it, range(8))) == [0] * 8
