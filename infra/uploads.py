"""The bucket for uploads by signed form: single photographs, and photographs of batches, which become jobs."""

from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.buckets import allow, from_any_page, origin, private_bucket
from infra.jobs import Jobs
from retina.storage.port import BATCH, RETENTION_DAYS, UPLOADS


class Uploads(Construct):
    """`bucket`, and `origin`, to which the page sends upload forms."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        function: lambda_.Function,
        jobs: Jobs,
        logs: s3.Bucket,
        key: kms.IKey | None,
    ) -> None:
        super().__init__(scope, id)
        self.bucket = private_bucket(
            self,
            "Bucket",
            key=key,
            cors=[from_any_page(s3.HttpMethods.POST)],
            lifecycle_rules=[
                s3.LifecycleRule(prefix=prefix, expiration=Duration.days(RETENTION_DAYS[prefix]))
                for prefix in (UPLOADS, BATCH)
            ],
            server_access_logs_bucket=logs,
            server_access_logs_prefix="uploads/",
        )
        self._tell(jobs.queue)
        # PutObject also covers signing upload forms: a form allows what its signer is allowed.
        allow(function, self.bucket, UPLOADS, "PutObject", "GetObject", "DeleteObject")
        allow(function, self.bucket, BATCH, "PutObject", "DeleteObject")
        allow(jobs.worker, self.bucket, BATCH, "GetObject", "DeleteObject")
        for each in (function, jobs.worker):
            each.add_environment("RETINA_UPLOADS_BUCKET", self.bucket.bucket_name)
        self.origin = origin(self.bucket)

    def _tell(self, queue: sqs.Queue) -> None:
        """Notify the queue of every photograph of a batch. Uses the template directly: CDK's own method adds a Lambda
        function.
        """
        plain = cast(s3.CfnBucket, self.bucket.node.default_child)
        only = s3.CfnBucket.NotificationFilterProperty(
            s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=[s3.CfnBucket.FilterRuleProperty(name="prefix", value=BATCH)])
        )
        plain.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                s3.CfnBucket.QueueConfigurationProperty(event="s3:ObjectCreated:*", queue=queue.queue_arn, filter=only)
            ]
        )
        # S3 sends a test event immediately, so the queue policy has to exist first.
        self.bucket.node.add_dependency(queue.node.find_child("Policy"))
