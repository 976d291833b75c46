"""A KMS key of the account's own, where the settings ask for one: for table, photographs, results, queues and logs.

Without it everything is encrypted all the same, by keys that AWS owns. The page's files and the access logs stay with
S3's own keys: the first are public, and S3 writes the second into no bucket that is encrypted otherwise.
"""

from collections.abc import Mapping

from aws_cdk import Aws, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

VIA = ("dynamodb", "s3", "sqs")
"""Services by which functions use the key, and never by themselves."""


def customer_key(scope: Construct) -> kms.Key:
    """A key that is renewed every year and outlives the stack, as what it encrypts does."""
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
    """Let `function` use the key for what it may read or write, by way of the services that hold it."""
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
