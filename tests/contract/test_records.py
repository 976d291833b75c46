"""Records: one contract for SQLite and DynamoDB."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from retina.storage.database import Database
from retina.storage.records import (
    ANY,
    NEW,
    Add,
    ConditionError,
    Delete,
    Key,
    Put,
    Records,
)
from retina.storage.sqlite import SqliteRecords

KEY, OTHER = Key("account:1", "a"), Key("account:1", "b")


def test_records_are_read_back(records: Records) -> None:
    data = {"name": "Ä “1”", "list": [1, 2.5, None, True], "nested": {"x": ""}}
    records.write(Put(KEY, data, NEW, {"credits": 20}))
    found, missing = records.get(KEY, OTHER)
    assert missing is None
    assert found is not None
    assert (found.key, found.data, found.counts, found.version) == (KEY, data, {"credits": 20}, 1)
    records.write(Put(KEY, {"name": "b"}, 1))
    [found] = records.get(KEY)
    assert found is not None
    assert (found.data, found.counts, found.version) == ({"name": "b"}, {"credits": 20}, 2)


def test_a_failed_condition_rolls_back_all_changes(records: Records) -> None:
    records.write(Put(KEY, {"n": 1}, NEW))
    for wrong in (Put(KEY, {}, NEW), Put(KEY, {}, 2), Delete(KEY, 2), Add(KEY, {"credits": -1})):
        with pytest.raises(ConditionError) as caught:
            records.write(Put(OTHER, {}), wrong)
        assert caught.value.failed == {KEY}
    for missing in (Put(OTHER, {}, 1), Delete(OTHER, 1), Add(OTHER, {"credits": 1})):
        with pytest.raises(ConditionError) as caught:
            records.write(missing, Put(KEY, {"n": 2}, ANY))
        assert caught.value.failed == {OTHER}
    [found, other] = records.get(KEY, OTHER)
    assert found is not None
    assert (found.data, found.version, other) == ({"n": 1}, 1, None)


def test_counters_are_added_to_and_never_fall_below_zero(records: Records) -> None:
    records.write(Add(KEY, {"done": 1, "failed": 2}, upsert=True))
    records.write(Add(KEY, {"done": 1, "failed": -2}))
    [found] = records.get(KEY)
    assert found is not None
    assert (found.counts, found.data, found.version) == ({"done": 2, "failed": 0}, {}, 0)
    with pytest.raises(ConditionError):
        records.write(Add(KEY, {"done": 1, "failed": -1}))
    records.write(Put(KEY, {"n": 1}))
    [found] = records.get(KEY)
    assert found is not None
    assert found.counts == {"done": 2, "failed": 0}


def test_counters_never_exceed_their_ceiling(records: Records) -> None:
    for amount, most, made in ((3, 2, False), (2, 2, True), (1, 2, False), (1, 3, True), (-1, 1, False), (-1, 2, True)):
        change = Add(KEY, {"asked": amount, "other": 1}, upsert=True, most={"asked": most})
        if made:
            records.write(change, Put(OTHER, {}))
            continue
        with pytest.raises(ConditionError) as caught:
            records.write(change, Put(OTHER, {}))
        assert caught.value.failed == {KEY}
    [found] = records.get(KEY)
    assert found is not None
    assert found.counts == {"asked": 2, "other": 3}


def test_a_ceiling_is_exact_under_concurrency(records: Records) -> None:
    def ask(_: int) -> bool:
        try:
            records.write(Add(KEY, {"asked": 1}, upsert=True, most={"asked": 17}))
        except ConditionError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(40))) == 17


def test_expired_records_are_not_returned(records: Records) -> None:
    now = int(time.time())
    records.write(Put(KEY, {"old": 1}, NEW, {"n": 5}, expires=now - 1), Put(OTHER, {}, NEW, expires=now + 60))
    assert [found is not None for found in records.get(KEY, OTHER)] == [False, True]
    assert [found.key for found in records.query("account:1")] == [OTHER]
    with pytest.raises(ConditionError):
        records.write(Put(KEY, {}, 1))
    records.write(Put(KEY, {"new": 1}, NEW))
    [found] = records.get(KEY)
    assert found is not None
    assert (found.data, found.counts, found.version) == ({"new": 1}, {}, 1)


def test_a_partition_is_read_in_order_and_in_pages(records: Records) -> None:
    records.write(*(Put(Key("p", f"{n:02d}"), {"n": n}) for n in range(30)), Put(Key("q", "00"), {}))
    assert [record.data["n"] for record in records.query("p")] == [*range(30)]
    assert [record.data["n"] for record in records.query("p", backwards=True, limit=3)] == [29, 28, 27]
    assert [record.data["n"] for record in records.query("p", backwards=True, limit=3, after="27")] == [26, 25, 24]
    assert [record.data["n"] for record in records.query("p", limit=3, after="27")] == [28, 29]
    assert [record.data["n"] for record in records.query("p", first="05", last="08")] == [5, 6, 7, 8]
    assert [record.data["n"] for record in records.query("p", first="05", last="08", after="06")] == [7, 8]
    assert [record.data["n"] for record in records.query("p", first="05", last="08", after="07", backwards=True)] == [
        6,
        5,
    ]
    assert records.query("nobody") == []
    for after, forwards, back in (("02", [5, 6], []), ("09", [], [6, 5]), ("06", [], [5]), ("05", [6], [])):
        for backwards, expected in ((False, forwards), (True, back)):
            found = records.query("p", first="05", last="06", after=after, backwards=backwards)
            assert [record.data["n"] for record in found] == expected


def test_a_page_is_full_despite_expired_records_in_between(records: Records) -> None:
    now = int(time.time())
    records.write(*(Put(Key("p", f"{n:02d}"), {"n": n}, expires=now + (60 if n % 2 else -60)) for n in range(20)))
    assert [record.data["n"] for record in records.query("p", limit=4)] == [1, 3, 5, 7]


def test_concurrent_changes_are_neither_lost_nor_doubled(records: Records) -> None:
    records.write(Put(KEY, {}, NEW, {"credits": 30}))

    def take(n: int) -> frozenset[Key]:
        try:
            records.write(Add(KEY, {"credits": -1}), Put(Key("ledger", f"{n:02d}"), {}, NEW))
        except ConditionError as error:
            return error.failed
        return frozenset()

    with ThreadPoolExecutor(8) as pool:
        failed = list(pool.map(take, range(40)))
    [account] = records.get(KEY)
    assert account is not None
    assert account.counts == {"credits": 0}
    assert len(records.query("ledger")) == 30
    assert Counter(failed) == {frozenset(): 30, frozenset({KEY}): 10}


def test_a_hundred_changes_form_one_transaction(records: Records) -> None:
    keys = [Key("p", f"{n:03d}") for n in range(100)]
    records.write(*(Put(key, {}, NEW) for key in keys))
    assert all(records.get(*keys))
    with pytest.raises(ConditionError):
        records.write(*(Delete(key, 1) for key in keys[:99]), Delete(keys[99], 2))
    assert all(records.get(*keys))
    records.write(*(Delete(key) for key in keys))
    assert not any(records.get(*keys))


def test_no_sqlite_statement_scans_a_table(database: Database) -> None:
    """Every statement that the records run is planned with an index; the plan is SQLite's own."""
    records = SqliteRecords(database)
    seen: set[str] = set()
    with database.transaction() as connection:
        connection.set_trace_callback(seen.add)
    records.write(Put(KEY, {}, NEW), Add(OTHER, {"n": 1}, upsert=True, expires=5))
    records.get(KEY)
    for backwards in (True, False):
        records.query("account:1", after="a", backwards=backwards)
    connection.set_trace_callback(None)
    statements = [text for text in seen if "records" in text]
    assert len(statements) >= 5
    for statement in statements:
        plans = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
        assert not [row["detail"] for row in plans if row["detail"].startswith("SCAN")], statement


