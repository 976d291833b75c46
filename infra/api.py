"""The function behind an HTTP API: throttled and logged."""

import json
from pathlib import Path

from aws_cdk import Aws, Fn, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_logs as logs
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.functions import retention, retina_function
from infra.settings import StackSettings

TIMEOUT = 29
"""Seconds; the HTTP API gives up after 30."""
LOGGED = {name: f"$context.{name}" for name in ("requestId", "requestTime", "routeKey", "status", "responseLength")}
"""What the access log holds of a request: nothing that tells who sent it."""


class Api(Construct):
    """`function`, `http` (the HTTP API), `host`, its host name, and `proof`, by which it knows the distribution."""

    def __init__(self, scope: Construct, id: str, *, settings: StackSettings, package: Path) -> None:
        super().__init__(scope, id)
        self.function = retina_function(
            self,
            settings=settings,
            package=package,
            handler="handler.api",
            seconds=TIMEOUT,
            reserved_concurrent_executions=settings.reserved_concurrency,
        )
        # A secret that costs nothing: nobody else is told the last part of the stack's id.
        self.proof = Fn.select(2, Fn.split("/", Aws.STACK_ID))
        chosen: dict[str, object] = {"SIGNUP_CREDITS": settings.signup_credits, "FREE_EACH": settings.free_each}
        chosen |= {"FREE_TOGETHER": settings.free_together, "PROXY_PROOF": self.proof}
        for name, value in chosen.items():
            self.function.add_environment(f"RETINA_{name}", str(value))
        self.http = apigateway.HttpApi(
            self, "Http", create_default_stage=False, default_integration=HttpLambdaIntegration("All", self.function)
        )
        access = logs.LogGroup(self, "Access", retention=retention(settings), removal_policy=RemovalPolicy.DESTROY)
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
