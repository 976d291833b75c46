"""What the stack promises about access, encryption, origins, limits and logs, checked against the CDK template."""

import json
import re
from typing import Any

import pytest

from conftest import ROOT
from infra import watch
from retina.api.middleware.outermost import SECURITY
from retina.settings import Settings
from support.templates import (
    CERTIFICATE,
    allowed_objects,
    allowed_to,
    many,
    resources,
    statements,
)

pytestmark = pytest.mark.xdist_group("stack")


def test_no_bucket_is_public_or_unencrypted_or_reachable_without_tls(template: dict[str, Any]) -> None:
    buckets = resources(template, "AWS::S3::Bucket")
    for name, bucket in buckets.items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4, name
        assert bucket["BucketEncryption"], name
    assert all(queue["SqsManagedSseEnabled"] for queue in resources(template, "AWS::SQS::Queue").values())
    refused = [
        many(statement["Resource"])[0]["Fn::GetAtt"][0]
        for _, statement in statements(template)
        if statement["Effect"] == "Deny"
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        and "Fn::GetAtt" in many(statement["Resource"])[0]
    ]
    assert set(refused) == set(buckets) | set(resources(template, "AWS::SQS::Queue"))


def test_only_functions_of_cdk_itself_have_wildcard_permissions(template: dict[str, Any]) -> None:
    checked = 0
    for name, statement in statements(template):
        cdks_own = name + json.dumps(statement.get("Principal", ""))
        if statement["Effect"] == "Deny" or re.search(r"CustomCDKBucketDeployment|CustomS3AutoDelete", cdks_own):
            continue
        checked += 1
        for action in many(statement["Action"]):
            assert "*" not in action, (name, action)
        page = name.startswith("SiteFilesPolicy") and statement["Action"] == "s3:GetObject"
        photographs = re.search(
            r'"/(uploads|batch|answers|history|exports)/\*"\]\]}$', json.dumps(statement["Resource"])
        )
        assert page or photographs or "*" not in json.dumps(statement["Resource"]), (name, statement)
    assert checked >= 9
    for name, role in resources(template, "AWS::IAM::Role").items():
        if not name.startswith("Custom"):
            assert "ManagedPolicyArns" not in role, name


def test_the_function_may_only_write_its_log_and_process_uploads(template: dict[str, Any]) -> None:
    allowed = allowed_to(template, "ApiRoleDE7A08EC")
    assert allowed_objects(template, "ApiRoleDE7A08EC") == {
        ("Uploads", "uploads/"): {"PutObject", "GetObject", "DeleteObject"},
        ("Uploads", "batch/"): {"PutObject", "DeleteObject"},
        ("DataResults", "answers/"): {"PutObject", "GetObject", "DeleteObject"},
        ("DataResults", "history/"): {"PutObject", "GetObject", "DeleteObject"},
        ("DataResults", "batch/"): {"PutObject", "GetObject", "DeleteObject"},
        ("DataResults", "exports/"): {"GetObject", "DeleteObject"},
    }
    others = {action for action in allowed if not action.startswith("s3:")}
    table = {f"dynamodb:{name}" for name in ("BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")}
    log = {"logs:CreateLogStream", "logs:PutLogEvents"}
    people = {f"cognito-idp:Admin{name}" for name in ("DeleteUser", "GetUser", "UserGlobalSignOut")}
    assert others == log | table | people | {"sqs:SendMessage"}
    assert "JobsQueue" in allowed["sqs:SendMessage"]
    assert all("IdentityPool" in allowed[action] for action in people)
    function = resources(template, "AWS::Lambda::Function")["ApiFunction6BF808ED"]
    assert (function["Runtime"], function["Architectures"]) == ("python3.13", ["x86_64"])
    assert function["Handler"] == "handler.api"
    assert function["Timeout"] < 30
    assert "ReservedConcurrentExecutions" not in function
    assert not re.search(r"(?i)secret|password|token", json.dumps(function["Environment"]))


