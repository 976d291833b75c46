"""The settings of the stack, and the checks that stop a synthesis."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import RemovalPolicy
from aws_cdk import aws_s3 as s3
from cfnlint import api as cfnlint
from pydantic import ValidationError

from infra import app as infra_app
from infra.settings import LOG_RETENTION, StackSettings, stack_settings
from infra.stack import RetinaStack
from support.templates import (
    CERTIFICATE,
    resources,
    template_of,
)

pytestmark = pytest.mark.xdist_group("stack")


def test_log_retention_is_a_number_of_days_that_cloudwatch_allows(tmp_path: Path) -> None:
    shortest = template_of(tmp_path, log_days=LOG_RETENTION[0])
    assert {g["RetentionInDays"] for g in resources(shortest, "AWS::Logs::LogGroup").values()} == {LOG_RETENTION[0]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"domain": "retina.example.com"},
        {"certificate_arn": CERTIFICATE},
        {"domain": "retina.example.com", "certificate_arn": CERTIFICATE.replace("us-east-1", "eu-west-1")},
        {"log_days": 31},
        {"name": "Retina!"},
        {"region": "Frankfurt"},
        {"alarm_email": "nobody"},
        {"memory": 128},
        {"workers": 1},
        {"name": "my-aws-retina"},
        {"firewall": "on", "region": "eu-central-1"},
        {"firewall": "arn:aws:wafv2:eu-central-1:000000000000:regional/webacl/mine/0f8fad5b"},
        {"mfa": "sms"},
        {"refresh_days": 0},
    ],
)
def test_settings_that_cannot_be_deployed_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        StackSettings(**wrong)


def test_cfn_lint_finds_no_error(template: dict[str, Any], named: dict[str, Any]) -> None:
    for where, region in ((template, "us-east-1"), (named, "eu-central-1")):
        found = cfnlint.lint(json.dumps(where), regions=[region])
        assert not [match for match in found if match.rule.id.startswith("E")]


def test_an_unacknowledged_finding_stops_the_synthesis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Leaky(RetinaStack):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            s3.Bucket(self, "Leak", removal_policy=RemovalPolicy.DESTROY)

    monkeypatch.setattr(infra_app, "RetinaStack", Leaky)
    with pytest.raises(RuntimeError, match=r"(?s)Leak.*AwsSolutions-S10"):
        template_of(tmp_path)


def test_unknown_and_invalid_settings_are_reported_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value, sentence in (
        ("RETINA_STACK_WORKER", "3", "There is no setting RETINA_STACK_WORKER"),
        ("RETINA_STACK_LOG_DAYS", "many", "RETINA_STACK_LOG_DAYS: "),
        ("RETINA_STACK_LOG_DAYS", "31", "logs can be kept for"),
        ("RETINA_STACK_DOMAIN", "https://x.example.org/", "RETINA_STACK_DOMAIN: "),
    ):
        with monkeypatch.context() as environment:
            environment.setenv(name, value)
            with pytest.raises(SystemExit) as variables:
                stack_settings()
        assert sentence in str(variables.value)
    monkeypatch.setenv("RETINA_STACK_ALARM_EMAIL", "")
    assert stack_settings().alarm_email is None
