"""Every promise about encryption keys, firewall, roles and sign-in settings, checked against the CDK template."""

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from infra import encryption, proof
from infra.api import MAKES, PREDICTS
from infra.data import WORKER_PARTITIONS, WORKER_READS
from infra.settings import StackSettings
from retina.storage.records import Records
from retina.storage.s3 import client as aws_client
from retina.storage.sqlite import SqliteRecords
from support.house import (
    BATCHES,
    EXPORTS,
    PREDICTIONS,
    House,
)
from support.templates import (
    many,
    one,
    resources,
    statements,
    template_of,
)

pytestmark = pytest.mark.xdist_group("stack")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """With a firewall of the stack's own."""
    return template_of(tmp_path_factory.mktemp("guarded"), firewall="on", firewall_rate=300, threat_protection="audit")


def test_a_customer_key_encrypts_all_user_data(named: dict[str, Any], template: dict[str, Any]) -> None:
    [(name, key)] = resources(named, "AWS::KMS::Key").items()
    arn = {"Fn::GetAtt": [name, "Arn"]}
    assert key["EnableKeyRotation"] is True
    assert named["Resources"][name]["DeletionPolicy"] == "Retain", "what it encrypts stays, too"
    table = one(named, "AWS::DynamoDB::Table", "DataTable")[1]["SSESpecification"]
    assert (table["SSEType"], table["KMSMasterKeyId"]) == ("KMS", arn)
    for bucket in ("UploadsBucket", "DataResults"):
        [rule] = one(named, "AWS::S3::Bucket", bucket)[1]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}
        assert rule["BucketKeyEnabled"] is True
    assert {json.dumps(queue["KmsMasterKeyId"]) for queue in resources(named, "AWS::SQS::Queue").values()} == {
        json.dumps(arn)
    }
    groups = resources(named, "AWS::Logs::LogGroup").values()
    assert all(group["KmsKeyId"] == arn for group in groups)
    with pytest.raises(AssertionError):
        resources(template, "AWS::KMS::Key")


def test_only_the_functions_use_the_key_and_only_through_services(named: dict[str, Any]) -> None:
    [key] = resources(named, "AWS::KMS::Key").values()
    [root, *granted] = key["KeyPolicy"]["Statement"]
    assert "root" in json.dumps(root["Principal"])
    assert {statement["Principal"]["Service"] for statement in granted} == {
        "logs.eu-central-1.amazonaws.com",
        "s3.amazonaws.com",
    }
    for statement in granted:
        assert statement["Condition"], statement
        assert "*" not in json.dumps(statement["Action"])
    ours = [
        (name, statement)
        for name, statement in statements(named)
        if any(action.startswith("kms:") for action in many(statement["Action"]))
    ]
    assert {name[:4] for name, _ in ours} <= {"ApiR", "Jobs"}
    through = [statement for _, statement in ours if "kms:GenerateDataKey" in statement["Action"]]
    assert len(through) == 2
    for statement in through:
        [via] = statement["Condition"]["StringEquals"].values()
        assert [json.dumps(each).split(".")[0].split('"')[-1] for each in via] == [*encryption.VIA]


