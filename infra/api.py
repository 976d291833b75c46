"""The HTTP API and its Lambda function: throttled, with lower limits for expensive routes, and logged.

The API's own address cannot be closed: it is CloudFront's origin, and HTTP APIs have no resource policy. Instead, the
function refuses every request without the proof that CloudFront adds.
"""

import json
from pathlib import Path

from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_kms as kms
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.functions import log_group, retina_function
from infra.proof import reference
from infra.settings import StackSettings
from infra.stripe_keys import keys_of
from retina.prices import prices_of

TIMEOUT = 29
"""Seconds; the HTTP API times out after 30."""
LOGGED = {name: f"$context.{name}" for name in ("requestId", "requestTime", "routeKey", "status", "responseLength")}
"""The fields of the access log: none of them identifies the caller."""
PREDICTS = (
    "POST /predict",
    "POST /api/v1/predictions",
    "POST /api/v1/predictions/{id}/recompute",
    "POST /api/v1/previews",
    "PUT /api/v1/predictions/{id}/correction",
    "GET /api/v1/predictions/{id}/graph",
)
"""Routes that keep a core busy for a while; each is throttled as the settings say."""
MAKES = (
    "POST /api/v1/uploads",
    "POST /api/v1/batches",
    "POST /api/v1/exports",
    "POST /api/v1/keys",
    "DELETE /api/v1/account",
)
"""Routes that are rarely needed and cause work elsewhere."""
BUYS = "POST /api/v1/purchases"
"""The same, where credits are sold."""
LIMITS = ("most_batches", "most_bytes", "history_bytes", "trial_batches", "trial_bytes", "trial_history_bytes")
"""Limits of an account, which are the service's own unless the settings say otherwise."""
MAKE_RATE, MAKE_BURST = 5, 10
"""Requests per second for each of these routes, and the burst."""


class Api(Construct):
    """`function`; `http`, the HTTP API; `host`, its host name; and `proof`, by which the function recognises
    CloudFront.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: StackSettings, package: Path, key: kms.IKey | None
    ) -> None:
        super().__init__(scope, id)
        self.function = retina_function(
            self,
            settings=settings,
            package=package,
            handler="handler.api",
            seconds=TIMEOUT,
            key=key,
            reserved_concurrent_executions=settings.reserved_concurrency,
        )
        self.proof = reference(settings)
        chosen: dict[str, object] = {"SIGNUP_CREDITS": settings.signup_credits, "FREE_EACH": settings.free_each}
        chosen |= {"AUDIT_DAYS": settings.audit_days, "AUDIT_ADDRESSES": settings.audit_addresses}
        chosen |= {"FREE_TOGETHER": settings.free_together, "PROXY_PROOF": self.proof}
        if settings.prices:
            chosen["PRICES"] = prices_of(settings.prices).model_dump_json()
        limits = {name.upper(): getattr(settings, name) for name in LIMITS}
        chosen |= {name: limit for name, limit in limits.items() if limit is not None}
        if settings.contact:
            chosen["CONTACT"] = settings.contact
        if settings.payment:  # the name alone: this function may not read the keys, and never asks for them
            chosen["STRIPE"] = keys_of(settings)
        chosen["HOSTS"] = "*"  # the HTTP API only accepts requests for its own host name
        for name, value in chosen.items():
            self.function.add_environment(f"RETINA_{name}", str(value))
        everything = HttpLambdaIntegration("All", self.function)
        self.http = apigateway.HttpApi(self, "Http", create_default_stage=False, default_integration=everything)
        access = log_group(self, "Access", settings=settings, key=key)
        makes = (*MAKES, BUYS) if settings.payment else MAKES
        self.stage = stage = apigateway.CfnStage(
            self,
            "Stage",
            api_id=self.http.api_id,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=settings.throttle_rate, throttling_burst_limit=settings.throttle_burst
            ),
            route_settings={
                **{route: _throttle(settings.predict_rate, settings.predict_burst) for route in PREDICTS},
                **{route: _throttle(MAKE_RATE, MAKE_BURST) for route in makes},
            },
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=access.log_group_arn, format=json.dumps(LOGGED)
            ),
        )
        for route in (*PREDICTS, *MAKES):
            method, path = route.split(" ")
            for made in self.http.add_routes(
                path=path, methods=[apigateway.HttpMethod(method)], integration=everything
            ):
                stage.node.add_dependency(made)  # a route has to exist before it can be throttled
        self.host = f"{self.http.api_id}.execute-api.{Stack.of(self).region}.{Stack.of(self).url_suffix}"


def _throttle(rate: int, burst: int) -> dict[str, int]:
    return {"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst}
