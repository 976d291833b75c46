"""A customer-managed KMS key for table, photographs, results, queues and logs, if the settings ask for one.

Without it, everything is still encrypted, with keys that AWS owns. The page's files and the access logs always use S3's
own keys: the files are public, and S3 cannot write access logs to a bucket that is encrypted in another way.
"""

from collections.abc import Mapping

from aws_cdk import Aws, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

VIA = ("dynamodb", "s3", "sqs")
"""The services through which functions may use the key; they may not use it directly."""


def customer_key(scope: Construct) -> kms.Key:
    """A key that is rotated every year and outlives the stack, like the data that it encrypts."""
    key = kms.Key(
        scope,
        "Key",
        description="Photographs, results, records, queues and logs",
        enable_key_rotation=True,
        removal_policy=RemovalPolicy.RETAIN,
    )
    region = Stack.of(scope).region
    groups = f"arn:{Aws.PARTITION}:logs:{region}:{Aws.ACCOUNT_ID}:log-group:*"
    _grant(
        key,
        f"logs.{region}.amazonaws.com",
        ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "DescribeKey"),
        {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    )
    # S3 puts messages into the queue, which is encrypted, too.
    account = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
    _grant(key, "s3.amazonaws.com", ("GenerateDataKey", "Decrypt"), account)
    return key


def allow_key(key: kms.IKey, function: lambda_.Function) -> None:
    """Allow `function` to use the key through the services that store the data."""
    region = Stack.of(function).region
    via = [f"{service}.{region}.{Aws.URL_SUFFIX}" for service in VIA]
    actions = ("Decrypt", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo", "DescribeKey")
    function.add_to_role_policy(
        iam.PolicyStatement(
            actions=[f"kms:{action}" for action in actions],
            resources=[key.key_arn],
            conditions={"StringEquals": {"kms:ViaService": via}},
        )
    )


def _grant(key: kms.Key, service: str, actions: tuple[str, ...], conditions: Mapping[str, object]) -> None:
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(service)],
            actions=[f"kms:{action}" for action in actions],
            resources=["*"],
            conditions=conditions,
        )
    )
