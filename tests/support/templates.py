"""Shared by the tests of the stack: templates, and their resources."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra import app as infra_app
from infra.package import PAYMENT
from infra.settings import StackSettings

CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/0f8fad5b-d9cb-469f-a165-70867728950e"
WEB_ACL = "arn:aws:wafv2:us-east-1:000000000000:global/webacl/mine/0f8fad5b-d9cb-469f-a165-70867728950e"


def template_of(folder: Path, **settings: Any) -> dict[str, Any]:
    package = folder / "package"
    package.mkdir(exist_ok=True)
    (package / "handler.py").write_text("")
    selling = folder / PAYMENT
    selling.mkdir(exist_ok=True)
    (selling / "payment_handler.py").write_text("")
    infra_app.synthesise(StackSettings(**settings), package, folder / "cdk.out")
    [file] = (folder / "cdk.out").glob("*.template.json")
    template: dict[str, Any] = json.loads(file.read_text())
    return template


def resources(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    found = {name: r.get("Properties", {}) for name, r in template["Resources"].items() if r["Type"] == kind}
    assert found, kind
    return found


def statements(template: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in ("AWS::IAM::Policy", "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"):
        for name, properties in resources(template, kind).items():
            for statement in properties["PolicyDocument"]["Statement"]:
                yield name, statement


def many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def allowed_objects(template: dict[str, Any], role: str) -> dict[tuple[str, str], set[str]]:
    """What the role may do with objects, by bucket (as far as its name is ours) and prefix."""
    found: dict[tuple[str, str], set[str]] = {}
    for policy in resources(template, "AWS::IAM::Policy").values():
        if policy["Roles"] != [{"Ref": role}]:
            continue
        for statement in policy["PolicyDocument"]["Statement"]:
            for resource in many(statement["Resource"]):
                text = json.dumps(resource)
                if place := re.search(r'"(Uploads|DataResults)\w+", "Arn"\]}, "/(\w+/)\*"', text):
                    actions = {action.removeprefix("s3:") for action in many(statement["Action"])}
                    found.setdefault((place[1], place[2]), set()).update(actions)
    return found


def allowed_to(template: dict[str, Any], role: str) -> dict[str, str]:
    """What the role of this logical id may do: actions, each with the resource as text."""
    policies = resources(template, "AWS::IAM::Policy").values()
    return {
        action: json.dumps(statement["Resource"])
        for policy in policies
        if policy["Roles"] == [{"Ref": role}]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in many(statement["Action"])
    }


def one(template: dict[str, Any], kind: str, prefix: str) -> tuple[str, dict[str, Any]]:
    """The one resource of this kind whose logical id begins so."""
    [found] = [item for item in resources(template, kind).items() if item[0].startswith(prefix)]
    return found
