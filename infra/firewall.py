"""The optional firewall in front of CloudFront: a rate limit per address over five minutes."""

import json

from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infra.settings import StackSettings
from retina.error_codes import STATUS
from retina.errors import RateLimitError

WINDOW = 300
"""Seconds over which the requests of one address are counted."""
STATUS_CODE, CODE = STATUS[RateLimitError]
PROBLEM = {
    "type": "about:blank",
    "title": "Too Many Requests",
    "status": STATUS_CODE,
    "code": CODE,
    "detail": "There were too many requests from your address. Wait five minutes, then try again.",
}


def firewall(scope: Construct, settings: StackSettings) -> str | None:
    """The ARN of the web ACL for CloudFront: our own, an existing one, or None."""
    if settings.firewall in ("off", "on"):
        return _web_acl(scope, settings).attr_arn if settings.firewall == "on" else None
    return settings.firewall


def _web_acl(scope: Construct, settings: StackSettings) -> waf.CfnWebACL:
    """A web ACL with one rule. AWS's managed rules look for scripts and SQL, and could mistake a photograph's bytes for
    either.
    """
    body = waf.CfnWebACL.CustomResponseBodyProperty(content=json.dumps(PROBLEM), content_type="APPLICATION_JSON")
    response = waf.CfnWebACL.CustomResponseProperty(
        response_code=STATUS_CODE,
        custom_response_body_key="too-many",
        response_headers=[waf.CfnWebACL.CustomHTTPHeaderProperty(name="Retry-After", value=str(WINDOW))],
    )
    return waf.CfnWebACL(
        scope,
        "Firewall",
        scope="CLOUDFRONT",
        default_action=waf.CfnWebACL.DefaultActionProperty(allow=waf.CfnWebACL.AllowActionProperty()),
        custom_response_bodies={"too-many": body},
        rules=[
            waf.CfnWebACL.RuleProperty(
                name="rate",
                priority=0,
                action=waf.CfnWebACL.RuleActionProperty(
                    block=waf.CfnWebACL.BlockActionProperty(custom_response=response)
                ),
                statement=waf.CfnWebACL.StatementProperty(
                    rate_based_statement=waf.CfnWebACL.RateBasedStatementProperty(
                        aggregate_key_type="IP", limit=settings.firewall_rate, evaluation_window_sec=WINDOW
                    )
                ),
                visibility_config=_seen("rate"),
            )
        ],
        visibility_config=_seen("all"),
    )


def _seen(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    """Metrics only: sampled requests would contain addresses."""
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
