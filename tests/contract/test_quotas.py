"""Limits on the number of things per account are exact under concurrency, in SQLite and in DynamoDB."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from retina.accounts import service
from retina.errors import TooManyExportsError, TooManyKeysError
from retina.exports.service import MOST_EXPORTS, Exports
from retina.storage.local import LocalBlobs
from retina.storage.records import (
    NEW,
    Key,
    Put,
    Records,
)
from support.account import accounts_of

ACCOUNT = "a" * 32
AT_ONCE = 8


class NoQueue:
    def put(self, *keys: str, account: str) -> None: ...


def made_of(make: Callable[[], Any], asked: int, refusal: type[Exception]) -> int:
    """How many of `asked` things were made by several threads."""

    def ask(_: int) -> bool:
        try:
            make()
        except refusal:
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(ask, range(asked)))


def test_concurrent_requests_create_no_more_keys_than_the_limit(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_KEYS", 12)
    accounts = accounts_of(records, 0)
    assert made_of(lambda: accounts.make_key(ACCOUNT, "k"), 30, TooManyKeysError) == 12
    keys = accounts.keys(ACCOUNT)
    assert [key.created for key in keys] == sorted(key.created for key in keys)
    for key in keys[:2]:
        accounts.revoke(ACCOUNT, key.id)
    assert made_of(lambda: accounts.make_key(ACCOUNT, "k"), 10, TooManyKeysError) == 2
    assert len(accounts.keys(ACCOUNT)) == 12


def test_keys_from_before_slots_were_numbered_count(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_KEYS", 5)
    accounts, ids = accounts_of(records, 0), [f"{n:016x}" for n in range(3)]
    for n, id in enumerate(ids):
        created = f"2026-01-0{n + 1}T00:00:00.000000Z"
        facts = {"account": ACCOUNT, "name": "old", "created": created, "sha256": "0"}
        records.write(
            Put(Key(f"key:{id}", "key"), facts, NEW), Put(Key(f"keys:{ACCOUNT}", f"{created}:{id}"), {"id": id})
        )
    assert made_of(lambda: accounts.make_key(ACCOUNT, "k"), 10, TooManyKeysError) == 2
    assert [key.id for key in accounts.keys(ACCOUNT)][:3] == ids
    accounts.revoke(ACCOUNT, ids[1])
    assert made_of(lambda: accounts.make_key(ACCOUNT, "k"), 10, TooManyKeysError) == 1
    for key in accounts.keys(ACCOUNT):
        accounts.revoke(ACCOUNT, key.id)
    assert records.query(f"keys:{ACCOUNT}") == []


def test_concurrent_requests_create_no_more_exports_than_the_limit(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports = Exports(records, LocalBlobs(tmp_path), NoQueue())
    assert made_of(lambda: exports.create(ACCOUNT, ""), 40, TooManyExportsError) == MOST_EXPORTS
    tomorrow = time.time() + 86_401
    monkeypatch.setattr("retina.exports.service.time.time", lambda: tomorrow)
    monkeypatch.setattr("retina.storage.sqlite.time.time", lambda: tomorrow)
    monkeypatch.setattr("retina.storage.dynamodb.time.time", lambda: tomorrow)
    assert made_of(lambda: exports.create(ACCOUNT, ""), 40, TooManyExportsError) == MOST_EXPORTS
    assert exports.delete_all(ACCOUNT) == MOST_EXPORTS
