"""Lambda functions from the one package, each with its own log and no permission other than writing it; log groups."""

from pathlib import Path
from typing import Any

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.settings import LOG_RETENTION, StackSettings


def retention(settings: StackSettings) -> logs.RetentionDays:
    """How long logs are kept, as CDK's enum."""
    return list(logs.RetentionDays)[LOG_RETENTION.index(settings.log_days)]


def log_group(scope: Construct, id: str, *, settings: StackSettings, key: kms.IKey | None) -> logs.LogGroup:
    """A log group that is kept as long as the settings say, and removed with the stack."""
    return logs.LogGroup(
        scope, id, retention=retention(settings), removal_policy=RemovalPolicy.DESTROY, encryption_key=key
    )


def retina_function(
    scope: Construct,
    *,
    settings: StackSettings,
    package: Path,
    handler: str,
    seconds: int,
    key: kms.IKey | None = None,
    memory: int | None = None,
    **options: Any,
) -> lambda_.Function:
    """A function that runs one entry point of the `package`, such as "handler.api", with a timeout in `seconds`.

    `key` encrypts its log; without one, AWS's own key does.
    """
    log = log_group(scope, "Log", settings=settings, key=key)
    role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    log.grant_write(role)
    return lambda_.Function(
        scope,
        "Function",
        runtime=lambda_.Runtime.PYTHON_3_13,
        architecture=lambda_.Architecture.X86_64,
        code=lambda_.Code.from_asset(str(package)),
        handler=handler,
        role=role,
        log_group=log,
        logging_format=lambda_.LoggingFormat.JSON,
        memory_size=memory or settings.memory,
        timeout=Duration.seconds(seconds),
        environment={"RETINA_CORES": "1"},
        **options,
    )
