"""The queue in SQS, which S3 fills by itself with photographs that have come: from messages to jobs, and back.

Enters: a message's body, or a job; leaves: jobs. Does not work, and takes nothing: Lambda hands the messages over.
"""

import json
import logging
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from retina.store.port import BATCH, EXPORTS, KEY

log = logging.getLogger("retina")

AT_ONCE = 10
"""Messages that SQS takes in one request."""
SENDERS = 8
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

    def _send(self, keys: Sequence[str]) -> list[dict[str, Any]]:
        """Those that were not taken."""
        told = [json.dumps({"Records": [{"s3": {"object": {"key": quote_plus(key)}}}]}) for key in keys]
        entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(told)]
        answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        failed: list[dict[str, Any]] = answer.get("Failed", [])
        return failed


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
