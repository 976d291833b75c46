"""Every promise about worker, stored data, sign-in and monitoring, checked against the CDK template."""

import json
from typing import Any

import pytest

from retina.queue.port import ATTEMPTS
from support.templates import (
    allowed_objects,
    allowed_to,
    one,
    resources,
    statements,
)

pytestmark = pytest.mark.xdist_group("stack")


def test_failed_jobs_go_to_the_dead_letter_queue_and_raise_an_alarm(template: dict[str, Any]) -> None:
    dead, _ = one(template, "AWS::SQS::Queue", "JobsDead")
    _, queue = one(template, "AWS::SQS::Queue", "JobsQueue")
    arn = {"Fn::GetAtt": [dead, "Arn"]}
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": arn, "maxReceiveCount": ATTEMPTS + 1}
    [alarm] = [
        alarm
        for alarm in resources(template, "AWS::CloudWatch::Alarm").values()
        if {"Name": "QueueName", "Value": {"Fn::GetAtt": [dead, "QueueName"]}} in alarm["Dimensions"]
    ]
    assert (alarm["MetricName"], alarm["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 1)


def test_the_worker_has_time_and_limits(template: dict[str, Any], named: dict[str, Any]) -> None:
    name, worker = one(template, "AWS::Lambda::Function", "JobsFunction")
    _, queue = one(template, "AWS::SQS::Queue", "JobsQueue")
    assert worker["Handler"] == "handler.worker"
    assert queue["VisibilityTimeout"] >= 6 * worker["Timeout"]
    for where, most in ((template, 5), (named, 2)):
        [source] = resources(where, "AWS::Lambda::EventSourceMapping").values()
        assert source["FunctionName"] == {"Ref": name}
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source["ScalingConfig"] == {"MaximumConcurrency": most}
        assert source["BatchSize"] == 1
    assert one(named, "AWS::Lambda::Function", "JobsFunction")[1]["MemorySize"] == 3008


def test_the_worker_may_only_read_batch_photographs_and_store_results(template: dict[str, Any]) -> None:
    role, _ = one(template, "AWS::IAM::Role", "JobsRole")
    allowed = allowed_to(template, role)
    log = {"logs:CreateLogStream", "logs:PutLogEvents"}
    queue = {f"sqs:{action}" for action in ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility")}
    queue |= {"sqs:GetQueueAttributes", "sqs:GetQueueUrl"}
    table = {f"dynamodb:{name}" for name in ("BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")}
    assert {action for action in allowed if not action.startswith("s3:")} == log | queue | table
    assert allowed_objects(template, role) == {
        ("Uploads", "batch/"): {"GetObject", "DeleteObject"},
        ("DataResults", "batch/"): {"PutObject", "GetObject", "DeleteObject"},
        ("DataResults", "history/"): {"GetObject"},
        ("DataResults", "exports/"): {"PutObject", "AbortMultipartUpload", "DeleteObject"},
    }


def test_the_bucket_notifies_the_queue_of_batch_photographs_only(template: dict[str, Any]) -> None:
    name, bucket = one(template, "AWS::S3::Bucket", "UploadsBucket")
    queue, _ = one(template, "AWS::SQS::Queue", "JobsQueue")
    [variables] = bucket["NotificationConfiguration"]["QueueConfigurations"]
    assert variables["Queue"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert variables["Event"] == "s3:ObjectCreated:*"
    assert variables["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": "batch/"}]
    policy, _ = one(template, "AWS::SQS::QueuePolicy", "JobsQueue")
    assert policy in template["Resources"][name]["DependsOn"], "S3 tries it at once"
    [s3] = [s for n, s in statements(template) if n == policy and s["Effect"] == "Allow"]
    assert s3["Principal"] == {"Service": "s3.amazonaws.com"}
    assert s3["Action"] == "sqs:SendMessage"
    assert s3["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_table_can_be_restored_expires_records_and_outlives_the_stack(template: dict[str, Any]) -> None:
    name, table = one(template, "AWS::DynamoDB::Table", "DataTable")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}
    assert table["PointInTimeRecoverySpecification"] == recovery
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert table["SSESpecification"]["SSEEnabled"] is True
    bucket, results = one(template, "AWS::S3::Bucket", "DataResults")
    rules = results["LifecycleConfiguration"]["Rules"]
    assert [(rule["Prefix"], rule["ExpirationInDays"], rule["Status"]) for rule in rules] == [
        ("batch/", 30, "Enabled"),
        ("answers/", 2, "Enabled"),
        ("exports/", 1, "Enabled"),
    ]
    assert rules[2]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    [cors] = results["CorsConfiguration"]["CorsRules"]
    assert (cors["AllowedMethods"], cors["AllowedOrigins"]) == (["GET"], ["*"]), "signed addresses are followed"
    pool, _ = one(template, "AWS::Cognito::UserPool", "IdentityPool")
    for retained, policy in ((name, "Retain"), (bucket, "RetainExceptOnCreate"), (pool, "Retain")):
        assert template["Resources"][retained]["DeletionPolicy"] == policy, retained
        assert template["Resources"][retained]["UpdateReplacePolicy"] == "Retain", retained
    assert table["DeletionProtectionEnabled"] is True
    assert one(template, "AWS::Cognito::UserPool", "IdentityPool")[1]["DeletionProtection"] == "ACTIVE"


def test_users_sign_in_by_authorization_code_with_their_email_address(
    template: dict[str, Any], named: dict[str, Any]
) -> None:
    _, pool = one(template, "AWS::Cognito::UserPool", "IdentityPool")
    assert pool["UsernameAttributes"] == ["email"]
    assert pool["AutoVerifiedAttributes"] == ["email"]
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": False}
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    name, client = one(template, "AWS::Cognito::UserPoolClient", "Identity")
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert not {flow for flow in client.get("ExplicitAuthFlows", []) if "PASSWORD" in flow}
    _, theirs = one(named, "AWS::Cognito::UserPoolClient", "Identity")
    assert theirs["CallbackURLs"] == theirs["LogoutURLs"] == ["https://retina.example.com/"]
    functions = [one(template, "AWS::Lambda::Function", name)[1] for name in ("ApiFunction", "JobsFunction")]
    variables, theirs_too = (function["Environment"]["Variables"] for function in functions)
    signing = ("RETINA_ISSUER", "RETINA_CLIENT_ID", "RETINA_SIGN_IN_URL")
    assert [variables[name] for name in signing] == [theirs_too[name] for name in signing]
    assert variables["RETINA_CLIENT_ID"] == {"Ref": name}
    assert "cognito-idp.us-east-1." in json.dumps(variables["RETINA_ISSUER"])
    _, domain = one(template, "AWS::Cognito::UserPoolDomain", "Identity")
    assert domain["Domain"] == {"Fn::Join": ["", ["retina-", {"Ref": "AWS::AccountId"}]]}
    host = ["https://retina-", {"Ref": "AWS::AccountId"}, ".auth.us-east-1.amazoncognito.com"]
    assert variables["RETINA_SIGN_IN_URL"] == {"Fn::Join": ["", host]}
    page = "".join(part for part in named["Outputs"]["SignIn"]["Value"]["Fn::Join"][1] if isinstance(part, str))
    assert page.endswith("&redirect_uri=https%3A%2F%2Fretina.example.com%2F")
    default = template["Outputs"]["SignIn"]["Value"]["Fn::Join"][1]
    assert default[-3:] == ["&response_type=code&scope=openid+email&redirect_uri=https%3A%2F%2F", default[-2], "%2F"]
    assert "DomainName" in json.dumps(default[-2])


def test_every_alarm_reaches_the_topic_and_the_topic_reaches_a_person(template: dict[str, Any]) -> None:
    [(topic, _)] = resources(template, "AWS::SNS::Topic").items()
    alarms = resources(template, "AWS::CloudWatch::Alarm")
    watched = sorted(alarm["MetricName"] for alarm in alarms.values())
    waiting = ["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"]
    assert watched == ["5xx", *waiting, "Duration", "Errors", "Errors", "Throttles", "Throttles"]
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == [{"Ref": topic}], name
        assert alarm["AlarmDescription"].endswith("."), name
    [slow] = [alarm for alarm in alarms.values() if alarm["MetricName"] == "Duration"]
    assert slow["ExtendedStatistic"] == "p95"
    [mail] = resources(template, "AWS::SNS::Subscription").values()
    assert (mail["Protocol"], mail["Endpoint"]) == ("email", "alarm@example.com")
