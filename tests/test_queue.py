"""Photographs that wait: one contract for the embedded queue and for SQS, and what each alone promises."""

import base64
import json
import os
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from conftest import BUCKET, CREDENTIALS, ROOT
from event_source import EventSource
from retina.queue.aws import keys_of
from retina.queue.local import LEASE_SECONDS, LocalQueue
from retina.queue.port import ATTEMPTS
from retina.store.aws import S3Blobs, S3Uploads
from retina.store.database import Database
from retina.store.port import BATCH
from retina.worker import work_once
from runtime_api import RuntimeApi
from specimens import encode
from test_app import PREDICTIONS
from waiting import LIMIT, Way, eventually, new_batch, outcome, photographs

EVENTS = ROOT / "tests" / "events"


class Sqs:
    """A form of S3's, which tells SQS, whose messages go to the handler under Lambda's runtime client."""

    def __init__(self, s3: Any, sqs: Any, dead: str) -> None:
        self._s3, self._sqs, self._dead = s3, sqs, dead
        self.uploads, self.results = S3Uploads(s3, BUCKET, LIMIT), S3Blobs(s3, RESULTS)

    def send(self, key: str, data: bytes) -> None:
        form = self.uploads.form(key, "image/jpeg", "")
        httpx.post(form.url, data=form.fields, files={"file": data}).raise_for_status()

    def poison(self, key: str) -> None:
        self._s3.put_object(Bucket=BUCKET, Key=key, Body=b"x", ContentType="image/png", StorageClass="GLACIER")

    def given_up(self) -> int:
        counted = self._sqs.get_queue_attributes(QueueUrl=self._dead, AttributeNames=["ApproximateNumberOfMessages"])
        return int(counted["Attributes"]["ApproximateNumberOfMessages"])


RESULTS = "retina-results"


@pytest.fixture
def sqs(s3: Any, aws: str, environment: dict[str, str], tmp_path: Path) -> Iterator[Sqs]:
    import boto3

    client = boto3.client("sqs")
    name = uuid.uuid4().hex
    dead = client.create_queue(QueueName=f"dead-{name}")["QueueUrl"]
    dead_arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": ATTEMPTS + 1})
    attributes = {"VisibilityTimeout": "2", "RedrivePolicy": redrive}
    url = client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    s3.create_bucket(Bucket=RESULTS)
    only = {"Key": {"FilterRules": [{"Name": "prefix", "Value": BATCH}]}}
    told = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": only}]}
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=told)
    buckets = {"RETINA_UPLOADS_BUCKET": BUCKET, "RETINA_RESULTS_BUCKET": RESULTS, "RETINA_UPLOAD_BYTES": str(LIMIT)}
    command = [sys.executable, "-m", "awslambdaric", "handler.worker"]
    with (
        RuntimeApi(command, ROOT / "function", environment | buckets, tmp_path / "log") as function,
        EventSource(client, url, function),
    ):
        yield Sqs(s3, client, dead)
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})


@pytest.fixture(params=["embedded", "sqs"])
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.getfixturevalue(request.param)
    return found


def test_every_photograph_gets_its_result_or_the_reason_why_not(way: Way, client: TestClient, sample: bytes) -> None:
    keys = photographs(new_batch(), 4)
    white = encode(Image.new("RGB", (300, 200), "white"), "PNG")
    sent = (sample, b"text", white, sample[:2000])
    for key, data in zip(keys, sent, strict=True):
        way.send(key, data)
    done, *others = (outcome(way, key) for key in keys)
    direct = client.post(PREDICTIONS, files={"file": sample}, data={"outputs": "mask,overlay"}).json()
    assert done.status == "done"
    assert done.findings
    told = done.findings.model_dump(mode="json")
    assert {name: told[name] for name in told if name != "id"} == {name: direct[name] for name in told if name != "id"}
    for name, image in (("mask.png", "mask"), ("overlay.jpg", "overlay")):
        assert way.results.read(f"{keys[0]}/{name}") == base64.b64decode(direct["images"][image])
    assert [(each.status, each.code) for each in others] == [
        ("rejected", "unsupported_media_type"),
        ("rejected", "not_a_fundus_photograph"),
        ("rejected", "photograph_unreadable"),
    ]
    assert all(each.detail and each.findings is None for each in others)
    assert way.given_up() == 0


