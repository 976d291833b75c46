"""A server that answers as AWS does: how it is reached, and an empty table there as the stack makes it."""

import copy
import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from retina.storage.s3 import client as aws_client

BUCKET = "retina-uploads"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


def isolate_transactions() -> None:
    """DynamoDB isolates its transactions, and reads a row as it is before or after one; moto, left alone, does neither.

    moto also copies the whole table before each change of a transaction, to have it back if the transaction fails: the
    more rows a test has written, the slower every further write. The rows that are about to change are enough.
    """
    from moto.dynamodb import models
    from moto.dynamodb.models.table import Table

    backend, lock = models.DynamoDBBackend, threading.RLock()
    written = backend.transact_write_items

    def serialised(self: Any, transact_items: list[dict[str, Any]]) -> Any:
        with lock, _restored(self, transact_items):
            return written(self, transact_items)

    def whole(read: Callable[..., Any]) -> Callable[..., Any]:
        """`read` with copies of rows that no transaction is changing: moto changes them where they are."""

        def isolated(self: Any, *arguments: Any, **named: Any) -> Any:
            with lock:
                return copy.deepcopy(read(self, *arguments, **named))

        return isolated

    def copied(value: Any) -> Any:
        return value if isinstance(value, Table) else copy.deepcopy(value)

    setattr(models, "copy", SimpleNamespace(deepcopy=copied))
    setattr(backend, "transact_write_items", serialised)
    setattr(backend, "get_item", whole(backend.get_item))
    setattr(backend, "query", whole(backend.query))
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each request takes time, and nobody reads it


@contextmanager
def _restored(backend: Any, transact_items: list[dict[str, Any]]) -> Iterator[None]:
    """After an exception, the rows that a transaction changes are in `backend` as they were before."""
    before = []
    for [change] in (item.values() for item in transact_items):
        if table := backend.tables.get(change["TableName"]):
            keys = backend.get_keys_value(table, change.get("Key") or change["Item"])
            before.append((table, keys, copy.deepcopy(table.get_item(*keys))))
    try:
        yield
    except BaseException:
        for table, (partition, sort), row in before:
            if row is None:
                table.delete_item(partition, sort)
            else:
                table.items[partition][sort] = row
        raise


@dataclass(frozen=True)
class DynamoTable:
    """An empty table as the stack makes it, and boto3's client for it."""

    client: Any
    table: str


def new_table() -> DynamoTable:
    """Where the environment says how to reach it."""
    client, name = aws_client("dynamodb"), f"retina-{secrets.token_hex(4)}"
    client.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return DynamoTable(client, name)