class Interrupted:
    """A DynamoDB client of which the first transactions end in `errors`, made or not."""

    def __init__(self, client: Any, *errors: str, made: bool = False) -> None:
        self._client, self.errors, self._made = client, [*errors], made
        self.tokens: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        self.tokens.append(request["ClientRequestToken"])
        if self._made and len(self.tokens) > 1:
            assert self.tokens[0] == self.tokens[-1], "DynamoDB would take it for another transaction"
        elif self._made or not self.errors:
            self._client.transact_write_items(**request)
        if self.errors:
            error = self.errors.pop(0)
            reasons = [{"Code": "TransactionConflict"}, *[{"Code": "None"}] * (len(request["TransactItems"]) - 1)]
            caught = {"Error": {"Code": error}, "CancellationReasons": reasons}
            raise getattr(self._client.exceptions, error)(caught, "TransactWriteItems")


def test_a_dynamodb_conflict_is_retried(dynamodb: Any) -> None:
    from retina.errors import BusyError
    from retina.storage.dynamodb import ATTEMPTS, DynamoRecords

    conflict = "TransactionCanceledException"
    interrupted = Interrupted(dynamodb.client, *[conflict] * 3)
    records = DynamoRecords(interrupted, dynamodb.table)
    records.write(Put(KEY, {}, NEW))
    assert (interrupted.errors, records.get(KEY)[0] is not None) == ([], True)
    assert len(set(interrupted.tokens)) == 4
    with pytest.raises(BusyError):
        DynamoRecords(Interrupted(dynamodb.client, *[conflict] * ATTEMPTS), dynamodb.table).write(Put(OTHER, {}, NEW))


def test_a_dynamodb_transaction_in_progress_is_awaited_and_not_repeated(dynamodb: Any) -> None:
    from retina.storage.dynamodb import DynamoRecords

    interrupted = Interrupted(dynamodb.client, *["TransactionInProgressException"] * 3, made=True)
    records = DynamoRecords(interrupted, dynamodb.table)
    records.write(Put(KEY, {}, NEW, {"credits": 1}))
    assert len(interrupted.tokens) == 4
    [found] = records.get(KEY)
    assert found is not None
    assert found.counts == {"credits": 1}
