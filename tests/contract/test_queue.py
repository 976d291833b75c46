"""The job queue: one contract for the embedded queue and for SQS, and what each of them promises in addition."""

import base64
import functools
import json
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from conftest import ROOT
from retina.errors import UploadNotFoundError
from retina.queue.port import ATTEMPTS
from retina.queue.sqs import keys_of
from retina.services import Services
from retina.settings import Settings
from retina.storage.port import BATCH, FILE_NAME, UPLOADS
from support.aws import BUCKET, CREDENTIALS, DynamoTable
from support.event_source import EventSource
from support.house import PREDICTIONS
from support.runtime_api import COGNITO, RuntimeApi
from support.specimens import encode
from support.waiting import (
    LIMIT,
    Way,
    ended,
    eventually,
    outcome,
    photographs,
)

EVENTS = ROOT / "tests" / "support" / "events"


RESULTS = "retina-results"


class Sqs:
    """A form of S3's, which tells SQS, whose messages go to the handler under Lambda's runtime client."""

    def __init__(self, services: Services, s3: Any, sqs: Any, dead: str) -> None:
        self.services, self._s3, self._sqs, self._dead = services, s3, sqs, dead

    def send(self, key: str, data: bytes) -> None:
        folder, _, number = key.rpartition("/")
        form = self.services.uploads.form(f"{folder}/{FILE_NAME}", "application/octet-stream", "")
        httpx.post(form.url, data=form.fields, files={"file": (number, data)}).raise_for_status()

    def slip_in(self, key: str, data: bytes) -> None:
        self.send(key, data)

    def poison(self, key: str) -> None:
        self._s3.put_object(Bucket=BUCKET, Key=key, Body=b"x", ContentType="image/png", StorageClass="GLACIER")

    def given_up(self) -> int:
        counted = self._sqs.get_queue_attributes(QueueUrl=self._dead, AttributeNames=["ApproximateNumberOfMessages"])
        return int(counted["Attributes"]["ApproximateNumberOfMessages"])


@pytest.fixture
def sqs(s3: Any, dynamodb: DynamoTable, environment: dict[str, str], tmp_path: Path) -> Iterator[Sqs]:
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
    stored_findings = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": only}]}
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=stored_findings)
    settings = Settings(
        uploads_bucket=BUCKET, results_bucket=RESULTS, table=dynamodb.table, queue_url=url, upload_bytes=LIMIT
    )
    chosen = settings.model_dump(include={"uploads_bucket", "results_bucket", "table", "queue_url", "upload_bytes"})
    theirs = {f"RETINA_{setting.upper()}": str(value) for setting, value in chosen.items()}
    theirs |= {"RETINA_LEASE_SECONDS": "2"}  # the longest that a failed message waits to be tried again
    command = [sys.executable, "-m", "awslambdaric", "handler.worker"]
    with (
        RuntimeApi(command, ROOT / "function", environment | COGNITO | theirs, tmp_path / "log") as function,
        EventSource(client, url, function),
    ):
        yield Sqs(Services(settings), s3, client, dead)
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})


@pytest.fixture(params=["embedded", "sqs"])
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.getfixturevalue(request.param)
    return found