def test_a_job_that_never_works_is_given_up_and_laid_aside_and_stops_no_other(way: Way, sample: bytes) -> None:
    poison, good = photographs(new_batch(), 2)
    way.poison(poison)
    way.send(good, sample)
    assert outcome(way, good).status == "done"
    failed = outcome(way, poison)
    assert (failed.status, failed.code) == ("failed", "internal_error")
    assert failed.detail
    assert "Error" not in failed.detail
    eventually(lambda: way.given_up() == 1)


def test_another_photograph_under_the_same_key_is_work_anew(way: Way, sample: bytes) -> None:
    [key] = photographs(new_batch(), 1)
    way.send(key, b"text")
    first = outcome(way, key)
    way.send(key, sample)
    assert outcome(way, key, differs_from=first).status == "done"


def test_what_is_uploaded_for_one_request_does_not_wait_in_the_queue(way: Way, sample: bytes) -> None:
    single, [waits] = f"uploads/{uuid.uuid4().hex}", photographs(new_batch(), 1)
    way.send(single, sample)
    way.send(waits, sample)
    assert outcome(way, waits).status == "done"
    assert way.results.read(f"{single}.json") is None
    assert way.uploads.read(single) == sample


def test_many_workers_never_hold_the_same_job(queue: LocalQueue, tmp_path: Path) -> None:
    keys = photographs(new_batch(), 200)
    for key in keys:
        queue.put(key)

    def take(_: int) -> list[str]:
        own = LocalQueue(Database(tmp_path / "retina.sqlite"))
        return [lease.key for lease in iter(own.lease, None)]

    with ThreadPoolExecutor(8) as threads:
        taken = [key for some in threads.map(take, range(8)) for key in some]
    assert sorted(taken) == sorted(keys)
    assert queue.waiting() == 200


def test_a_lease_that_ended_is_taken_over_and_its_holder_changes_nothing_more(
    queue: LocalQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    [key] = photographs(new_batch(), 1)
    queue.put(key)
    lost = queue.lease()
    assert lost
    assert queue.lease() is None
    later = time.time() + LEASE_SECONDS + 1
    monkeypatch.setattr("retina.queue.local.time.time", lambda: later)
    taken = queue.lease()
    assert taken
    assert (taken.key, taken.attempt) == (key, 2)
    for change in (queue.done, queue.bury, queue.retry):
        change(lost)
        assert queue.lease() is None
    queue.done(taken)
    assert (queue.waiting(), queue.buried()) == (0, 0)


def test_a_job_that_kills_its_workers_is_given_up(queue: LocalQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    [key] = photographs(new_batch(), 1)
    queue.put(key)
    for attempt in range(1, ATTEMPTS + 1):
        lease = queue.lease()
        assert lease
        assert lease.attempt == attempt
        queue.abandon(os.getpid())
    attempts = []

    def work(key: str, attempt: int) -> None:
        attempts.append(attempt)

    assert work_once(queue, work)
    assert attempts == [ATTEMPTS + 1], "which is when jobs.Work stores that it failed"


def test_s3s_test_event_and_foreign_keys_are_no_work(caplog: pytest.LogCaptureFixture) -> None:
    assert keys_of((EVENTS / "s3_test_event.json").read_text()) == []
    created = (EVENTS / "s3_object_created.json").read_text()
    assert keys_of(created) == [f"batch/{'0123456789abcdef' * 2}/7"]
    assert "somebody else's/café.jpg" in caplog.text


def test_the_worker_confirms_what_is_no_work(s3: Any, environment: dict[str, str], tmp_path: Path) -> None:
    buckets = CREDENTIALS | {"RETINA_UPLOADS_BUCKET": BUCKET, "RETINA_RESULTS_BUCKET": RESULTS}
    command = [sys.executable, "-m", "awslambdaric", "handler.worker"]
    bodies = (EVENTS / "s3_test_event.json").read_text(), "{", '{"Records": [{}]}'
    attributes = {"ApproximateReceiveCount": "1"}
    records = [
        {"messageId": str(number), "body": body, "attributes": attributes, "eventSource": "aws:sqs"}
        for number, body in enumerate(bodies)
    ]
    with RuntimeApi(command, ROOT / "function", environment | buckets, tmp_path / "log") as function:
        answer = function.invoke({"Records": records})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "2"}]}
