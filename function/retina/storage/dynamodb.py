"""Records in a DynamoDB table with the key attributes pk and sk, and time to live in `expires`.

A record's data is one JSON attribute. Each of its counts is a number attribute called n_ and the count's name.
"""

import json
import random
import secrets
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from retina.errors import BusyError
from retina.storage.records import (
    NEW,
    Add,
    Change,
    ConditionError,
    Delete,
    Key,
    Put,
    Record,
)

COUNT = "n_"
ATTEMPTS = 12
"""How often a transaction is tried while others conflict with it. The last waits are about a second each."""
IN_THE_WAY = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
BACKUP_DAYS = 35
"""How far back point-in-time recovery goes."""
LIVE = "(attribute_not_exists(expires) OR expires > :now)"


class DynamoRecords:
    """The records in `table`; `client` is boto3's DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def get(self, *keys: Key) -> list[Record | None]:
        """See `records.Records`."""
        found: dict[Key, Record] = {}
        asked = [_named(key) for key in keys]
        for attempt in range(ATTEMPTS):
            if not asked:
                break
            _pause(attempt)
            request = {self._table: {"Keys": asked, "ConsistentRead": True}}
            answer = self._client.batch_get_item(RequestItems=request)
            items = [item for item in answer["Responses"].get(self._table, []) if _live(item)]
            found |= {record.key: record for record in map(_record, items)}
            asked = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
        else:
            if asked:
                raise _busy()
        return [found.get(key) for key in keys]

    def query(
        self,
        partition: str,
        *,
        first: str = "",
        last: str = "\U0010ffff",
        after: str | None = None,
        limit: int = 1000,
        backwards: bool = False,
    ) -> list[Record]:
        """See `records.Records`."""
        # DynamoDB does not accept an empty string as a key.
        condition, bounds = ("pk = :pk AND sk BETWEEN :first AND :last", {":first": {"S": first or "\0"}})
        request = {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": {":pk": {"S": partition}, ":last": {"S": last}, **bounds},
            "ScanIndexForward": not backwards,
            "ConsistentRead": True,
            "Limit": limit,
        }
        if after is not None and (after <= first if backwards else after >= last):
            return []
        if after is not None and first <= after <= last:  # DynamoDB rejects a key outside the range
            request["ExclusiveStartKey"] = _named(Key(partition, after))
        return list(islice(self._pages(request), limit))

    def _pages(self, request: dict[str, Any]) -> Iterator[Record]:
        while True:
            answer = self._client.query(**request)
            yield from (_record(item) for item in answer["Items"] if _live(item))
            if "LastEvaluatedKey" not in answer:
                return
            request = {**request, "ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def write(self, *changes: Change) -> None:
        """See `records.Records`."""
        items = [self._change(change) for change in changes]
        token = secrets.token_hex(16)
        for attempt in range(ATTEMPTS):
            _pause(attempt)
            try:
                self._client.transact_write_items(TransactItems=items, ClientRequestToken=token)
            except self._client.exceptions.TransactionCanceledException as error:
                codes = [reason["Code"] for reason in error.response["CancellationReasons"]]
                pairs = zip(changes, codes, strict=True)
                if failed := frozenset(change.key for change, code in pairs if code == "ConditionalCheckFailed"):
                    raise ConditionError(failed) from error
                if not IN_THE_WAY.intersection(codes):
                    raise
                token = secrets.token_hex(16)
            except self._client.exceptions.TransactionInProgressException:
                continue  # with the same token, because it may have succeeded
            else:
                return
        raise _busy()

    @property
    def backup_days(self) -> int:
        """See `records.Records`. Point-in-time recovery keeps the table's last 35 days."""
        return BACKUP_DAYS

    def erase(self, *, thorough: bool = False) -> None:
        """See `records.Records`. Nothing to do: AWS erases deleted data."""

    def _change(self, change: Change) -> dict[str, Any]:
        values: dict[str, Any] = {":now": {"N": str(time.time())}}
        target: dict[str, Any] = {"TableName": self._table, "ExpressionAttributeValues": values}
        match change:
            case Put(version=version) if version == NEW and version is not None:
                target["Item"] = _named(change.key) | _attributes(change) | {"version": {"N": "1"}}
                target["ConditionExpression"] = "attribute_not_exists(pk) OR expires <= :now"
                return {"Put": target}
            case Delete():
                target["Key"] = _named(change.key)
                if change.version is None:
                    del target["ExpressionAttributeValues"]
                else:
                    target["ConditionExpression"] = f"version = :version AND {LIVE}"
                    values[":version"] = {"N": str(change.version)}
                return {"Delete": target}
            case Put():
                target["Key"] = _named(change.key)
                return {"Update": _replaced(target, change)}
            case Add():
                target["Key"] = _named(change.key)
                return {"Update": _added(target, change)}


