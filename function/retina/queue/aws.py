"""The queue in SQS, which S3 fills by itself: from messages to the photographs that have come.

Enters: a message's body; leaves: keys. Does not work, and takes nothing: Lambda hands the messages over.
"""

import json
import logging
from urllib.parse import unquote_plus

from retina.store.port import BATCH, KEY

log = logging.getLogger("retina")


def keys_of(body: str) -> list[str]:
    """The keys of the photographs that a notification of S3 tells of; none of its test event.

    Whatever else lies in the bucket is no photograph of a batch: it is logged and left alone.
    """
    event = json.loads(body)
    if event.get("Event") == "s3:TestEvent":
        return []
    keys = [unquote_plus(record["s3"]["object"]["key"]) for record in event["Records"]]
    for key in keys:
        if not (KEY.fullmatch(key) and key.startswith(BATCH)):
            log.warning("no photograph of a batch: %s", key)
    return [key for key in keys if KEY.fullmatch(key) and key.startswith(BATCH)]
