"""The job queue in SQS, and the conversion of its messages to jobs.

S3 itself sends a message for every photograph that is uploaded to a batch. Lambda delivers the messages, so nothing is
received here.
"""

import json
import logging
import math
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from retina.queue.heartbeat import heartbeat
from retina.storage.port import BATCH, EXPORTS, KEY

log = logging.getLogger("retina")

AT_ONCE = 10
"""Limit of SQS on messages per request."""
SENDERS = 8
LEASE_SECONDS = 60
"""How long a message stays invisible to other workers unless that is extended."""
RETRY_SECONDS = 2
"""Delay before the first retry of a failed message. It doubles with each further one, up to the lease."""
JOB = re.compile(rf"(?=({BATCH}|{EXPORTS}))({KEY.pattern}|{EXPORTS}[0-9a-f]{{32}})")


class SqsQueue:
    """The queue at `url`; `client` is boto3's SQS client."""

    def __init__(self, client: Any, url: str, lease_seconds: float = LEASE_SECONDS) -> None:
        self._client, self._url, self._lease_seconds = client, url, math.ceil(lease_seconds)

    def put(self, *keys: str, account: str) -> None:
        """See `port.Queue`. The messages have the form of S3's own, and the account as their group.

        The queue is a fair one: SQS delivers messages of groups that keep the workers less busy than others first.
        """
        portions = [keys[begin : begin + AT_ONCE] for begin in range(0, len(keys), AT_ONCE)]
        with ThreadPoolExecutor(SENDERS) as threads:
            for failed in threads.map(lambda some: self._send(some, account), portions):
                if failed:
                    raise RuntimeError(f"SQS did not take {len(failed)} messages: {failed[0]}")

    @contextmanager
    def held(self, receipt: str | None, attempt: int) -> Iterator[None]:
        """Keep a message invisible to other workers while the context lasts; after an exception, have it retried soon.

        The queue's own visibility timeout must cover the time until a function starts, and is long. From here on the
        timeout is the lease's, extended while the work continues, so a killed function is replaced after that time.
        """
        if receipt is None:
            yield
            return

        def visible_in(seconds: int) -> None:
            self._client.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds)

        _try(lambda: visible_in(self._lease_seconds))
        try:
            with heartbeat(lambda: visible_in(self._lease_seconds), self._lease_seconds / 3):
                yield
        except Exception:
            _try(lambda: visible_in(min(RETRY_SECONDS * 2 ** (attempt - 1), self._lease_seconds)))
            raise

    def _send(self, keys: Sequence[str], account: str) -> list[dict[str, Any]]:
        """Send one request; returns the messages that SQS rejected."""
        bodies = [json.dumps({"Records": [{"s3": {"object": {"key": quote_plus(key)}}}]}) for key in keys]
        entries = [
            {"Id": str(number), "MessageBody": body, "MessageGroupId": account} for number, body in enumerate(bodies)
        ]
        answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        failed: list[dict[str, Any]] = answer.get("Failed", [])
        return failed


def _try(change: Callable[[], None]) -> None:
    """Log a failure of `change` instead of raising it: the outcome of the work does not depend on the message."""
    try:
        change()
    except Exception:
        log.exception("a message's visibility could not be changed")


def from_s3(body: str) -> bool:
    """Whether S3 sent the message itself. S3 knows no accounts, so such a message has no group."""
    return any("eventSource" in record for record in json.loads(body).get("Records", []))


def keys_of(body: str) -> list[str]:
    """The jobs in a message's body; none for S3's test event.

    Other objects in the bucket are not photographs of a batch: they are logged and ignored.
    """
    event = json.loads(body)
    if event.get("Event") == "s3:TestEvent":
        return []
    keys = [unquote_plus(record["s3"]["object"]["key"]) for record in event["Records"]]
    for key in keys:
        if not JOB.fullmatch(key):
            log.warning("no photograph of a batch: %s", key)
    return [key for key in keys if JOB.fullmatch(key)]
