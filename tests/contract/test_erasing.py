"""Erasing the embedded store's database file: no page of it holds what was deleted."""

import random
import sqlite3
from pathlib import Path

import pytest

from retina.storage.database import ERASED_AT_ONCE, Database
from retina.storage.records import Delete, Key, Put
from retina.storage.sqlite import SqliteRecords

SUBJECT = "Planted-Subject-7319"


def test_a_deleted_row_is_in_no_page_of_the_file(tmp_path: Path) -> None:
    """SQLite overwrites deleted rows, but not the copies of them that splitting pages has left elsewhere."""
    for seed in range(3):
        database, chance = Database(tmp_path / str(seed) / "retina.sqlite"), random.Random(seed)
        records, live = SqliteRecords(database), dict[Key, str]()
        dead = set[str]()
        for claim in range(60):
            changes = dict[Key, Put | Delete]()
            for number in range(40):
                if live and chance.random() < 0.4:
                    key = chance.choice([*live])
                    dead.add(live.pop(key))
                    changes[key] = Delete(key)
                else:
                    key, words = Key(chance.choice("abc"), f"{chance.getrandbits(64):x}"), f"planted {claim}.{number}."
                    live[key] = words
                    more = "x" * chance.choice((10, 200, 900, 6000))
                    changes[key] = Put(key, {"subject": words, "more": more})
            records.write(*changes.values())
        reader = sqlite3.connect(database.path)  # and stays open
        reader.execute("SELECT count(*) FROM records").fetchall()
        records.erase()
        data = b"".join(path.read_bytes() for path in database.path.parent.iterdir())
        assert not [words for words in dead if words.encode() in data]
        assert [words for words in live.values() if words.encode() in data]
        assert len(data) < ERASED_AT_ONCE
        reader.close()


def test_a_large_file_is_rewritten_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retina.storage.database.ERASED_AT_ONCE", 0)
    records = SqliteRecords(Database(tmp_path / "retina.sqlite"))
    records.write(Put(Key("a", "1"), {"subject": SUBJECT}))
    records.write(Delete(Key("a", "1")))
    rewritten = list[str]()
    with monkeypatch.context() as watching:
        connection = records._database._connection()
        watching.setattr(records._database, "_connection", lambda: connection)
        connection.set_trace_callback(rewritten.append)
        records.erase()
        assert "VACUUM" not in rewritten
        assert SUBJECT.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
        for count in (1, 1):  # only while something is left to be done
            records.erase(thorough=True)
            assert rewritten.count("VACUUM") == count