def _replaced(target: dict[str, Any], change: Put) -> dict[str, Any]:
    values, attributes = target["ExpressionAttributeValues"], _attributes(change)
    names = {f"#a{i}": name for i, name in enumerate(attributes)}
    values |= {f":a{i}": value for i, value in enumerate(attributes.values())}
    values |= {":one": {"N": "1"}, ":zero": {"N": "0"}}
    sets = [f"#a{i} = :a{i}" for i in range(len(attributes))]
    target["UpdateExpression"] = f"SET {', '.join(sets)}, version = if_not_exists(version, :zero) + :one" + (
        "" if change.expires is not None else " REMOVE expires"
    )
    target["ExpressionAttributeNames"] = names
    if change.version is None:
        del values[":now"]
    else:
        values[":version"] = {"N": str(change.version)}
        target["ConditionExpression"] = f"version = :version AND {LIVE}"
    return target


def _added(target: dict[str, Any], change: Add) -> dict[str, Any]:
    values = target["ExpressionAttributeValues"]
    target["ExpressionAttributeNames"] = {f"#n{i}": COUNT + name for i, name in enumerate(change.amounts)}
    conditions = [] if change.upsert else ["attribute_exists(pk)", LIVE]
    for i, (name, amount) in enumerate(change.amounts.items()):
        values[f":n{i}"] = {"N": str(amount)}
        if amount < 0:
            values[f":least{i}"] = {"N": str(-amount)}
            conditions.append(f"#n{i} >= :least{i}")
        if name in change.most:
            # A missing count is 0, and `amount` alone may already exceed the limit.
            absent = f"attribute_not_exists(#n{i}) OR " if amount <= change.most[name] else ""
            values[f":most{i}"] = {"N": str(change.most[name] - amount)}
            conditions.append(f"({absent}#n{i} <= :most{i})")
    target["UpdateExpression"] = "ADD " + ", ".join(f"#n{i} :n{i}" for i in range(len(change.amounts)))
    if change.expires is not None:
        target["UpdateExpression"] += " SET expires = :expires"
        values[":expires"] = {"N": str(change.expires)}
    if LIVE not in conditions:
        del values[":now"]
    if conditions:
        target["ConditionExpression"] = " AND ".join(conditions)
    return target


def _attributes(change: Put) -> dict[str, Any]:
    counts = {COUNT + name: {"N": str(count)} for name, count in change.counts.items()}
    expires = {} if change.expires is None else {"expires": {"N": str(change.expires)}}
    return {"data": {"S": json.dumps({**change.data})}, **counts, **expires}


def _named(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key.partition}, "sk": {"S": key.sort}}


def _live(item: dict[str, Any]) -> bool:
    return "expires" not in item or float(item["expires"]["N"]) > time.time()


def _record(item: dict[str, Any]) -> Record:
    counts = {name.removeprefix(COUNT): int(item[name]["N"]) for name in item if name.startswith(COUNT)}
    data = json.loads(item["data"]["S"]) if "data" in item else {}
    return Record(Key(item["pk"]["S"], item["sk"]["S"]), data, counts, int(item.get("version", {"N": "0"})["N"]))


def _pause(attempt: int) -> None:
    if attempt:
        time.sleep(random.uniform(0, min(1.0, 0.02 * 2**attempt)))  # noqa: S311 - nobody gains by guessing a pause


def _busy() -> BusyError:
    return BusyError("Too many changes are being made to this account at once.")
