"""The queue in SQS, which S3 fills by itself with photographs that have come: from messages to jobs, and back.

Enters: a message's body, or a job; leaves: jobs. Does not work, and takes nothing: Lambda hands the messages over.
"""

import json
import logging
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
"""Messages that SQS takes in one request."""
SENDERS = 8
LEASE_SECONDS = 60
"""For how long a message is one worker's, if that is not heard of any more."""
RETRY_SECONDS = 2
"""After how long a message that failed is tried again for the first time; twice as long each time after that."""
JOB = re.compile(rf"(?=({BATCH}|{EXPORTS}))({KEY.pattern}|{EXPORTS}[0-9a-f]{{32}})")


class SqsQueue:
    """The queue at `url`, with boto3's SQS `client`."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def put(self, *keys: str) -> None:
        """See `port.Queue`. The messages are like those of S3."""
        portions = [keys[begin : begin + AT_ONCE] for begin in range(0, len(keys), AT_ONCE)]
        with ThreadPoolExecutor(SENDERS) as threads:
            for failed in threads.map(self._send, portions):
                if failed:
                    raise RuntimeError(f"SQS did not take {len(failed)} messages: {failed[0]}")

    @contextmanager
    def held(self, receipt: str | None, attempt: int) -> Iterator[None]:
        """Keep a message invisible to others while it is worked on, and have it tried again soon where that fails.

        The queue's own visibility timeout has to cover the time before a function begins, and so is long. From there on
        it is `LEASE_SECONDS`, extended while the work goes on: a killed function is replaced when these are over.
        """
        if receipt is None:
            yield
            return

        def visible_in(seconds: int) -> None:
            self._client.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds)

        _try(lambda: visible_in(LEASE_SECONDS))
        try:
            with heartbeat(lambda: visible_in(LEASE_SECONDS), LEASE_SECONDS / 3):
                yield
        except Exception:
            _try(lambda: visible_in(min(RETRY_SECONDS * 2 ** (attempt - 1), LEASE_SECONDS)))
            raise

    def _send(self, keys: Sequence[str]) -> list[dict[str, Any]]:
        """Those that were not taken."""
        told = [json.dumps({"Records": [{"s3": {"object": {"key": quote_plus(key)}}}]}) for key in keys]
        entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(told)]
        answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        failed: list[dict[str, Any]] = answer.get("Failed", [])
        return failed


def _try(change: Callable[[], None]) -> None:
    """The work itself is done or failed, whatever becomes of the message."""
    try:
        change()
    except Exception:
        log.exception("a message's visibility could not be changed")


def keys_of(body: str) -> list[str]:
    """The jobs that a message tells of; none of S3's test event.

    Whatever else lies in the bucket is no photograph of a batch: it is logged and left alone.
    """
    event = json.loads(body)
    if event.get("Event") == "s3:TestEvent":
        return []
    keys = [unquote_plus(record["s3"]["object"]["key"]) for record in event["Records"]]
    for key in keys:
        if not JOB.fullmatch(key):
            log.warning("no photograph of a batch: %s", key)
    return [key for key in keys if JOB.fullmatch(key)]