def test_only_the_distribution_reads_the_bucket_of_the_page(template: dict[str, Any]) -> None:
    allowed = [s for name, s in statements(template) if name.startswith("SiteFilesPolicy") and s["Effect"] == "Allow"]
    for statement in allowed:
        principal = statement["Principal"]
        assert principal != "*"
        if principal == {"Service": "cloudfront.amazonaws.com"}:
            assert statement["Action"] == "s3:GetObject"
            assert "AWS:SourceArn" in statement["Condition"]["StringEquals"]
    assert any(s["Principal"] == {"Service": "cloudfront.amazonaws.com"} for s in allowed)


def test_every_response_has_the_security_headers(template: dict[str, Any]) -> None:
    [(name, policy)] = resources(template, "AWS::CloudFront::ResponseHeadersPolicy").items()
    headers = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    csp = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    csp = "".join(part if isinstance(part, str) else "X" for part in csp["Fn::Join"][1])
    extra_changes = " https://X https://X https://retina-X.auth.us-east-1.amazoncognito.com"
    assert csp.replace(extra_changes, "") == SECURITY["Content-Security-Policy"], (
        "as under uvicorn, but for uploads and sign-in"
    )
    assert f"connect-src 'self'{extra_changes};" in csp
    assert "default-src 'none'" in csp
    assert "unsafe" not in csp
    assert headers["ContentTypeOptions"] == {"Override": True}
    assert headers["FrameOptions"]["FrameOption"] == "DENY"
    assert headers["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"
    assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000
    config = distribution(template)
    for behaviour in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]):
        assert behaviour["ResponseHeadersPolicyId"] == {"Ref": name}


def distribution(template: dict[str, Any]) -> dict[str, Any]:
    [found] = resources(template, "AWS::CloudFront::Distribution").values()
    config: dict[str, Any] = found["DistributionConfig"]
    return config


def test_uploads_may_come_from_any_page_and_expire_within_a_day(template: dict[str, Any]) -> None:
    name, bucket = next(
        item for item in resources(template, "AWS::S3::Bucket").items() if item[0].startswith("Uploads")
    )
    [rule] = bucket["CorsConfiguration"]["CorsRules"]
    assert (rule["AllowedMethods"], rule["AllowedOrigins"]) == (["POST"], ["*"])
    rules = bucket["LifecycleConfiguration"]["Rules"]
    assert {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules} == {"uploads/": 1, "batch/": 30}
    assert {rule["Status"] for rule in rules} == {"Enabled"}
    assert "Distribution" not in json.dumps(bucket), "that would be a cycle"
    function = resources(template, "AWS::Lambda::Function")["ApiFunction6BF808ED"]
    assert function["Environment"]["Variables"]["RETINA_UPLOADS_BUCKET"] == {"Ref": name}


