"""Accounts take turns: few photographs of one do not wait for the many of another."""

from itertools import islice
from typing import Any

from retina.queue.sqlite import LocalQueue
from retina.queue.sqs import from_s3, keys_of
from retina.storage.s3 import client as aws_client
from support.house import BATCHES, House, in_aws


def jobs_of(batch: str, count: int) -> list[str]:
    return [f"batch/{batch}/{number}" for number in range(count)]


def finished(queue: LocalQueue) -> Any:
    """The jobs in the order in which two workers do them."""
    held = []
    while lease := queue.lease():
        held.append(lease)
        if len(held) == 2:
            queue.done(held[0])
            yield held.pop(0).key


def test_ten_photographs_are_done_before_five_thousand_are_five_percent_through(queue: LocalQueue) -> None:
    queue.put(*jobs_of("a", 5000), account="anna")
    for key in islice(finished(queue), 7):
        assert key.startswith("batch/a")
    queue.put(*jobs_of("b", 10), account="bert")
    order = list(islice(finished(queue), 100))
    last = max(place for place, key in enumerate(order) if key.startswith("batch/b"))
    assert sum(key.startswith("batch/b") for key in order) == 10
    assert sum(key.startswith("batch/a") for key in order[:last]) < 15, "of 5,000"


def test_who_comes_back_with_one_job_at_a_time_holds_nobody_up(queue: LocalQueue) -> None:
    queue.put(*jobs_of("a", 30), account="anna")
    done = []
    for number in range(60):
        queue.put(f"batch/b/{number}", account="bert")
        queue.put(f"batch/c/{number}", account="carl")
        lease = queue.lease()
        assert lease
        queue.done(lease)
        done.append(lease.key[:7])
    assert done.count("batch/a") == 20, "a third of the turns"


def test_a_job_that_is_retried_waits_for_its_accounts_turn_only(queue: LocalQueue, monkeypatch: Any) -> None:
    monkeypatch.setattr("retina.queue.sqlite.RETRY_SECONDS", -1)
    queue.put(*jobs_of("a", 3), account="anna")
    queue.put("batch/b/0", account="bert")
    first = queue.lease()
    assert first
    queue.retry(first)
    order = [lease.key[:7] for lease in iter(queue.lease, None)]
    assert order == ["batch/b", "batch/a", "batch/a", "batch/a"]


def test_messages_of_an_account_are_one_group(s3: Any, tmp_path: Any, tiny: bytes) -> None:
    """SQS's fair queues go by the group. What S3 sends has none, and is sent again with one before it is done."""
    house = in_aws(tmp_path)
    anna, bert = house.person("anna"), house.person("bert")
    for who in (anna, bert):
        send(house, who, tiny)
    sqs, url = aws_client("sqs"), str(house.settings.queue_url)
    arrived = receive(sqs, url)
    assert [from_s3(message["Body"]) for message in arrived] == [True, True]
    assert not any("MessageGroupId" in message["Attributes"] for message in arrived)
    for message in arrived:
        house.handle(message)
    again = receive(sqs, url)
    assert [from_s3(message["Body"]) for message in again] == [False, False]
    groups = [message["Attributes"]["MessageGroupId"] for message in again]
    assert groups == [house.account(anna), house.account(bert)]
    for message in again:
        house.handle(message)
    assert receive(sqs, url) == []
    for who in (anna, bert):
        [batch] = house.client.get(BATCHES, headers=who).json()["batches"]
        assert batch["counts"]["done"] == 1


def send(house: House, who: dict[str, str], photograph: bytes) -> None:
    """Start a batch of one photograph and send it."""
    items = {"items": [{"name": "a.jpg", "size": len(photograph)}]}
    form = house.client.post(BATCHES, json=items, headers=who).json()["upload"]
    house.send(form, "0", photograph)


def receive(sqs: Any, url: str) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
    ).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message for message in messages if keys_of(message["Body"])]  # not S3's own test