def test_every_photograph_gets_a_result_or_a_reason(way: Way, client: TestClient, tiny: bytes) -> None:
    keys = photographs(way.services, 4)
    white = encode(Image.new("RGB", (300, 200), "white"), "PNG")
    sent = (tiny, b"text", white, tiny[:2000])
    for key, data in zip(keys, sent, strict=True):
        way.send(key, data)
    done, *others = (outcome(way, key) for key in keys)
    direct = client.post(PREDICTIONS, files={"file": tiny}, data={"outputs": "mask,overlay"}).json()
    assert done.status == "done"
    assert done.findings
    stored_findings = done.findings.model_dump(mode="json")
    assert stored_findings.pop("structures") is None, "nobody asked for them"
    assert stored_findings.pop("regional_measurements") is None
    assert stored_findings.pop("measurement_intervals") == {}
    assert not {"structures", "regional_measurements", "measurement_intervals"} & direct.keys()
    assert {name: stored_findings[name] for name in stored_findings if name != "id"} == {
        name: direct[name] for name in stored_findings if name != "id"
    }
    for name, image in (("mask.png", "mask"), ("overlay.jpg", "overlay")):
        assert way.services.results.read(f"{keys[0]}/{name}") == base64.b64decode(direct["images"][image])
    assert [(each.status, each.code) for each in others] == [
        ("rejected", "unsupported_media_type"),
        ("rejected", "not_a_fundus_photograph"),
        ("rejected", "photograph_unreadable"),
    ]
    assert all(each.detail and each.findings is None for each in others)
    assert way.given_up() == 0


def test_a_job_that_keeps_failing_is_dead_lettered_and_blocks_no_other(way: Way, tiny: bytes) -> None:
    poison, good = photographs(way.services, 2)
    way.poison(poison)
    way.send(good, tiny)
    assert outcome(way, good).status == "done"
    failed = outcome(way, poison)
    assert (failed.status, failed.code) == ("failed", "internal_error")
    assert failed.detail
    assert "Error" not in failed.detail
    eventually(lambda: way.given_up() == 1)


def test_finished_items_are_not_repeated_and_unknown_uploads_are_deleted(way: Way, tiny: bytes) -> None:
    first, second = photographs(way.services, 2)
    way.send(first, b"text")
    rejected = outcome(way, first)
    beyond, nobodys = f"{first[:-1]}2", f"batch/{'0' * 32}/0"
    for key in (first, beyond, nobodys):
        way.slip_in(key, tiny)
    way.send(second, tiny)
    assert outcome(way, second).status == "done"
    assert ended(way.services, first) == rejected
    account = way.services.accounts.of_user("https://issuer.example", "anna")
    assert way.services.credits.balance(account) == 20 - 1
    for key in (first, second, beyond, nobodys):
        eventually(functools.partial(_is_gone, way.services, key))


def _is_gone(services: Services, key: str) -> bool:
    try:
        services.uploads.read(key)
    except UploadNotFoundError:
        return True
    return False


def test_uploads_for_single_requests_are_not_queued(way: Way, tiny: bytes) -> None:
    single, [waits] = f"{UPLOADS}{uuid.uuid4().hex}", photographs(way.services, 1)
    way.send(single, tiny)
    way.send(waits, tiny)
    assert outcome(way, waits).status == "done"
    assert way.services.uploads.read(single) == tiny


def test_s3_test_events_and_foreign_keys_are_ignored(caplog: pytest.LogCaptureFixture) -> None:
    assert keys_of((EVENTS / "s3_test_event.json").read_text()) == []
    created = (EVENTS / "s3_object_created.json").read_text()
    assert keys_of(created) == [f"batch/{'0123456789abcdef' * 2}/7"]
    assert "somebody else's/café.jpg" in caplog.text


def test_the_worker_acknowledges_ignored_messages(s3: Any, environment: dict[str, str], tmp_path: Path) -> None:
    buckets = CREDENTIALS | {"RETINA_UPLOADS_BUCKET": BUCKET, "RETINA_RESULTS_BUCKET": RESULTS}
    command = [sys.executable, "-m", "awslambdaric", "handler.worker"]
    bodies = (EVENTS / "s3_test_event.json").read_text(), "{", '{"Records": [{}]}'
    attributes = {"ApproximateReceiveCount": "1"}
    records = [
        {"messageId": str(number), "body": body, "attributes": attributes, "eventSource": "aws:sqs"}
        for number, body in enumerate(bodies)
    ]
    with RuntimeApi(command, ROOT / "function", environment | COGNITO | buckets, tmp_path / "log") as function:
        answer = function.invoke({"Records": records})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "2"}]}
