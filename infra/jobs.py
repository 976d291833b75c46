"""The queue of jobs, which are photographs and exports, and the worker that takes them from it."""

from pathlib import Path

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_lambda_event_sources import SqsEventSource
from constructs import Construct

from infra.functions import retina_function
from infra.settings import StackSettings
from retina.queue.port import ATTEMPTS

TIMEOUT = 150
"""Seconds that the worker has for a job: a photograph takes a few, an export goes on in another job after 100."""


class Jobs(Construct):
    """`queue`, `dead` (what was given up), and `worker`, the function."""

    queue: sqs.Queue

    def __init__(
        self, scope: Construct, id: str, *, settings: StackSettings, package: Path, key: kms.IKey | None
    ) -> None:
        super().__init__(scope, id)
        self._key = key
        self.dead = self._queue("Dead", retention_period=Duration.days(14))
        self.queue = self._queue(
            "Queue",
            # Six times the function's time, as AWS advises: Lambda itself tries again when it is throttled. Once the
            # function has begun it sets a minute, extends that while it works, and seconds when it fails.
            visibility_timeout=Duration.seconds(6 * TIMEOUT),
            retention_period=Duration.days(4),
            # The worker takes a job once more than it tries it, to store that it failed.
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead, max_receive_count=ATTEMPTS + 1),
        )
        # Not the bucket's own name: the bucket is made after what it tells.
        self.queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("s3.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.queue.queue_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        self.worker: lambda_.Function = retina_function(
            self,
            settings=settings,
            package=package,
            handler="handler.worker",
            seconds=TIMEOUT,
            key=key,
        )
        self.worker.add_event_source(
            SqsEventSource(
                self.queue,
                batch_size=1,  # a photograph that brings the function down takes no other with it
                report_batch_item_failures=True,
                max_concurrency=settings.workers,
            )
        )

    def tell(self, function: lambda_.Function) -> None:
        """Let `function` put jobs into the queue."""
        function.add_to_role_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self.queue.queue_arn]))
        for each in (function, self.worker):
            each.add_environment("RETINA_QUEUE_URL", self.queue.queue_url)

    def _queue(self, id: str, **options: object) -> sqs.Queue:
        encryption = sqs.QueueEncryption.KMS if self._key else sqs.QueueEncryption.SQS_MANAGED
        return sqs.Queue(self, id, encryption=encryption, encryption_master_key=self._key, enforce_ssl=True, **options)  # type: ignore[arg-type]
