"""Lambda's event source for an SQS queue: passes messages to a function and deletes those not reported as failed.

Makes events for `RuntimeApi` from a queue, one invocation at a time; does not scale.
"""

import hashlib
import threading
from typing import Any

from support.runtime_api import RuntimeApi

BATCH_SIZE = 5
ARN = "arn:aws:sqs:us-east-1:123456789012:jobs"


class EventSource:
    """Hands the messages at `url` to `function`, with boto3's SQS `client`; use as a context.

    `answers` are those of the function; what it raised is raised again at the end.
    """

    def __init__(self, client: Any, url: str, function: RuntimeApi) -> None:
        self._client, self._url, self._function = client, url, function
        self._stopping = threading.Event()
        self._raised: list[BaseException] = []
        self.answers: list[Any] = []
        self._thread = threading.Thread(target=self._hand_over)

    def __enter__(self) -> "EventSource":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        if self._raised and kind is None:
            raise self._raised[0]

    def _hand_over(self) -> None:
        try:
            while not self._stopping.wait(0.1):
                received = self._client.receive_message(
                    QueueUrl=self._url, MaxNumberOfMessages=BATCH_SIZE, AttributeNames=["All"]
                )
                if messages := received.get("Messages"):
                    self._invoke(messages)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised where the test ends
            self._raised.append(error)

    def _invoke(self, messages: list[dict[str, Any]]) -> None:
        answer = self._function.invoke({"Records": [_record(message) for message in messages]})
        self.answers.append(answer)
        failed = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in failed:
                self._client.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])


def _record(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(message["Body"].encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": ARN,
        "awsRegion": "us-east-1",
    }
