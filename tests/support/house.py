"""The whole service in this process, embedded or with the AWS stores; tests decide when its queue is processed."""

import json
import secrets
from pathlib import Path
from typing import Any

import httpx
from fastapi.testclient import TestClient

from retina.app import create_app
from retina.jobs.arrivals import enqueue
from retina.jobs.work import Work
from retina.jobs.worker import work_once
from retina.queue.sqlite import LocalQueue
from retina.queue.sqs import from_s3, keys_of
from retina.services import Services
from retina.settings import Settings
from retina.storage.port import BATCH
from retina.storage.s3 import client as aws_client
from retina.storage.s3 import s3_client
from support.account import bearer, sign_in
from support.aws import new_table

PREDICTIONS, BATCHES, EXPORTS = "/api/v1/predictions", "/api/v1/batches", "/api/v1/exports"
ACCOUNT = "/api/v1/account"


class House:
    """`client` asks it, `services` are what it keeps things in; `data` is the embedded store's folder."""

    def __init__(self, data: Path, **settings: Any) -> None:
        self.data = data
        self.settings = Settings(data=data, **settings)
        self.app = create_app(self.settings)
        self.client = TestClient(self.app, raise_server_exceptions=False)
        self.services: Services = self.app.state.services
        self.work = Work(self.services, self.app.state.network)

    def person(self, name: str = "anna") -> dict[str, str]:
        """The header of somebody who has just made an account."""
        return bearer(sign_in(self.client, f"{name}@example.org"))

    def key(self, person: dict[str, str], **more: Any) -> dict[str, str]:
        """The header of a new API key of hers."""
        made = self.client.post("/api/v1/keys", json={"name": "test", **more}, headers=person).raise_for_status()
        return {"X-API-Key": made.json()["key"]}

    def account(self, who: dict[str, str]) -> str:
        return str(self.client.get("/api/v1/usage", headers=who).json()["account"])

    def credits(self, who: dict[str, str]) -> int:
        return int(self.client.get("/api/v1/usage", headers=who).json()["credits"])

    def grant(self, who: dict[str, str], amount: int) -> None:
        self.services.credits.grant(self.account(who), amount, "for this test")

    def send(self, form: dict[str, Any], name: str, data: bytes) -> httpx.Response:
        """Fill in an upload form."""
        filled: dict[str, Any] = {"data": form["fields"], "files": {"file": (name, data)}}
        ours = form["url"].startswith(str(self.client.base_url))
        return self.client.post(form["url"], **filled) if ours else httpx.post(form["url"], **filled)

    def follow(self, path: str, who: dict[str, str]) -> httpx.Response:
        """What a link leads to."""
        answer = self.client.get(path, headers=who, follow_redirects=False)
        return self.fetch(answer.headers["location"]) if answer.status_code == 307 else answer

    def fetch(self, url: str) -> httpx.Response:
        ours = url.startswith(str(self.client.base_url))
        return self.client.get(url) if ours else httpx.get(url)

    def work_off(self) -> None:
        """Do what waits in the queue."""
        queue = self.services.queue
        if isinstance(queue, LocalQueue):
            while work_once(queue, self.work):
                pass
            return
        sqs = aws_client("sqs")
        while messages := sqs.receive_message(QueueUrl=self.settings.queue_url).get("Messages"):
            for message in messages:
                self.handle(message)
                sqs.delete_message(QueueUrl=self.settings.queue_url, ReceiptHandle=message["ReceiptHandle"])

    def handle(self, message: dict[str, Any]) -> None:
        """Do what an SQS message asks for, as the worker function does."""
        for key in keys_of(message["Body"]):
            enqueue(self.services, key) if from_s3(message["Body"]) else self.work(key, 1)


def in_aws(data: Path, **settings: Any) -> House:
    """With a table, buckets and a queue of its own, where the environment says how to reach them."""
    name, s3, sqs = secrets.token_hex(4), s3_client(), aws_client("sqs")
    uploads, results = f"uploads-{name}", f"results-{name}"
    for bucket in (uploads, results):
        s3.create_bucket(Bucket=bucket)
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    only = {"Key": {"FilterRules": [{"Name": "prefix", "Value": BATCH}]}}
    notification = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": only}]}
    s3.put_bucket_notification_configuration(Bucket=uploads, NotificationConfiguration=notification)
    table = new_table().table
    return House(data, table=table, uploads_bucket=uploads, results_bucket=results, queue_url=url, **settings)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, json.loads(answer.content)["code"]
