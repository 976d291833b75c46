"""A server that answers as AWS does: how it is reached, and an empty table there as the stack makes it."""

import secrets
import threading
from dataclasses import dataclass
from typing import Any

from retina.storage.s3 import client as aws_client

BUCKET = "retina-uploads"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


def serialise_transactions() -> None:
    """DynamoDB isolates its transactions; moto, left alone, does not."""
    from moto.dynamodb.models import DynamoDBBackend

    lock, plain = threading.RLock(), DynamoDBBackend.transact_write_items

    def serialised(*arguments: Any, **named: Any) -> Any:
        with lock:
            return plain(*arguments, **named)

    setattr(DynamoDBBackend, "transact_write_items", serialised)


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