def test_page_and_api_share_one_origin(template: dict[str, Any]) -> None:
    config = distribution(template)
    assert {b["PathPattern"] for b in config["CacheBehaviors"]} == {"/api/*", "/predict"}
    for behaviour in config["CacheBehaviors"]:
        assert behaviour["ViewerProtocolPolicy"] == "https-only"
        assert "POST" in behaviour["AllowedMethods"]
        assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "CachingDisabled"
        assert behaviour["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac", "AllViewerExceptHostHeader"
    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
    assert "CustomErrorResponses" not in config, "they would turn the API's 404 into a page"
    api = next(o for o in config["Origins"] if "CustomOriginConfig" in o)["CustomOriginConfig"]
    assert (api["OriginProtocolPolicy"], api["OriginSSLProtocols"]) == ("https-only", ["TLSv1.2"])


def test_requests_and_spending_are_capped(template: dict[str, Any], named: dict[str, Any]) -> None:
    for where, rate, burst, budget in ((template, 20, 40, 20), (named, 3, 5, 7)):
        [stage] = resources(where, "AWS::ApiGatewayV2::Stage").values()
        assert stage["DefaultRouteSettings"] == {"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst}
        dear = {route: settings for route, settings in stage["RouteSettings"].items() if "/pre" in route}
        paths = ("/predict", "/api/v1/predictions", "/api/v1/predictions/{id}/recompute", "/api/v1/previews")
        others = ("PUT /api/v1/predictions/{id}/correction", "GET /api/v1/predictions/{id}/graph")
        assert [*dear] == [*(f"POST {path}" for path in paths), *others]
        predicts = (10, 20) if where is template else (2, 4)
        assert {(each["ThrottlingRateLimit"], each["ThrottlingBurstLimit"]) for each in dear.values()} == {predicts}
        [money] = resources(where, "AWS::Budgets::Budget").values()
        assert money["Budget"]["BudgetLimit"] == {"Amount": budget, "Unit": "USD"}
    [money] = resources(template, "AWS::Budgets::Budget").values()
    kinds = {n["Notification"]["NotificationType"] for n in money["NotificationsWithSubscribers"]}
    assert kinds == {"ACTUAL", "FORECASTED"}
    function = resources(named, "AWS::Lambda::Function")["ApiFunction6BF808ED"]
    assert (function["ReservedConcurrentExecutions"], function["MemorySize"]) == (2, 3008)


def test_limits_of_accounts_are_the_services_unless_the_settings_say_otherwise(
    template: dict[str, Any], named: dict[str, Any]
) -> None:
    chosen = {
        "MOST_BATCHES": "11",
        "MOST_BYTES": str(2**21),
        "HISTORY_BYTES": str(2**22),
        "TRIAL_BATCHES": "12",
        "TRIAL_BYTES": str(2**23),
        "TRIAL_HISTORY_BYTES": str(2**24),
    }
    for where, limits in ((template, {}), (named, chosen)):
        function = resources(where, "AWS::Lambda::Function")["ApiFunction6BF808ED"]
        variables = function["Environment"]["Variables"]
        assert {name: variables[f"RETINA_{name}"] for name in chosen if f"RETINA_{name}" in variables} == limits
        assert all(name.lower() in Settings.model_fields for name in limits)


def test_rate_limits_count_the_viewers_that_the_distribution_names(
    template: dict[str, Any], named: dict[str, Any]
) -> None:
    for where, each, together, begin in ((template, "200", "5000", "20"), (named, "7", "70", "3")):
        function = resources(where, "AWS::Lambda::Function")["ApiFunction6BF808ED"]
        variables = function["Environment"]["Variables"]
        assert (variables["RETINA_FREE_EACH"], variables["RETINA_FREE_TOGETHER"]) == (each, together)
        assert variables["RETINA_SIGNUP_CREDITS"] == begin
        [api] = [origin for origin in distribution(where)["Origins"] if "CustomOriginConfig" in origin]
        [header] = api["OriginCustomHeaders"]
        assert header == {"HeaderName": "X-Proxy-Proof", "HeaderValue": variables["RETINA_PROXY_PROOF"]}
        parameter = (
            "{{resolve:ssm:/retina/proxy-proof:1}}" if where is template else "{{resolve:ssm:/eyes/proxy-proof:3}}"
        )
        assert header["HeaderValue"] == parameter, "a reference: the secret itself is in no template"


def test_the_dashboard_shows_what_the_function_counts(template: dict[str, Any]) -> None:
    [dashboard] = resources(template, "AWS::CloudWatch::Dashboard").values()
    shown = json.dumps(dashboard)
    handler = (ROOT / "function" / "handler.py").read_text()
    assert f'NAMESPACE, SERVICE = "{watch.NAMESPACE}", "{watch.SERVICE}"' in handler
    for metric in ("Predictions", "ModelMilliseconds", "Rejections"):
        assert f'"{metric}"' in handler
        assert metric in shown
    assert "ColdStart" in shown
    assert "ApproximateAgeOfOldestMessage" in shown


def test_logs_expire_and_hold_no_personal_data(template: dict[str, Any], named: dict[str, Any]) -> None:
    for where, days in ((template, 30), (named, 731)):
        groups = resources(where, "AWS::Logs::LogGroup")
        assert {group["RetentionInDays"] for group in groups.values()} == {days}
        assert len(groups) == 4
    [stage] = resources(template, "AWS::ApiGatewayV2::Stage").values()
    logged = stage["AccessLogSettings"]["Format"]
    assert "requestId" in logged
    assert not re.search(r"(?i)ip|agent|header|cookie|path", logged.replace("routeKey", ""))


def test_a_custom_domain_requires_tls_1_2(named: dict[str, Any]) -> None:
    config = distribution(named)
    assert config["Aliases"] == ["retina.example.com"]
    assert config["ViewerCertificate"]["AcmCertificateArn"] == CERTIFICATE
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert named["Outputs"]["Url"]["Value"] == "https://retina.example.com/"
