"""The queue in SQS, which S3 fills by itself with photographs that have come: from messages to jobs, and back.

Enters: a message's body, or a job; leaves: jobs. Does not work, and takes nothing: Lambda hands the messages over.
"""

import json
import logging
import re
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from retina.store.port import BATCH, EXPORTS, KEY

log = logging.getLogger("retina")

JOB = re.compile(rf"(?=({BATCH}|{EXPORTS}))({KEY.pattern}|{EXPORTS}[0-9a-f]{{32}})")


class SqsQueue:
    """The queue at `url`, with boto3's SQS `client`."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def put(self, key: str) -> None:
        """See `port.Queue`. The message is like one of S3's."""
        told = {"Records": [{"s3": {"object": {"key": quote_plus(key)}}}]}
        self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(told))


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
