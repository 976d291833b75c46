"""The queue of jobs (photographs and exports), and the worker function that processes them."""

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
"""Seconds per job: a photograph takes a few; an export continues in another job after 100."""


class Jobs(Construct):
    """`queue`; `dead`, the dead-letter queue; and `worker`, the function."""

    queue: sqs.Queue

    def __init__(
        self, scope: Construct, id: str, *, settings: StackSettings, package: Path, key: kms.IKey | None
    ) -> None:
        super().__init__(scope, id)
        self._key = key
        self.dead = self._queue("Dead", retention_period=Duration.days(14))
        self.queue = self._queue(
            "Queue",
            # Six times the function's timeout, as AWS recommends, because Lambda itself retries when throttled. Once
            # the function runs, it sets a minute, extends that while it works, and sets seconds when it fails.
            visibility_timeout=Duration.seconds(6 * TIMEOUT),
            retention_period=Duration.days(4),
            # One more receive than attempts: the last one stores that the job failed.
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead, max_receive_count=ATTEMPTS + 1),
        )
        # Not limited to the bucket's name, because the bucket is created after the queue that it notifies.
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
                batch_size=1,  # a photograph that crashes the function affects no other
                report_batch_item_failures=True,
                max_concurrency=settings.workers,
            )
        )

    def tell(self, function: lambda_.Function) -> None:
        """Allow `function` to send jobs to the queue."""
        function.add_to_role_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self.queue.queue_arn]))
        for each in (function, self.worker):
            each.add_environment("RETINA_QUEUE_URL", self.queue.queue_url)

    def _queue(self, id: str, **options: object) -> sqs.Queue:
        encryption = sqs.QueueEncryption.KMS if self._key else sqs.QueueEncryption.SQS_MANAGED
        return sqs.Queue(self, id, encryption=encryption, encryption_master_key=self._key, enforce_ssl=True, **options)  # type: ignore[arg-type]
