"""Stored data: the table, and the bucket with results. Both outlive the stack."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.buckets import allow, from_any_page, origin, private_bucket
from infra.settings import StackSettings
from retina.storage.port import (
    ANSWERS,
    BATCH,
    EXPORTS,
    HISTORY,
    RETENTION_DAYS,
)

RELEASED = ("account", "reserved", "spent")
"""Partition prefixes of what releasing the reservation of an expired batch changes: whoever asks for a balance does."""
WORKER_PARTITIONS = (
    *RELEASED,
    "batch",
    "begun",
    "export",
    "items",
    "ledger",
    "list",
    "saved",
    "sizes",
    "usage",
)
"""Partition prefixes that the worker may use: not those of sign-ins, addresses or repeated requests."""
WORKER_READS = ("audit", "batches", "key", "keys", "purchases")
"""Partition prefixes that it may also read, to export whole accounts: of API keys, the names and the secrets'
hashes.
"""


class Data(Construct):
    """`table`, with all records; `results`, the bucket; and `origin`, from which the page downloads results."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        api: lambda_.Function,
        worker: lambda_.Function,
        logs: s3.Bucket,
        key: kms.IKey | None,
        settings: StackSettings,
    ) -> None:
        super().__init__(scope, id)
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED if key else dynamodb.TableEncryption.AWS_MANAGED,
            encryption_key=key,
            deletion_protection=True,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True, recovery_period_in_days=settings.recovery_days
            ),
            time_to_live_attribute="expires",
            # RETAIN even if the first deployment fails: a table with deletion protection could not be removed then.
            removal_policy=RemovalPolicy.RETAIN,
        )
        self.results = private_bucket(
            self,
            "Results",
            stays=True,
            key=key,
            lifecycle_rules=[
                s3.LifecycleRule(
                    prefix=prefix,
                    expiration=Duration.days(RETENTION_DAYS[prefix]),
                    # Parts of exports whose worker was killed: nobody can read them, but they cost money.
                    abort_incomplete_multipart_upload_after=Duration.days(1) if prefix == EXPORTS else None,
                )
                for prefix in (BATCH, ANSWERS, EXPORTS)
            ],
            cors=[from_any_page(s3.HttpMethods.GET)],
            server_access_logs_bucket=logs,
            server_access_logs_prefix="results/",
        )
        # GetObject also covers signing download links.
        allow(api, self.results, ANSWERS, "PutObject", "GetObject", "DeleteObject")
        allow(api, self.results, HISTORY, "PutObject", "GetObject", "DeleteObject")
        allow(api, self.results, BATCH, "PutObject", "GetObject", "DeleteObject")
        allow(api, self.results, EXPORTS, "GetObject", "DeleteObject")
        allow(worker, self.results, BATCH, "PutObject", "GetObject", "DeleteObject")
        allow(worker, self.results, HISTORY, "GetObject")
        allow(worker, self.results, EXPORTS, "PutObject", "AbortMultipartUpload", "DeleteObject")
        self.origin = origin(self.results)
        # A transaction needs the permissions of its individual changes. Nothing scans the table.
        actions = [f"dynamodb:{name}" for name in ("BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")]
        for role, doing, partitions in (
            (api, actions, ()),
            (worker, actions, WORKER_PARTITIONS),
            (worker, ["dynamodb:BatchGetItem", "dynamodb:Query"], WORKER_READS),
        ):
            leading = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{name}:*" for name in partitions]}}
            role.add_to_role_policy(
                iam.PolicyStatement(
                    actions=doing, resources=[self.table.table_arn], conditions=leading if partitions else None
                )
            )
        for function in (api, worker):
            function.add_environment("RETINA_TABLE", self.table.table_name)
            function.add_environment("RETINA_RESULTS_BUCKET", self.results.bucket_name)
            # Audit entries are written, read and left to expire, never changed: each is a new item.
            function.add_to_role_policy(
                iam.PolicyStatement(
                    effect=iam.Effect.DENY,
                    actions=["dynamodb:UpdateItem", "dynamodb:DeleteItem"],
                    resources=[self.table.table_arn],
                    conditions={"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["audit:*"]}},
                )
            )