def test_only_files_of_the_page_are_versioned_and_no_user_data(template: dict[str, Any]) -> None:
    versioned = {n for n, b in resources(template, "AWS::S3::Bucket").items() if "VersioningConfiguration" in b}
    name, files = one(template, "AWS::S3::Bucket", "SiteFiles")
    assert versioned == {name}
    [rule] = files["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}


def test_buckets_refuse_tls_older_than_1_2(template: dict[str, Any]) -> None:
    old = {"NumericLessThan": {"s3:TlsVersion": 1.2}}
    refused = {
        json.dumps(many(statement["Resource"])[0])
        for _, statement in statements(template)
        if statement["Effect"] == "Deny" and statement.get("Condition") == old
    }
    assert len(refused) == len(resources(template, "AWS::S3::Bucket"))


def test_the_firewall_limits_each_address_and_responds_as_the_api_does(guarded: dict[str, Any]) -> None:
    [(name, acl)] = resources(guarded, "AWS::WAFv2::WebACL").items()
    [distribution] = resources(guarded, "AWS::CloudFront::Distribution").values()
    assert distribution["DistributionConfig"]["WebACLId"] == {"Fn::GetAtt": [name, "Arn"]}
    assert acl["Scope"] == "CLOUDFRONT"
    [rule] = acl["Rules"]
    assert rule["Statement"]["RateBasedStatement"]["Limit"] == 300
    response = rule["Action"]["Block"]["CustomResponse"]
    assert response["ResponseCode"] == 429
    problem = json.loads(acl["CustomResponseBodies"][response["CustomResponseBodyKey"]]["Content"])
    assert problem["code"] == "fair_use_exceeded"
    assert not rule["VisibilityConfig"]["SampledRequestsEnabled"], "samples hold addresses"


def test_an_existing_firewall_is_used_or_none(named: dict[str, Any], template: dict[str, Any]) -> None:
    [theirs] = resources(named, "AWS::CloudFront::Distribution").values()
    assert theirs["DistributionConfig"]["WebACLId"].startswith("arn:aws:wafv2:us-east-1:")
    [ours] = resources(template, "AWS::CloudFront::Distribution").values()
    assert "WebACLId" not in ours["DistributionConfig"]
    for where in (named, template):
        with pytest.raises(AssertionError):
            resources(where, "AWS::WAFv2::WebACL")


def test_every_throttled_route_exists_before_the_stage(template: dict[str, Any], tmp_path: Path) -> None:
    paths = House(tmp_path).app.openapi()["paths"]
    for route in (*PREDICTS, *MAKES):
        method, path = route.split(" ")
        assert method.lower() in paths[path], route
    routes = resources(template, "AWS::ApiGatewayV2::Route")
    assert {route["RouteKey"] for route in routes.values()} == {"$default", *PREDICTS, *MAKES}
    [(name, stage)] = resources(template, "AWS::ApiGatewayV2::Stage").items()
    assert set(stage["RouteSettings"]) == {*PREDICTS, *MAKES}
    throttled = {name for name, route in routes.items() if route["RouteKey"] != "$default"}
    assert throttled <= set(template["Resources"][name]["DependsOn"])


def test_buckets_are_only_listed_within_a_prefix(template: dict[str, Any]) -> None:
    found = 0
    for name, statement in statements(template):
        if "s3:ListBucket" in many(statement["Action"]) and not name.startswith("Custom"):
            found += 1
            [prefix] = statement["Condition"]["StringLike"].values()
            assert prefix.endswith("/*"), name
    assert found == 10


def test_the_worker_reaches_only_the_records_of_its_jobs(template: dict[str, Any]) -> None:
    limited = {
        tuple(many(statement["Action"])): (name, statement["Condition"]["ForAllValues:StringLike"])
        for name, statement in statements(template)
        if "dynamodb:Query" in many(statement["Action"]) and "Condition" in statement
    }
    assert {name[:8] for name, _ in limited.values()} == {"JobsRole"}
    reading = limited.pop(("dynamodb:BatchGetItem", "dynamodb:Query"))
    [(_, changing)] = limited.values()
    assert changing["dynamodb:LeadingKeys"] == [f"{partition}:*" for partition in WORKER_PARTITIONS]
    assert reading[1]["dynamodb:LeadingKeys"] == [f"{partition}:*" for partition in WORKER_READS]
    forbidden = {"user", "person", "subject", "code", "refresh", "attempts", "idempotency", "fair", "salt", "reset"}
    assert not forbidden.intersection((*WORKER_PARTITIONS, *WORKER_READS))
    assert not {"key", "keys", "audit"}.intersection(WORKER_PARTITIONS), "it makes no keys and no entries"


def test_the_partitions_of_the_worker_are_those_that_its_jobs_read(
    tmp_path: Path, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, asked, changed = House(tmp_path), set[str](), set[str]()
    anna = house.person()
    batch = house.client.post(BATCHES, json={"items": [{"name": "a", "size": len(tiny)}] * 2}, headers=anna).json()
    for number, data in enumerate((tiny, b"no photograph")):
        assert house.send(batch["upload"], str(number), data).status_code == 204
    saved = house.client.post(PREDICTIONS, files={"file": tiny}, data={"save": "true"}, headers=anna)
    assert saved.status_code == 200
    house.key(anna)
    for body in ({"batch": batch["id"]}, {"history": True}, {"account": True}):
        assert house.client.post(EXPORTS, json=body, headers=anna).status_code == 202

    def watched(plain: Any) -> Any:
        def call(self: Records, *arguments: Any, **named: Any) -> Any:
            keys = [each if isinstance(each, tuple) else getattr(each, "key", None) for each in arguments]
            (changed if plain.__name__ == "write" else asked).update(key[0] for key in keys if key)
            asked.update(each for each in arguments if isinstance(each, str))
            return plain(self, *arguments, **named)

        return call

    for name in ("get", "query", "write"):
        monkeypatch.setattr(SqliteRecords, name, watched(getattr(SqliteRecords, name)))
    house.work_off()
    read, written = ({partition.partition(":")[0] for partition in some} for some in (asked, changed))
    assert {"batch", "list", "export", *WORKER_READS} <= read <= {*WORKER_PARTITIONS, *WORKER_READS}
    assert {"batch", "ledger", "export"} <= written <= set(WORKER_PARTITIONS)


def test_sign_in_is_as_strict_as_the_settings_say(
    template: dict[str, Any], named: dict[str, Any], guarded: dict[str, Any]
) -> None:
    for where, mfa, plan, threats, sign_up, days in (
        (template, "OPTIONAL", "ESSENTIALS", None, False, 30),
        (named, "ON", "PLUS", {"AdvancedSecurityMode": "ENFORCED"}, True, 7),
        (guarded, "OPTIONAL", "PLUS", {"AdvancedSecurityMode": "AUDIT"}, False, 30),
    ):
        _, pool = one(where, "AWS::Cognito::UserPool", "IdentityPool")
        assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == (mfa, ["SOFTWARE_TOKEN_MFA"])
        assert (pool["UserPoolTier"], pool.get("UserPoolAddOns")) == (plan, threats)
        assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": sign_up}
        _, client = one(where, "AWS::Cognito::UserPoolClient", "Identity")
        assert client["RefreshTokenValidity"] == days * 24 * 60
        assert client["AccessTokenValidity"] == client["IdTokenValidity"] == 10
        assert client["TokenValidityUnits"]["AccessToken"] == "minutes"
        assert client["RefreshTokenRotation"] == {"Feature": "ENABLED", "RetryGracePeriodSeconds": 30}
        assert client["ExplicitAuthFlows"] == ["ALLOW_USER_SRP_AUTH"], "refreshing without rotation is off"


def test_a_second_factor_can_be_turned_off(tmp_path: Path) -> None:
    _, pool = one(template_of(tmp_path, mfa="off"), "AWS::Cognito::UserPool", "IdentityPool")
    assert pool["MfaConfiguration"] == "OFF"


def test_the_proxy_secret_is_random_created_once_and_in_no_template(
    aws: str, s3: Any, template: dict[str, Any], named: dict[str, Any]
) -> None:
    ssm, settings = aws_client("ssm"), StackSettings(name="proofs")
    assert proof.prepare(ssm, settings) == 1
    first = ssm.get_parameter(Name="/proofs/proxy-proof")["Parameter"]["Value"]
    assert len(first) >= 43
    assert proof.prepare(ssm, settings) == 1
    assert ssm.get_parameter(Name="/proofs/proxy-proof")["Parameter"]["Value"] == first
    assert proof.prepare(ssm, settings, renew=True) == 2
    assert ssm.get_parameter(Name="/proofs/proxy-proof")["Parameter"]["Value"] != first
    for where in (template, named):
        assert "AWS::StackId" not in json.dumps(resources(where, "AWS::Lambda::Function"))
    makefile = (ROOT / "Makefile").read_text()
    deploy = makefile[makefile.index("\ndeploy:") :]
    assert deploy.index("-m infra.proof") < deploy.index("$(CDK) deploy")


def test_no_function_may_change_or_delete_an_audit_log_entry(template: dict[str, Any]) -> None:
    denied = {
        name[:4]: statement
        for name, statement in statements(template)
        if statement["Effect"] == "Deny" and "dynamodb:DeleteItem" in many(statement["Action"])
    }
    assert set(denied) == {"ApiR", "Jobs"}
    for statement in denied.values():
        assert statement["Action"] == ["dynamodb:UpdateItem", "dynamodb:DeleteItem"]
        assert statement["Condition"] == {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["audit:*"]}}
