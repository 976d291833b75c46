"""The function behind an HTTP API: throttled, logged, and allowed nothing but to write its own log."""

import json
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.settings import KEPT, StackSettings

TIMEOUT = 29
"""Seconds; the HTTP API gives up after 30."""
LOGGED = {name: f"$context.{name}" for name in ("requestId", "requestTime", "routeKey", "status", "responseLength")}
"""What the access log holds of a request: nothing that tells who sent it."""


class Api(Construct):
    """`function`, `http` (the HTTP API) and `host`, its host name."""

    def __init__(self, scope: Construct, id: str, *, settings: StackSettings, package: Path) -> None:
        super().__init__(scope, id)
        kept = list(logs.RetentionDays)[KEPT.index(settings.log_days)]
        log = logs.LogGroup(self, "Log", retention=kept, removal_policy=RemovalPolicy.DESTROY)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log.grant_write(role)
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.X86_64,
            code=lambda_.Code.from_asset(str(package)),
            handler="handler.api",
            role=role,
            log_group=log,
            logging_format=lambda_.LoggingFormat.JSON,
            memory_size=settings.memory,
            ephemeral_storage_size=Size.mebibytes(512),
            timeout=Duration.seconds(TIMEOUT),
            reserved_concurrent_executions=settings.reserved_concurrency,
            environment={"RETINA_CORES": "1"},
        )
        self.http = apigateway.HttpApi(
            self, "Http", create_default_stage=False, default_integration=HttpLambdaIntegration("All", self.function)
        )
        access = logs.LogGroup(self, "Access", retention=kept, removal_policy=RemovalPolicy.DESTROY)
        apigateway.CfnStage(
            self,
            "Stage",
            api_id=self.http.api_id,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=settings.throttle_rate, throttling_burst_limit=settings.throttle_burst
            ),
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=access.log_group_arn, format=json.dumps(LOGGED)
            ),
        )
        self.host = f"{self.http.api_id}.execute-api.{Stack.of(self).region}.{Stack.of(self).url_suffix}"
